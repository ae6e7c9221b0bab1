#include "core/store/copies.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/store/aggregates.hpp"
#include "core/store/effects.hpp"
#include "core/store/forget.hpp"
#include "core/store/indexes.hpp"
#include "core/store/judge.hpp"
#include "core/store/permissions.hpp"
#include "core/store/run.hpp"
#include "core/store/status.hpp"

namespace lastmile::store {
namespace {

using message::Envelope;
using message::Type;

constexpr std::size_t kPerSignerMax = 2;  // while nobody knows whose the message is

std::vector<Envelope> load_others(const Source& source, const message::ItemHash& hash) {
  const std::string key = keys::of_hash(Table::copies, hash);
  const Stored value = source.get(key);
  if (value == nullptr) return {};
  auto copies = read_copies(hash, *value);
  if (!copies) Source::damaged(key);
  return *std::move(copies);
}

void keep_others(Context& context, Loaded& m, const std::vector<Envelope>& others) {
  if (others.empty()) return drop_copies(context, m);
  context.tx.put(keys::of_hash(Table::copies, m.hash), write_copies(others));
  m.entry.copied = true;
  m.changed = true;
}

// Who signed in his own name comes first; a channel that makes it a message about credits goes before others, so that
// no relay can take a credit away; then the smaller signer. Of equals the one that was here first: nobody signed what
// differs.
struct Rank {
  bool of_another;
  bool other_channel;
  std::string_view sender;
  crypto::Chain chain;
  friend auto operator<=>(const Rank&, const Rank&) = default;
};
Rank rank_of(const StoreOptions& options, const std::string& owner, const Envelope& copy) {
  return {!message::same_address(owner, copy.sender), copy.channel.value_or("") != options.credit_rules.channel,
          copy.sender, copy.chain};
}

// His own word is enough. Of a FORGET it is not: it acts on what belongs to others (judge_forget).
bool needs_no_other(const Entry& entry, const std::string& owner, const Envelope& copy) {
  return entry.type != Type::FORGET && message::same_address(owner, copy.sender);
}

// May the signer of the envelope that stands for it act, in the eyes of judge()?
bool signer_may(Context& context, Loaded& m, const std::string& owner) {
  if (m.entry.type == Type::FORGET) {
    const Verdict verdict = judge_forget(context, m);
    return verdict.kind != Verdict::Kind::refuse || verdict.code != message::ErrorCode::permission_denied;
  }
  const bool own = message::same_address(owner, context.sender(m));
  if (!own && only_owner_writes(context, m.entry)) return false;
  Loaded* about = &m;
  if (m.entry.is_amend()) {
    const auto original = message::ItemHash::parse(m.entry.ref);
    if (original) context.depend_on_message(m, *original);
    Loaded* found = original ? context.find(*original) : nullptr;
    if (found == nullptr || !found->entry.authentic) return own;
    about = found;
  }
  return sender_may(context, m, owner, permission_facts(context, *about));
}

// A FORGET in force is not taken back; another one may stand for it all the same.
void put_in_force(Context& context, Loaded& m, std::shared_ptr<const Envelope> chosen) {
  unlist_message(context, m);
  m.envelope = std::move(chosen);
  edit(context, m, [&](Entry&) { note_facts(context, m, context.content(m)); });
  list_message(context, m);
  apply_forget(context, m);
  context.touch_message(m.hash);
  // What went along with its targets, too, is proven by who signed it.
  for (const message::ItemHash& target : named_by(context.tx, context.options, m.hash, m.entry)) {
    context.touch_message(target);
  }
}

// Who signed it decides which FORGETs convince others.
void put_on_tombstone(Context& context, Loaded& m, const std::string& owner, std::shared_ptr<const Envelope> chosen) {
  m.envelope = std::move(chosen);
  edit(context, m, [&](Entry& entry) {
    entry.owner.reset();
    if (owner != m.envelope->sender) entry.owner = owner;
  });
  const auto by = m.entry.forgotten_by;
  forget_message(context, m, by, m.entry.forgotten_with, m.entry.unproven);
  for (const message::ItemHash& hash : by) {
    const Loaded* forget = context.find(hash);
    if (forget != nullptr && forget->entry.has_content) context.enqueue(*forget);
  }
}

void put_instead(Context& context, Loaded& m, std::shared_ptr<const Envelope> chosen) {
  take_back(context, m);
  m.envelope = std::move(chosen);
  m.content.reset();  // it may take its time from the envelope
  const message::Content& content = context.content(m);
  edit(context, m, [&](Entry&) { note_facts(context, m, content); });
  if (m.entry.type == Type::AGGREGATE) note_element(context, m);
  context.touch_message(m.hash);
}

// Above the limit those go first who may not act, then those whose signer has another copy here, then the larger ones.
// In the order in which they stand.
void keep_limit(Context& context, Loaded& m, const std::string& owner, const std::shared_ptr<const Envelope>& best,
                std::vector<std::shared_ptr<const Envelope>>& others) {
  if (others.size() <= context.options.limits.copies) return;
  struct Claim {
    bool denied;
    std::size_t before;  // of the same signer
    std::size_t place;
    auto operator<=>(const Claim&) const = default;
  };
  std::vector<Claim> claims;
  for (std::size_t i = 0; i < others.size(); ++i) {
    m.envelope = others[i];
    std::size_t before = same_signer(*best, *others[i]) ? 1 : 0;
    for (std::size_t j = 0; j < i; ++j) before += same_signer(*others[j], *others[i]) ? 1 : 0;
    claims.push_back({!signer_may(context, m, owner), before, i});
  }
  std::ranges::sort(claims);
  claims.resize(context.options.limits.copies);
  std::ranges::sort(claims, {}, &Claim::place);
  std::vector<std::shared_ptr<const Envelope>> kept;
  kept.reserve(claims.size());
  for (const Claim& claim : claims) kept.push_back(others[claim.place]);
  others = std::move(kept);
}

}  // namespace

bool same_signer(const Envelope& a, const Envelope& b) {
  return a.chain == b.chain && a.sender == b.sender && a.type == b.type;
}

bool same_copy(const Envelope& a, const Envelope& b) { return same_signer(a, b) && a.channel == b.channel; }

std::vector<Envelope> load_copies(const Source& source, const message::ItemHash& hash, const Entry& entry) {
  std::vector<Envelope> all{load_envelope(source, hash)};
  all.front().item_content.reset();
  if (!entry.copied) return all;
  for (Envelope& other : load_others(source, hash)) all.push_back(std::move(other));
  return all;
}

void drop_copies(Context& context, Loaded& m) {
  if (!m.entry.copied) return;
  context.tx.remove(keys::of_hash(Table::copies, m.hash));
  m.entry.copied = false;
  m.changed = true;
}

bool may_be_chosen(const StoreOptions& options, const Entry& entry, const Envelope& first, const Envelope& copy) {
  // No content has two types.
  if (same_copy(first, copy) || entry.nameless || copy.type != entry.type) return false;
  const std::string& owner = entry.owner ? *entry.owner : first.sender;
  return !needs_no_other(entry, owner, first) || rank_of(options, owner, copy) < rank_of(options, owner, first);
}

bool has_place(const StoreOptions& options, const std::vector<Envelope>& known, const Envelope& copy) {
  if (known.size() > options.limits.copies) return false;
  if (std::ranges::any_of(known, [&](const Envelope& other) { return same_copy(other, copy); })) return false;
  const auto of_signer = std::ranges::count_if(known, [&](const Envelope& other) { return same_signer(other, copy); });
  return static_cast<std::size_t>(of_signer) < kPerSignerMax;
}

bool keep_copy(Context& context, Loaded& m, const Envelope& copy) {
  // The reference looks at one copy of what is settled.
  if (!m.entry.waiting() && as_reference(context.options.switches.final_refusals)) return false;
  if (m.entry.has_content && !may_be_chosen(context.options, m.entry, context.envelope(m), copy)) return false;
  std::vector<Envelope> others = load_others(context.tx, m.hash);
  if (std::ranges::any_of(others, [&](const Envelope& other) { return same_copy(other, copy); })) return false;
  if (!m.entry.has_content && !has_place(context.options, load_copies(context.tx, m.hash, m.entry), copy)) return false;
  others.push_back(copy);
  others.back().item_content.reset();
  keep_others(context, m, others);  // choose_copy() keeps the limit
  return true;
}

void put_first(Context& context, Loaded& m, std::shared_ptr<const Envelope> copy) {
  LM_CHECK(!m.entry.has_content);
  std::vector<Envelope> others = load_copies(context.tx, m.hash, m.entry);
  std::erase_if(others, [&](const Envelope& other) { return other.type != copy->type || same_copy(other, *copy); });
  keep_others(context, m, others);
  context.drop_dependencies(m);
  edit(context, m, [&](Entry& entry) { entry.type = copy->type; });
  m.envelope = std::move(copy);
}

void choose_copy(Context& context, Loaded& m) {
  // What names nobody belongs to who signs it, and the first one has.
  if (m.entry.nameless) return drop_copies(context, m);
  const bool in_force = m.entry.type == Type::FORGET && m.entry.live();
  if (in_force && !context.content(m).names_time) return;
  context.envelope(m);
  const std::shared_ptr<const Envelope> present = m.envelope;
  const std::optional<std::string> noted = m.entry.owner;
  const std::string owner = context.owner(m);

  std::vector<std::shared_ptr<const Envelope>> all{present};
  std::vector<Envelope> others = load_others(context.tx, m.hash);
  const std::size_t before = others.size();
  for (Envelope& other : others) {
    other.item_type = present->item_type;  // one content, kept once
    other.item_content = present->item_content;
    all.push_back(std::make_shared<const Envelope>(std::move(other)));
  }
  std::ranges::stable_sort(all, [&](const auto& a, const auto& b) {
    return rank_of(context.options, owner, *a) < rank_of(context.options, owner, *b);
  });
  m.entry.owner = owner;  // whoever signs
  auto chosen = std::ranges::find_if(all, [&](const auto& copy) {
    m.envelope = copy;
    return signer_may(context, m, owner);
  });
  if (chosen == all.end()) chosen = all.begin();
  const auto best = *chosen;
  all.erase(chosen);
  if (needs_no_other(m.entry, owner, *best)) all.clear();
  keep_limit(context, m, owner, best, all);
  m.envelope = present;
  m.entry.owner = noted;

  if (best == present && all.size() == before) return;
  others.clear();
  for (const auto& copy : all) {
    others.push_back(*copy);
    others.back().item_content.reset();
  }
  keep_others(context, m, others);
  if (best == present) return;
  const auto looked_at = m.looked_at;  // also by those who may not act: they may, later
  context.tx.put(keys::of_hash(Table::envelope, m.hash), write_envelope(*best, true));
  if (m.entry.status == message::Status::forgotten) {
    put_on_tombstone(context, m, owner, best);
  } else if (in_force) {
    put_in_force(context, m, best);
  } else {
    put_instead(context, m, best);
  }
  m.looked_at = looked_at;
}

}  // namespace lastmile::store
