#include "core/economy/reward/usage.hpp"

#include <algorithm>
#include <array>

#include "core/base/mul_div.hpp"
#include "core/economy/exact_json.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {
namespace {

using message::JsonView;

constexpr int kFineDecimals = 36;

Uint256 percent_of(const Uint256& value, unsigned percent) { return mul_div(value, percent, 100u); }

void add_to(std::map<std::string, Uint256>& unallocated, std::string_view key, const Uint256& fine) {
  if (fine != 0) unallocated[std::string(key)] += fine;
}

void split_execution(const UsageEntry& entry, const Uint256& value, const NodeState& state, const RewardRules& rules,
                     UsageSplit& split) {
  const UsageShares& usage = present(rules.usage);
  const Uint256 core_part = percent_of(value, usage.execution_core);
  const Uint256 stakers_part = percent_of(value, usage.stakers);
  const std::string key = entry.node.empty() ? std::string(kMissingNode) : entry.node;
  const auto resource = state.resource.find(entry.node);
  const bool linked = resource != state.resource.end() && resource->second.parent;
  const Uint256 resource_part = percent_of(value, usage.execution_resource);
  if (linked) {
    split.execution_resource.push_back(
        {entry.node, payee_of(resource->second, rules), resource_part, resource->second.inactive_since});
  } else {
    add_to(split.unallocated.resource, key, resource_part);
  }
  const auto core = linked ? state.core.find(present(resource->second.parent)) : state.core.end();
  if (core == state.core.end() || !core->second.active) {
    add_to(split.unallocated.core, key, core_part);
    add_to(split.unallocated.stakers, key, stakers_part);
    return;
  }
  split.execution_core.push_back({core->first, payee_of(core->second, rules), core_part, core->second.inactive_since});
  add_to(split.unallocated.stakers, core->first,
         cut_among_stakers(core->second, stakers_part, split.execution_stakers));
}

void split_storage(const Uint256& value, const NodeState& state, const RewardRules& rules, UsageSplit& split) {
  const UsageShares& usage = present(rules.usage);
  add_to(split.unallocated.core, kNoActiveCore,
         cut_among_core(state, percent_of(value, usage.storage_core), rules, split.storage_core));
  std::vector<NodeShare> by_node;
  add_to(split.unallocated.stakers, kNoActiveCore,
         cut_among_core(state, percent_of(value, usage.stakers), rules, by_node));
  for (const NodeShare& share : by_node) {
    add_to(split.unallocated.stakers, share.node,
           cut_among_stakers(state.core.at(share.node), share.fine, split.storage_stakers));
  }
}

Result<std::vector<UsageEntry>> read_entries(JsonView expense, std::string_view key) {
  std::vector<UsageEntry> entries;
  const auto list = member(expense, key);
  if (!list) return entries;
  const std::string where = "content.expense." + std::string(key);
  if (!list->is_array()) return Error{where + ": expected a list"};
  std::optional<Error> error;
  list->each([&](JsonView item) {
    const std::string place = where + "[" + std::to_string(entries.size()) + "]";
    const auto amount = item.is_object() ? member(item, "amount") : std::nullopt;
    const auto credits = amount ? exact_integer(*amount) : std::nullopt;
    if (!credits || *credits == 0) {
      error = Error{place + ".amount: expected an integer > 0"};
    } else if (entries.size() >= kMaxUsageEntries) {
      error = Error{where + ": expected at most " + std::to_string(kMaxUsageEntries) + " entries"};
    } else {
      const auto node = member(item, "node_id");
      entries.push_back({*credits, node && node->is_string() ? node->string() : std::string()});
    }
    return !error;
  });
  if (error) return *error;
  return entries;
}

std::optional<UsageKind> kind_of(JsonView tags) {
  std::optional<UsageKind> kind;
  if (!tags.is_array()) return kind;
  tags.each([&](JsonView tag) {
    if (tag.is_string() && tag.string() == "type_execution") kind = UsageKind::execution;
    if (tag.is_string() && tag.string() == "type_storage") kind = UsageKind::storage;
    return !kind;
  });
  return kind;
}

}  // namespace

Result<Usage> parse_usage(std::string_view json) {
  const auto content = JsonView::parse(json);
  if (!content) return content.error();
  const auto expense = content->is_object() ? member(*content, "expense") : std::nullopt;
  if (!expense || !expense->is_object()) return Error{"content.expense: expected an object"};
  const auto tags = member(*content, "tags");
  const auto kind = tags ? kind_of(*tags) : std::nullopt;
  if (!kind) return Error{"content.tags: expected \"type_execution\" or \"type_storage\" among them"};
  const auto end = member(*expense, "end_date");
  const auto milliseconds_ = end ? exact_integer(*end) : std::nullopt;
  constexpr std::uint64_t kLatest = 9'223'372'036'854;  // the end of our time
  if (!milliseconds_ || *milliseconds_ > kLatest) return Error{"content.expense.end_date: expected milliseconds"};
  const auto price_text = member(*expense, "credit_price_aleph");
  const auto price = price_text ? exact_number(*price_text) : std::nullopt;
  if (!price || price->negative()) return Error{"content.expense.credit_price_aleph: expected a number >= 0"};
  const Wall at = Wall() + milliseconds(static_cast<std::int64_t>(present(milliseconds_->narrow())));
  Usage usage{*kind, at, *price, {}, {}};
  auto paid = read_entries(*expense, "credits");
  if (!paid) return paid.error();
  auto hold = read_entries(*expense, "hold");
  if (!hold) return hold.error();
  usage.paid = *std::move(paid);
  usage.hold = *std::move(hold);
  return usage;
}

Result<Unit> split_usage(UsageKind kind, const Decimal& price, const std::vector<UsageEntry>& entries,
                         const NodeState& state, const RewardRules& rules, UsageSplit& split) {
  const auto each = price.floor_at(kFineDecimals);
  std::vector<Uint256> values;
  Uint256 sum;
  for (const UsageEntry& entry : entries) {
    const auto value = each ? each->scaled(entry.credits, 1u) : std::nullopt;
    if (!value || *value > fine(amount_limit()) - sum) {
      return Error{"an expense is worth more than " + amount_limit().tokens_text() + " tokens"};
    }
    sum += *value;
    values.push_back(*value);
  }
  const UsageShares& usage = present(rules.usage);
  const unsigned given = usage.stakers + (kind == UsageKind::execution ? usage.execution_resource + usage.execution_core
                                                                       : usage.storage_core);
  split.total += sum;
  split.development += percent_of(sum, 100 - given);
  if (kind == UsageKind::storage) {
    split_storage(sum, state, rules, split);
    return Unit();
  }
  for (std::size_t i = 0; i < entries.size(); ++i) split_execution(entries[i], values[i], state, rules, split);
  return Unit();
}

void UsageSplit::accrue(Reason reason, Accruals& accruals) const {
  for (const auto* shares :
       {&execution_resource, &execution_core, &execution_stakers, &storage_core, &storage_stakers}) {
    economy::accrue(*shares, reason, accruals);
  }
}

Result<Window> next_revenue_window(std::uint64_t last_end, std::uint64_t newest, const RevenueLimits& limits) {
  const std::uint64_t end = newest > limits.behind ? newest - limits.behind : 0;
  if (end <= last_end || end - last_end < limits.least_blocks) {
    return Error{"the last run ended at " + std::to_string(last_end) + ": the next one ends at " +
                 std::to_string(last_end + limits.least_blocks) + " at the earliest"};
  }
  return Window{last_end + 1, end};
}

Result<Payouts> limited_payouts(const Payouts& payouts, const RevenueLimits& limits) {
  std::map<std::string, Amount> totals;
  for (const Payout& payout : payouts.each) {
    Amount& total = totals[payout.payee];
    total = present(total.plus(payout.amount));
  }
  Payouts kept;
  kept.dust = payouts.dust;
  for (const Payout& payout : payouts.each) {
    if (totals.at(payout.payee) < limits.least_payout) continue;
    kept.each.push_back(payout);
    kept.total = present(kept.total.plus(payout.amount));
  }
  if (kept.total > limits.most) {
    return Error{"one run pays at most " + limits.most.tokens_text() + ", found " + kept.total.tokens_text()};
  }
  return kept;
}

}  // namespace lastmile::economy
