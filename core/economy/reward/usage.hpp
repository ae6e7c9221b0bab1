// What was used, and who gets the price of it (economics.md 6): expenses paid by credit, and by the same rules what
// holders used, which the pool pays.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/economy/decimal.hpp"
#include "core/economy/reward/availability.hpp"
#include "core/economy/reward/shares.hpp"

namespace lastmile::economy {

enum class UsageKind : std::uint8_t { execution, storage };

struct UsageEntry {
  Uint256 credits;
  std::string node;  // resource node that worked; empty = not named
};

struct Usage {
  UsageKind kind = UsageKind::execution;
  Wall end;       // end_date
  Decimal price;  // tokens per credit
  std::vector<UsageEntry> paid;
  std::vector<UsageEntry> hold;
};
inline constexpr std::size_t kMaxUsageEntries = 100'000;

// Reads content.content of a POST `aleph_credit_expense`. Bytes of its publisher.
Result<Usage> parse_usage(std::string_view json);

// Keys of what nobody was there for.
inline constexpr std::string_view kMissingNode = "__missing_node_id__";
inline constexpr std::string_view kNoActiveCore = "__no_active_ccns__";

struct UsageSplit {
  std::vector<NodeShare> execution_resource;
  std::vector<NodeShare> execution_core;
  std::vector<NodeShare> execution_stakers;
  std::vector<NodeShare> storage_core;
  std::vector<NodeShare> storage_stakers;
  struct Unallocated {
    std::map<std::string, Uint256> resource;
    std::map<std::string, Uint256> core;
    std::map<std::string, Uint256> stakers;
  };
  Unallocated unallocated;
  Uint256 development;
  Uint256 total;  // value of everything that was split, in 10^-36 token

  void accrue(Reason reason, Accruals& accruals) const;
};

// Adds the split of these entries by the state that held at the end of the expense. Error: a value beyond 10^12 tokens;
// nothing was added.
Result<Unit> split_usage(UsageKind kind, const Decimal& price, const std::vector<UsageEntry>& entries,
                         const NodeState& state, const RewardRules& rules, UsageSplit& split);

// Limits of one run of the distribution.
struct RevenueLimits {
  std::uint64_t least_blocks = 71'300;  // between the ends of two runs
  std::uint64_t behind = 500;           // blocks that a run stays behind the newest
  Amount most = Amount::tokens(1'800'000);
  Amount least_payout = Amount::units(Amount::kUnitsPerToken / 100);  // an address with less in all gets nothing
};
// The window of the next run. Error: too early.
Result<Window> next_revenue_window(std::uint64_t last_end, std::uint64_t newest, const RevenueLimits& limits);
// Leaves out who gets too little in all. Error: more than one run may pay.
Result<Payouts> limited_payouts(const Payouts& payouts, const RevenueLimits& limits);

}  // namespace lastmile::economy
