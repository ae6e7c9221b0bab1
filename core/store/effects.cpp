#include "core/store/effects.hpp"

#include <algorithm>

#include "core/store/accounts.hpp"
#include "core/store/aggregates.hpp"
#include "core/store/digest.hpp"
#include "core/store/files.hpp"
#include "core/store/forget.hpp"
#include "core/store/indexes.hpp"
#include "core/store/machines.hpp"
#include "core/store/posts.hpp"
#include "core/store/status.hpp"

namespace lastmile::store {
namespace {

using message::Type;

// A post that tells token balances, read; empty for others.
std::optional<economy::BalanceUpdate> balance_update(Context& context, Loaded& m) {
  if (m.entry.subject != "balances-update") return std::nullopt;
  const auto& well_known = context.options.well_known.balances;
  if (std::find(well_known.begin(), well_known.end(), context.owner(m)) == well_known.end()) return std::nullopt;
  const auto* post = context.content(m).as<message::Post>();
  auto update = economy::parse_balance_update(m.hash, m.entry.content_time, post->content.value_or("null"));
  if (!update) return std::nullopt;
  return *std::move(update);
}

std::string cost_key(const message::ItemHash& hash) { return keys::of_hash(Table::cost, hash); }

std::string owner_cost_key(Context& context, Loaded& m) {
  Key key(Table::owner_cost);
  return key.raw(name20(context.owner(m))).hash(m.hash).take();
}

std::string chain_height_key(const message::ItemHash& hash, const Confirmation& c) {
  Key key(Table::chain_height);
  key.raw(c.chain).byte('\0').big64(c.height).hash(hash).raw(name20(c.transaction));
  return key.text();
}

std::string confirmation_key(const message::ItemHash& hash, const Confirmation& c) {
  Key key(Table::confirmation);
  key.hash(hash).raw(c.chain).byte('\0').raw(name20(c.transaction));
  return key.text();
}

}  // namespace

void apply_effects(Context& context, Loaded& m) {
  list_message(context, m);
  switch (m.entry.type) {
    case Type::POST:
      apply_post(context, m);
      if (const auto update = balance_update(context, m)) add_to_balances(context, *update);
      return;
    case Type::AGGREGATE:
      return apply_element(context, m);
    case Type::STORE:
      return apply_store(context, m);
    case Type::PROGRAM:
    case Type::INSTANCE:
    case Type::V_PROGRAM:
      return apply_machine(context, m);
    case Type::FORGET:
      return apply_forget(context, m);
  }
}

void unapply_effects(Context& context, Loaded& m, Wall keep_until) {
  unlist_message(context, m);
  record_cost(context, m, std::nullopt);
  switch (m.entry.type) {
    case Type::POST:
      if (const auto update = balance_update(context, m)) remove_from_balances(context, *update);
      unapply_post(context, m);
      break;
    case Type::AGGREGATE:
      unapply_element(context, m);
      break;
    case Type::STORE:
      unapply_store(context, m, keep_until);
      break;
    case Type::PROGRAM:
    case Type::INSTANCE:
    case Type::V_PROGRAM:
      unapply_machine(context, m);
      break;
    case Type::FORGET:
      break;  // what is forgotten stays forgotten
  }
}

void record_cost(Context& context, Loaded& m, const std::optional<economy::Cost>& cost) {
  std::string key = cost_key(m.hash);
  const auto before = load<economy::Cost>(context.tx, key, read_cost);
  if (!before && !cost) return;
  if (before && cost && write_cost(*before) == write_cost(*cost)) return;
  if (before) context.remove_entry(digest::cost_entry(m.hash, *before));
  if (cost) {
    context.add_entry(digest::cost_entry(m.hash, *cost));
    context.tx.put(std::move(key), write_cost(*cost));
    if (!before && context.options.query_indexes) context.tx.put(owner_cost_key(context, m), {});
  } else {
    context.tx.remove(std::move(key));
    if (context.options.query_indexes) context.tx.remove(owner_cost_key(context, m));
  }
}

void note_facts(Context& context, Loaded& m, const message::Content& content) {
  Entry& e = m.entry;
  e.has_content = true;
  e.content_time = content.time;
  e.nameless = !content.names_owner;
  if (content.address != context.sender(m)) {
    e.owner = content.address;
  } else {
    e.owner.reset();
  }
  if (const auto* post = content.as<message::Post>()) {
    e.subject = post->type;
    e.ref = post->ref.value_or("");
  } else if (const auto* aggregate = content.as<message::Aggregate>()) {
    e.subject = aggregate->key;
  } else if (const auto* store = content.as<message::Store>()) {
    e.file = store->item_hash;
    e.ref = store->ref.value_or("");
    if (store->payment) e.payment = store->payment->type;
  } else if (const message::Execution* execution = message::execution(content)) {
    e.ref = execution->replaces.value_or("");
    if (execution->payment) e.payment = execution->payment->type;
  }
}

bool merge_confirmation(Context& context, const message::ItemHash& hash, std::vector<Confirmation>& all,
                        const Confirmation& seen) {
  const auto same = std::find_if(all.begin(), all.end(), [&](const Confirmation& old) {
    return old.chain == seen.chain && old.transaction == seen.transaction;
  });
  if (same == all.end()) {
    all.push_back(seen);
  } else {
    if (*same == seen || same->final) return false;
    remove_confirmation_rows(context, hash, *same);
    *same = seen;
  }
  put_confirmation_rows(context, hash, seen);
  return true;
}

void add_confirmation(Context& context, const message::ItemHash& hash, const Confirmation& seen) {
  std::vector<Confirmation> all = load_confirmations(context.tx, hash);
  if (!merge_confirmation(context, hash, all, seen)) return;
  Loaded* m = context.find(hash);
  if (m == nullptr || !m->entry.authentic) return;
  record_confirmed(context, hash, seen);
  refresh_confirmed(context, *m, all);
}

void put_confirmation_rows(Context& context, const message::ItemHash& hash, const Confirmation& confirmation) {
  context.tx.put(confirmation_key(hash, confirmation), write_confirmation(confirmation));
  if (!confirmation.final) context.tx.put(chain_height_key(hash, confirmation), {});
}

void remove_confirmation_rows(Context& context, const message::ItemHash& hash, const Confirmation& confirmation) {
  context.tx.remove(confirmation_key(hash, confirmation));
  if (!confirmation.final) context.tx.remove(chain_height_key(hash, confirmation));
}

void record_confirmed(Context& context, const message::ItemHash& hash, const Confirmation& confirmation) {
  constexpr std::uint64_t kUnknownChain = 255;
  const auto chain = crypto::parse_chain(confirmation.chain);
  context.sink.record({trace::Kind::message_confirmed, hash.view(),
                       chain ? static_cast<std::uint64_t>(*chain) : kUnknownChain, confirmation.height,
                       confirmation.final ? 1u : 0u});
}

void refresh_confirmed(Context& context, Loaded& m) {
  refresh_confirmed(context, m, load_confirmations(context.tx, m.hash));
}

void refresh_confirmed(Context& context, Loaded& m, const std::vector<Confirmation>& all) {
  const auto first = std::min_element(all.begin(), all.end(), confirmed_before);
  std::optional<Wall> time;
  std::uint64_t height = 0;
  if (first != all.end()) {
    time = first->time;
    height = first->height;
  }
  std::vector<std::string> on;
  on.reserve(all.size());
  for (const Confirmation& confirmation : all) on.push_back(confirmation.chain);
  std::sort(on.begin(), on.end());
  on.erase(std::unique(on.begin(), on.end()), on.end());
  if (m.entry.confirmed_time == time && m.entry.confirmed_height == height && m.entry.confirmed_on == on) return;
  edit(context, m, [&](Entry& entry) {
    entry.confirmed_time = time;
    entry.confirmed_height = height;
    entry.confirmed_on = std::move(on);
  });
  const bool paid = m.entry.type == Type::STORE || m.entry.is_machine();
  if (paid && m.entry.has_content && !m.entry.over()) context.enqueue(m);
}

}  // namespace lastmile::store
