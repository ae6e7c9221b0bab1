#include "core/store/forget.hpp"

#include <algorithm>
#include <limits>

#include "core/message/limits.hpp"
#include "core/store/accounts.hpp"
#include "core/store/aggregates.hpp"
#include "core/store/contents.hpp"
#include "core/store/effects.hpp"
#include "core/store/judge.hpp"
#include "core/store/machines.hpp"
#include "core/store/permissions.hpp"
#include "core/store/status.hpp"

namespace lastmile::store {
namespace {

using message::ErrorCode;
using message::Status;
using message::Type;

const message::Forget& body(Context& context, Loaded& forget) {
  const auto* content = context.content(forget).as<message::Forget>();
  if (content == nullptr) Source::damaged(keys::of_hash(Table::entry, forget.hash));
  return *content;
}

bool names(const message::Forget& forget, const message::ItemHash& hash) {
  return std::find(forget.hashes.begin(), forget.hashes.end(), hash) != forget.hashes.end();
}

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// Elements of a key that a FORGET reaches: those known with a content time up to its own, the first `limit` of them.
std::vector<message::ItemHash> elements_of(const Source& source, std::string_view owner, std::string_view key,
                                           Wall until, std::size_t limit) {
  const std::string prefix = keys::under(Table::element, aggregate20(owner, key));
  std::vector<message::ItemHash> elements;
  for (Scan scan = source.scan(prefix); scan.valid() && elements.size() < limit; scan.next()) {
    const TimedHash at = timed_hash_at(scan.key(), prefix.size());
    if (at.time > until) break;
    elements.push_back(at.hash);
  }
  return elements;
}

std::vector<message::ItemHash> elements_of(Context& context, Loaded& forget, std::string_view key) {
  return elements_of(context.tx, context.owner(forget), key, forget.entry.content_time, kAll);
}

// Who could have created it may forget it; `security` elements only their owner.
bool may_forget(Context& context, Loaded& forget, Loaded& target) {
  const std::string& sender = context.sender(forget);
  const std::string& owner = context.owner(target);
  if (message::same_address(sender, owner)) return true;
  if (only_owner_writes(context, target.entry)) return false;
  context.depend(forget, Kind::security, name20(owner));
  return may_act(context, owner, sender, permission_facts(context, target), forget.entry.content_time);
}

// The same for a target of which only the envelope is here: its owner is taken to be its signer. Filters on what only
// the content tells do not pass, and an aggregate might be `security`.
bool may_forget_unseen(Context& context, Loaded& forget, Loaded& target) {
  const std::string& sender = context.sender(forget);
  const std::string& signer = context.sender(target);
  if (message::same_address(sender, signer)) return true;
  if (target.entry.type == Type::AGGREGATE) return false;
  context.depend(forget, Kind::security, name20(signer));
  message::PermissionFacts facts = permission_facts(context, target);
  facts.post_type = {};
  return may_act(context, signer, sender, facts, forget.entry.content_time);
}

// Does this FORGET reach the message itself, in the eyes of a node that never saw its content?
bool reaches_unseen(Context& context, Loaded& forget, Loaded& m) {
  const message::Forget& content = body(context, forget);
  const bool own = message::same_address(context.owner(m), context.sender(m));
  // Of what a delegate signed only he himself is sure to be believed: his own delegates are not those of the owner.
  if (!own && !message::same_address(context.sender(forget), context.sender(m))) return false;
  if (names(content, m.hash)) return may_forget_unseen(context, forget, m);
  return m.entry.type == Type::AGGREGATE && !content.aggregates.empty() &&
         message::same_address(context.sender(forget), context.sender(m));
}

bool contains(const std::vector<message::ItemHash>& list, const message::ItemHash& hash) {
  return std::find(list.begin(), list.end(), hash) != list.end();
}

// Those of `all` that convince no node that never saw the content: by themselves, or as FORGETs of the original, which
// count once the first of them was sent by the signer, or once something else proved that the message is gone.
std::vector<message::ItemHash> unproved(Context& context, Loaded& m, const std::vector<message::ItemHash>& all,
                                        const std::optional<message::ItemHash>& with) {
  const Loaded* original = with ? context.find(*with) : nullptr;
  if (original != nullptr && original->entry.status != Status::forgotten) original = nullptr;
  std::vector<message::ItemHash> inherited;
  std::vector<message::ItemHash> not_proved;
  bool proved = false;
  for (const message::ItemHash& hash : all) {
    Loaded* forget = context.find(hash);
    if (forget == nullptr || !forget->entry.has_content) {
      not_proved.push_back(hash);
      continue;
    }
    if (reaches_unseen(context, *forget, m)) {
      proved = true;
    } else if (original != nullptr && contains(original->entry.forgotten_by, hash) &&
               !contains(original->entry.unproved_by, hash)) {
      proved = proved || message::same_address(context.sender(*forget), context.sender(m));
      inherited.push_back(hash);
    } else {
      not_proved.push_back(hash);
    }
  }
  if (!proved) not_proved.insert(not_proved.end(), inherited.begin(), inherited.end());
  return not_proved;
}

std::string named(const message::ItemHash& hash) { return error_naming("message", hash.view()); }

// Known: valid and here in whatever state, so that the answer does not depend on what else arrived already.
bool known(Context& context, const Loaded* target) {
  if (target == nullptr || !target->entry.authentic) return false;
  if (as_reference(context.options.switches.final_refusals) && target->entry.status == Status::pending) return false;
  return !as_reference(context.options.switches.second_forget) || target->entry.status != Status::forgotten;
}

std::optional<Verdict> judge_target(Context& context, Loaded& m, const message::ItemHash& hash,
                                    std::vector<Need>& missing) {
  context.depend_on_message(m, hash);
  Loaded* target = context.find(hash);
  if (!known(context, target)) {
    missing.push_back({Need::Kind::message, hash, {}});
    return std::nullopt;
  }
  if (target->entry.type == Type::FORGET) return Verdict::refuse(ErrorCode::forget_of_forget, named(hash));
  // Without its content nobody knows whose it is: anybody may have signed for it. The FORGET waits for the content, or
  // for a peer that says this very FORGET erased it; then it is believed of the signer and his delegates.
  if (!target->entry.has_content) {
    const bool told = contains(target->entry.claims, m.hash) || contains(target->entry.forgotten_by, m.hash);
    if (!told || !may_forget_unseen(context, m, *target)) missing.push_back({Need::Kind::message, hash, {}});
    return std::nullopt;
  }
  if (target->entry.type == Type::STORE && target->entry.live()) {
    const auto user = user_of_file(context, hash, {m.entry.content_time, m.hash});
    if (user) {
      context.depend_on_message(m, *user);
      return Verdict::refuse(ErrorCode::forget_of_used_file, named(*user));
    }
  }
  if (!may_forget(context, m, *target)) return Verdict::refuse(ErrorCode::permission_denied, named(hash));
  return std::nullopt;
}

// Is the tombstone of an element here that this FORGET is said to have erased? Which key it had nobody can tell any
// more.
bool claimed_by_element(Context& context, Loaded& forget) {
  const std::string prefix =
      keys::under(Table::dependant, keys::dependency(Kind::message, keys::hash_name(forget.hash)));
  for (Scan scan = context.tx.scan(prefix); scan.valid(); scan.next()) {
    Loaded* element = context.find(timed_hash_at(scan.key(), prefix.size()).hash);
    if (element == nullptr || !element->entry.authentic || element->entry.has_content) continue;
    if (element->entry.type != Type::AGGREGATE || element->entry.forgotten_with) continue;
    const auto& claims = element->entry.claims;
    if (std::find(claims.begin(), claims.end(), forget.hash) == claims.end()) continue;
    if (message::same_address(context.sender(*element), context.sender(forget))) return true;
  }
  return false;
}

std::optional<Verdict> judge_key(Context& context, Loaded& m, const std::string& key, std::vector<Need>& missing) {
  const std::string& owner = context.owner(m);
  context.depend(m, Kind::aggregate, aggregate20(owner, key));
  bool any = false;
  for (const message::ItemHash& hash : elements_of(context, m, key)) {
    Loaded* element = context.find(hash);
    if (!known(context, element)) continue;
    any = true;
    if (!may_forget(context, m, *element)) {
      return Verdict::refuse(ErrorCode::permission_denied, error_naming("aggregate", key));
    }
  }
  if (!any && !claimed_by_element(context, m)) missing.push_back({Need::Kind::aggregate, {}, key});
  return std::nullopt;
}

}  // namespace

Verdict judge_forget(Context& context, Loaded& m) {
  const message::Forget& forget = body(context, m);
  if (forget.names_nothing()) return Verdict::refuse(ErrorCode::forget_names_nothing);
  std::vector<Need> missing;
  std::optional<Verdict> refusal;
  // Every dependency is registered, although the first refusal decides.
  for (const message::ItemHash& hash : forget.hashes) {
    auto verdict = judge_target(context, m, hash, missing);
    if (verdict && !refusal) refusal = std::move(verdict);
  }
  for (const std::string& key : forget.aggregates) {
    auto verdict = judge_key(context, m, key, missing);
    if (verdict && !refusal) refusal = std::move(verdict);
  }
  if (!missing.empty()) {
    const Need& first = missing.front();
    std::string details =
        first.kind == Need::Kind::aggregate ? error_naming("aggregate", first.name) : named(first.hash);
    return Verdict::refuse(ErrorCode::forget_target_not_found, std::move(details), std::move(missing));
  }
  if (refusal) return *std::move(refusal);
  return Verdict::apply();
}

std::vector<message::ItemHash> forgets_of_key(Context& context, Loaded& element) {
  const std::string prefix = keys::under(Table::key_forget, aggregate20(context.owner(element), element.entry.subject));
  std::string from = prefix;
  append_time(from, element.entry.content_time);
  std::vector<message::ItemHash> by;
  for (Scan scan = context.tx.scan(prefix, from); scan.valid(); scan.next()) {
    const message::ItemHash hash = timed_hash_at(scan.key(), prefix.size()).hash;
    Loaded* forget = context.find(hash);
    if (forget == nullptr) Source::damaged(scan.key());
    if (may_forget(context, *forget, element)) by.push_back(hash);
  }
  return by;
}

std::optional<Verdict> proven_by(Context& context, Loaded& tombstone, Loaded& forget) {
  if (!forget.entry.has_content || !forget.entry.authentic) return std::nullopt;
  if (!message::same_address(context.sender(forget), context.sender(tombstone))) return std::nullopt;
  const message::Forget& content = body(context, forget);
  if (names(content, tombstone.hash)) return std::nullopt;
  Verdict verdict = Verdict::forget({forget.hash}, std::nullopt);
  verdict.unproven = true;
  if (tombstone.entry.forgotten_with) {
    const Loaded* original = context.find(*tombstone.entry.forgotten_with);
    if (original == nullptr || original->entry.status != Status::forgotten) return std::nullopt;
    const auto& by = original->entry.forgotten_by;
    if (std::find(by.begin(), by.end(), forget.hash) == by.end()) return std::nullopt;
    verdict.by = by;
    verdict.with = tombstone.entry.forgotten_with;
    return verdict;
  }
  const bool by_key = forget.entry.status == Status::processed && !content.aggregates.empty() &&
                      tombstone.entry.type == Type::AGGREGATE;
  if (!by_key) return std::nullopt;
  return verdict;
}

std::vector<message::ItemHash> named_by(const Source& source, const StoreOptions& options,
                                        const message::ItemHash& forget, const Entry& entry, std::size_t limit) {
  const message::Content content = load_content(source, load_envelope(source, forget), options.switches);
  const auto* body = content.as<message::Forget>();
  if (body == nullptr) Source::damaged(keys::of_hash(Table::entry, forget));
  std::vector<message::ItemHash> named = body->hashes;
  if (named.size() > limit) named.resize(limit);
  for (const std::string& key : body->aggregates) {
    const auto elements = elements_of(source, content.address, key, entry.content_time, limit - named.size());
    named.insert(named.end(), elements.begin(), elements.end());
  }
  return named;
}

void apply_forget(Context& context, Loaded& m) {
  const message::Forget forget = body(context, m);
  const std::vector<message::ItemHash> by{m.hash};
  for (const message::ItemHash& hash : forget.hashes) {
    Loaded* target = context.find(hash);
    if (target != nullptr && target->entry.authentic) forget_message(context, *target, by, std::nullopt);
  }
  for (const std::string& key : forget.aggregates) {
    context.tx.put(keys::of_name(Table::key_forget, aggregate20(context.owner(m), key), m.entry.content_time, m.hash),
                   {});
    for (const message::ItemHash& hash : elements_of(context, m, key)) {
      Loaded* element = context.find(hash);
      if (element != nullptr && element->entry.authentic) forget_message(context, *element, by, std::nullopt);
    }
  }
  note_provable(context, m);
}

void note_provable(Context& context, Loaded& m) {
  const message::Forget forget = body(context, m);
  bool provable = true;
  for (const message::ItemHash& hash : forget.hashes) {
    Loaded* target = context.find(hash);
    if (target != nullptr && target->entry.status == Status::forgotten) {
      provable = provable && reaches_unseen(context, m, *target);
    }
  }
  for (const std::string& key : forget.aggregates) {
    bool any = claimed_by_element(context, m);
    for (const message::ItemHash& hash : elements_of(context, m, key)) {
      Loaded* element = context.find(hash);
      any = any || (element != nullptr && element->entry.authentic && reaches_unseen(context, m, *element));
    }
    provable = provable && any;
  }
  if (m.entry.unprovable != provable) return;
  edit(context, m, [&](Entry& entry) { entry.unprovable = !provable; });
}

bool revoked(Context& context, Loaded& m) {
  const message::Forget forget = body(context, m);
  for (const message::ItemHash& hash : forget.hashes) {
    Loaded* target = context.find(hash);
    if (target != nullptr && target->entry.has_content && !may_forget(context, m, *target)) return true;
  }
  return false;
}

bool came_to_nothing(Context& context, Loaded& m) {
  const message::Forget forget = body(context, m);
  if (!forget.aggregates.empty()) return false;  // more of its elements may come
  bool denied = false;
  for (const message::ItemHash& hash : forget.hashes) {
    Loaded* target = context.find(hash);
    if (target == nullptr || !target->entry.authentic) continue;
    if (contains(target->entry.forgotten_by, m.hash)) return false;
    denied = denied || (target->entry.has_content && !target->entry.over() && !may_forget(context, m, *target));
  }
  return denied;
}

namespace {

// Whose FORGETs reach an amend or upgrade as well.
std::optional<message::ItemHash> original_of(const Entry& entry) {
  if (entry.forgotten_with) return entry.forgotten_with;
  if (!entry.is_amend() && !entry.is_machine()) return std::nullopt;
  return message::ItemHash::parse(entry.ref);
}

}  // namespace

void follow_forgets(Context& context, Loaded& m) {
  if (const auto original = original_of(m.entry)) context.depend_on_message(m, *original);
  if (!m.entry.has_content) {
    for (const message::ItemHash& claimed : m.entry.claims) context.depend_on_message(m, claimed);
  }
  context.keep_dependencies(m);
}

namespace {

// Drops what is kept of the content, and the rows that need it.
void erase_content(Context& context, Loaded& m) {
  const Entry& e = m.entry;
  remove_fetched(context.tx, m.hash);
  message::Envelope bare = context.envelope(m);
  bare.item_content.reset();
  context.tx.put(keys::of_hash(Table::envelope, m.hash), write_envelope(bare, false));
  m.envelope = std::make_shared<message::Envelope>(std::move(bare));
  m.content.reset();
  // Confirmations stay, unseen: they say whether the tombstone must still be anchored.
  if (e.type == Type::POST) remove_from_credits(context, {e.content_time, m.hash});
  if (e.is_machine()) drop_upgrade(context, m);
}

// By (content time, hash) of the FORGETs. One that is only claimed stands at the end.
void sort_forgets(Context& context, std::vector<message::ItemHash>& by) {
  std::vector<TimedHash> timed;
  for (const message::ItemHash& hash : by) {
    const Loaded* forget = context.find(hash);
    timed.push_back(
        {forget == nullptr ? Wall{std::numeric_limits<std::int64_t>::max()} : forget->entry.content_time, hash});
  }
  std::sort(timed.begin(), timed.end());
  timed.erase(std::unique(timed.begin(), timed.end()), timed.end());
  by.clear();
  for (const TimedHash& forget : timed) by.push_back(forget.hash);
  if (by.size() > message::kForgottenByMax) by.resize(message::kForgottenByMax);
}

}  // namespace

void forget_message(Context& context, Loaded& m, const std::vector<message::ItemHash>& by,
                    const std::optional<message::ItemHash>& with, bool unproven) {
  if (m.entry.type == Type::FORGET || m.entry.status == Status::removed || !m.entry.authentic) return;
  const bool first = m.entry.status != Status::forgotten;
  std::vector<message::ItemHash> all = first ? std::vector<message::ItemHash>{} : m.entry.forgotten_by;
  all.insert(all.end(), by.begin(), by.end());
  sort_forgets(context, all);
  const auto origin = with ? with : m.entry.forgotten_with;
  std::optional<Wall> at;
  for (const message::ItemHash& hash : all) {
    Loaded* forget = context.find(hash);
    if (forget == nullptr || !forget->entry.has_content) continue;
    if (!at) at = forget->entry.envelope_time;
    // What it reaches decides whether others can judge it.
    if (forget->entry.unprovable) context.enqueue(*forget);
  }
  auto unproved_by = unproved(context, m, all, origin);
  const bool same =
      all == m.entry.forgotten_by && origin == m.entry.forgotten_with && unproved_by == m.entry.unproved_by;
  if (!first && same) return;

  if (first) {
    if (with) trace::mark(context.sink, trace::RareState::forget_cascade);
    withdraw(context, m);
    if (m.entry.live()) unapply_effects(context, m, context.now + context.options.file_grace);
    erase_content(context, m);
  }
  edit(context, m, [&](Entry& entry) {
    entry.forgotten_by = std::move(all);
    entry.forgotten_with = origin;
    entry.ended_at = at;
    entry.unprovable = unproved_by.size() == entry.forgotten_by.size();
    entry.unproved_by = std::move(unproved_by);
    entry.unproven = first ? unproven : entry.unproven && unproven;
  });
  if (first) {
    set_status(context, m, Status::forgotten);
    follow_forgets(context, m);
    if (m.entry.copied) context.enqueue(m);  // what decides who stands for it goes on to
  }
  // Amends and upgrades follow, FORGETs may have waited.
  context.touch_message(m.hash);
}

void follow_original(Context& context, Loaded& m) {
  const auto original_hash = original_of(m.entry);
  if (!original_hash) return;
  const Loaded* original = context.find(*original_hash);
  if (original == nullptr || original->entry.status != Status::forgotten) return;
  const auto by = original->entry.forgotten_by;
  forget_message(context, m, by, original_hash, m.entry.unproven);
}

namespace {

// With its facts: was one of the FORGETs allowed to erase it?
bool rightly_forgotten(Context& context, Loaded& m) {
  const auto ref = message::ItemHash::parse(m.entry.ref);
  if (m.entry.forgotten_with && ref == m.entry.forgotten_with && (m.entry.is_amend() || m.entry.is_machine())) {
    return true;
  }
  if (m.entry.type == Type::AGGREGATE && !forgets_of_key(context, m).empty()) return true;
  return std::ranges::any_of(m.entry.forgotten_by, [&](const message::ItemHash& hash) {
    Loaded* forget = context.find(hash);
    return forget != nullptr && forget->entry.type == Type::FORGET && forget->entry.has_content &&
           names(body(context, *forget), m.hash) && may_forget(context, *forget, m);
  });
}

}  // namespace

bool learn_facts(Context& context, Loaded& m, const message::Content& content) {
  if (content.type() != m.entry.type) return false;
  {
    Loaded trial = m;
    note_facts(context, trial, content);
    if (!rightly_forgotten(context, trial)) return false;
  }
  context.drop_dependencies(m);  // they stand at the content time, which was a guess
  edit(context, m, [&](Entry& entry) {
    Loaded facts = m;
    note_facts(context, facts, content);
    facts.entry.unproven = false;
    entry = std::move(facts.entry);
  });
  follow_forgets(context, m);
  follow_original(context, m);
  // Only now it is known which FORGETs of a key reach it too, and what those that named it prove to others.
  std::vector<message::ItemHash> more;
  if (m.entry.type == Type::AGGREGATE) {
    note_element(context, m);
    more = forgets_of_key(context, m);
  }
  forget_message(context, m, more, m.entry.forgotten_with, m.entry.unproven);
  for (const message::ItemHash& hash : m.entry.forgotten_by) {
    const Loaded* forget = context.find(hash);
    if (forget != nullptr && forget->entry.has_content) context.enqueue(*forget);
  }
  context.touch_message(m.hash);
  return true;
}

}  // namespace lastmile::store
