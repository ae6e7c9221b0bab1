#include "core/store/judge.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "core/economy/content_cost.hpp"
#include "core/store/accounts.hpp"
#include "core/store/aggregates.hpp"
#include "core/store/files.hpp"
#include "core/store/forget.hpp"
#include "core/store/permissions.hpp"

namespace lastmile::store {

using message::ErrorCode;
using message::Type;

bool sender_may(Context& context, Loaded& m, const std::string& owner, const message::PermissionFacts& facts) {
  const std::string& sender = context.sender(m);
  if (message::same_address(owner, sender)) return true;
  context.depend(m, Kind::security, name20(owner));
  if (m.entry.status == message::Status::none &&
      permission_disagrees(context, owner, sender, facts, m.entry.content_time)) {
    context.sink.record({trace::Kind::permission_disagreed, m.hash.view()});
  }
  // A `security` element never judges itself: a delegate who takes his own right away would be right and wrong for
  // ever.
  const bool itself = m.entry.type == Type::AGGREGATE && m.entry.subject == message::kSecurityKey;
  return may_act(context, owner, sender, facts, itself ? m.entry.content_time + nanoseconds(-1) : m.entry.content_time);
}

Verdict judge(Context& context, Loaded& m) {
  switch (m.entry.type) {
    case Type::POST:
      return judge_post(context, m);
    case Type::AGGREGATE:
      return judge_aggregate(context, m);
    case Type::STORE:
      return judge_store(context, m);
    case Type::FORGET:
      return judge_forget(context, m);
    case Type::PROGRAM:
    case Type::INSTANCE:
    case Type::V_PROGRAM:
      return judge_machine(context, m);
  }
  LM_CHECK(false);
}

Verdict judge_without_content(Context& context, Loaded& m) {
  std::vector<Need> needs;
  std::optional<Verdict> proof;
  if (m.entry.forgotten_with) context.depend_on_message(m, *m.entry.forgotten_with);
  // Every claim is looked at and depended on, although one proof decides: the others name it as well.
  const auto claims = m.entry.claims;
  for (const message::ItemHash& claimed : claims) {
    context.depend_on_message(m, claimed);
    if (std::find(m.entry.forgotten_by.begin(), m.entry.forgotten_by.end(), claimed) != m.entry.forgotten_by.end()) {
      continue;
    }
    Loaded* forget = context.find(claimed);
    if (forget == nullptr || !forget->entry.has_content || forget->entry.type != Type::FORGET) {
      needs.push_back({Need::Kind::message, claimed, {}});
      continue;
    }
    if (auto verdict = proven_by(context, m, *forget)) {
      if (proof) {
        proof->by.insert(proof->by.end(), verdict->by.begin(), verdict->by.end());
      } else {
        proof = std::move(verdict);
      }
    } else if (forget->entry.waiting() && m.entry.type == Type::AGGREGATE) {
      context.enqueue(*forget);  // a FORGET of a key may have waited for this very element
    }
  }
  if (proof) return *std::move(proof);
  needs.push_back({Need::Kind::content, m.hash, {}});
  return Verdict::refuse(ErrorCode::content_unavailable, {}, std::move(needs));
}

Verdict judge_post(Context& context, Loaded& m) {
  const auto* post = context.content(m).as<message::Post>();
  const std::string& owner = context.owner(m);
  if (!post->is_amend()) {
    if (!sender_may(context, m, owner, permission_facts(context, m)))
      return Verdict::refuse(ErrorCode::permission_denied);
    const auto& well_known = context.options.well_known.balances;
    const std::string text = post->content.value_or("null");
    if (post->type == "balances-update" && std::find(well_known.begin(), well_known.end(), owner) != well_known.end()) {
      const auto update = economy::parse_balance_update(m.hash, m.entry.content_time, text);
      if (!update) return Verdict::refuse(ErrorCode::invalid_format, error_sentence(update.error().text));
    }
    const message::Envelope& envelope = context.envelope(m);
    if (economy::is_credit_message(post->type, envelope.sender, owner, envelope.channel.value_or(""),
                                   context.options.credit_rules)) {
      const auto credit = economy::parse_credit_message(present(economy::credit_kind(post->type)), m.hash,
                                                        m.entry.content_time, envelope.sender, text);
      if (!credit) return Verdict::refuse(ErrorCode::invalid_format, error_sentence(credit.error().text));
      add_to_credits(context, *credit);
      if (credit->kind == economy::CreditKind::transfer && !context.memory.credits.covered(m.hash)) {
        return Verdict::refuse(ErrorCode::invalid_format,
                               error_sentence("the sender has fewer credits than it transfers"));
      }
    }
    return Verdict::apply();
  }

  if (!post->ref || post->ref->empty()) return Verdict::refuse(ErrorCode::amend_without_ref);
  const auto ref = message::ItemHash::parse(*post->ref);
  if (!ref) return Verdict::refuse(ErrorCode::amend_target_not_found, error_naming("message", *post->ref));
  context.depend_on_message(m, *ref);
  Loaded* original = context.find(*ref);
  if (original != nullptr && original->entry.status == message::Status::forgotten) {
    return Verdict::forget(original->entry.forgotten_by, ref);
  }
  if (original == nullptr || !original->entry.has_content || original->entry.type != Type::POST) {
    return Verdict::refuse(ErrorCode::amend_target_not_found, error_naming("message", *post->ref),
                           {{Need::Kind::message, *ref, {}}});
  }
  if (original->entry.is_amend()) return Verdict::refuse(ErrorCode::amend_of_amend);
  if (!original->entry.live()) {
    return Verdict::refuse(ErrorCode::amend_target_not_found, error_naming("message", *post->ref),
                           {{Need::Kind::message, *ref, {}}});
  }
  const std::string& original_owner = context.owner(*original);
  if (owner != original_owner) return Verdict::refuse(ErrorCode::permission_denied);
  if (!sender_may(context, m, original_owner, permission_facts(context, *original))) {
    return Verdict::refuse(ErrorCode::permission_denied);
  }
  return Verdict::apply();
}

Verdict judge_aggregate(Context& context, Loaded& m) {
  const std::string& owner = context.owner(m);
  const bool own = message::same_address(owner, context.sender(m));
  auto by = forgets_of_key(context, m);
  if (!by.empty()) return Verdict::forget(std::move(by), std::nullopt);
  if (!own && only_owner_writes(context, m.entry)) {
    return Verdict::refuse(ErrorCode::permission_denied,
                           error_sentence("only the owner may write the aggregate `security`"));
  }
  if (!sender_may(context, m, owner, permission_facts(context, m)))
    return Verdict::refuse(ErrorCode::permission_denied);
  return Verdict::apply();
}

Verdict judge_store(Context& context, Loaded& m) {
  const auto* store = context.content(m).as<message::Store>();
  const std::string& owner = context.owner(m);
  if (const auto wrong = message::disagreement(*store)) {
    return Verdict::refuse(ErrorCode::invalid_format, error_sentence(wrong->detail));
  }
  if (!sender_may(context, m, owner, permission_facts(context, m)))
    return Verdict::refuse(ErrorCode::permission_denied);

  Wall effective = m.entry.content_time;
  const auto ref = message::ItemHash::parse(m.entry.ref);
  if (ref) {
    context.depend_on_message(m, *ref);
    Loaded* first = context.find(*ref);
    const auto unknown = [&] {
      return Verdict::refuse(ErrorCode::store_ref_not_found, error_naming("message", m.entry.ref),
                             {{Need::Kind::message, *ref, {}}});
    };
    if (first == nullptr || first->entry.type != Type::STORE) return unknown();
    if (first->entry.status == message::Status::forgotten) {
      // It is still the name of its tag, so later versions live on; but only its envelope may count now, since others
      // have nothing else: its signer was its owner (docs/decisions/0121).
      if (first->entry.unprovable || context.sender(*first) != owner) return unknown();
    } else {
      if (!first->entry.live() && !first->entry.over()) return unknown();
      if (!first->entry.ref.empty()) return Verdict::refuse(ErrorCode::store_ref_has_ref);
      if (context.owner(*first) != owner) {
        return Verdict::refuse(ErrorCode::permission_denied, error_sentence("the file tag belongs to another owner"));
      }
    }
    if (first->entry.live()) {
      effective = behind(effective, first->entry.committed ? first->entry.effective : first->entry.content_time);
    }
  }
  if (context.options.files) {
    const FileRecord record = file_record(context.tx, store->item_hash);
    if (!record.local) {
      context.depend(m, Kind::file, keys::hash_name(store->item_hash));
      return Verdict::refuse(ErrorCode::file_unavailable, error_naming("file", store->item_hash.view()),
                             {{Need::Kind::file, store->item_hash, {}}});
    }
    if (m.entry.file_bytes != record.bytes) {
      m.entry.file_bytes = record.bytes;
      m.changed = true;
    }
  }
  return judge_payment(context, m, effective);
}

Verdict judge_payment(Context& context, Loaded& m, Wall effective) {
  const message::Content& content = context.content(m);
  std::optional<economy::FirstConfirmation> confirmed;
  if (m.entry.confirmed_time) confirmed = {m.entry.confirmed_height, *m.entry.confirmed_time};
  const auto paid = economy::paid_message(content, m.entry.envelope_time, m.entry.file_bytes, confirmed);
  LM_CHECK(paid.has_value());
  economy::PaymentRules rules = context.options.payment_rules;
  rules.cut_offs_by_envelope_time = as_reference(context.options.switches.payment_cutoff_time);
  if (!economy::payment_allowed(*paid, rules)) return Verdict::refuse(ErrorCode::payment_method_ended);

  const Wall time = m.entry.content_time;
  const auto bytes_of = [&](const message::ItemHash& store) -> std::optional<std::uint64_t> {
    const Loaded* file = context.find(store);
    return file == nullptr ? std::nullopt : file->entry.file_bytes;
  };
  const economy::FileSizes sizes{[&](const message::ItemHash&) { return m.entry.file_bytes; },
                                 [&](const message::FileRef& ref) -> std::optional<std::uint64_t> {
                                   if (!ref.use_latest) return bytes_of(ref.ref);
                                   const auto version = version_at(context.tx, context.options, ref.ref.view(), time);
                                   return version ? bytes_of(version->hash) : std::nullopt;
                                 }};
  const auto input = economy::cost_input(content, sizes);
  LM_CHECK(input.has_value());
  auto cost = economy::cost_of(*input, prices_at(context.memory, time), context.options.cost_rules);
  if (!cost) {
    context.depend(m, Kind::prices, {});
    return Verdict::refuse(ErrorCode::internal, error_sentence(cost.error().text));
  }
  Verdict verdict = Verdict::apply();
  verdict.effective = effective;
  if (context.options.charge && cost->payment != economy::Payment::superfluid) {
    CommitmentRow row;
    row.payment = cost->payment;
    row.cost = cost->total;
    row.admission_free = economy::admission_free(*paid, rules);
    row.removable = economy::removable(*paid, rules);
    verdict.commitment = row;
  }
  verdict.cost = *std::move(cost);
  return verdict;
}

}  // namespace lastmile::store
