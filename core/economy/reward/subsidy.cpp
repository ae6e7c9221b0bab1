#include "core/economy/reward/subsidy.hpp"

#include <algorithm>

#include "core/base/mul_div.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {
namespace {

constexpr std::int64_t kDayNs = hours(24).ns;

// The first midnight after this moment.
Wall next_midnight(Wall moment) {
  std::int64_t day = moment.ns / kDayNs;
  if (moment.ns < 0 && moment.ns % kDayNs != 0) --day;
  return {(day + 1) * kDayNs};
}

}  // namespace

Uint256 subsidy_until(Wall moment, const SubsidyRules& rules) {
  // With x the time since the start, M a month and T the number of them: W0 * x * (2TM - x) / (2 T M^2).
  const std::int64_t whole = rules.month.ns * rules.months;
  const std::int64_t passed = moment <= rules.start                     ? 0
                              : moment >= rules.start + Duration{whole} ? whole
                                                                        : (moment - rules.start).ns;
  const auto wide = [](std::int64_t value) { return Uint256(static_cast<std::uint64_t>(value)); };
  const Uint256 numerator = wide(passed) * (wide(whole) + wide(whole - passed));
  return mul_div(fine(rules.first_month), numerator, wide(rules.month.ns) * wide(whole) * 2u);
}

void split_subsidy(const NodeState& state, const Uint256& fine, const RewardRules& rules, SubsidySplit& split) {
  const Uint256 third = fine / 3u;
  split.unallocated += cut_among_core(state, third, rules, split.core);
  split.unallocated += cut_among_resource(state, third, rules, split.resource);
  Uint256 staked;
  for (const auto& [hash, core] : state.core) {
    if (core.active) staked += core.total_staked.units();
  }
  if (staked == 0) {
    split.unallocated += third;
    return;
  }
  for (const auto& [hash, core] : state.core) {
    if (!core.active) continue;
    for (const auto& [staker, stake] : core.stakers) {
      split.stakers.push_back({hash, staker, mul_div(third, stake.units(), staked), core.inactive_since});
    }
  }
}

SubsidySplit pay_subsidy(const std::vector<NodeSnapshot>& snapshots, Wall start, Wall end, const RewardRules& rules) {
  SubsidySplit split;
  if (!rules.subsidy) return split;
  // Nothing is paid outside the months of the subsidy: those days need not be walked.
  Wall from = std::max(start, rules.subsidy->start);
  const Wall until = std::min(end, rules.subsidy->start + rules.subsidy->month * rules.subsidy->months);
  while (from < until) {
    const Wall to = std::min(until, next_midnight(from));
    const Uint256 piece = subsidy_until(to, *rules.subsidy) - subsidy_until(from, *rules.subsidy);
    const auto after = std::upper_bound(snapshots.begin(), snapshots.end(), to,
                                        [](Wall moment, const NodeSnapshot& each) { return moment < each.time; });
    if (after == snapshots.begin()) {
      split.unallocated += piece;
    } else {
      split_subsidy(*std::prev(after)->state, piece, rules, split);
    }
    from = to;
  }
  return split;
}

void SubsidySplit::accrue(Accruals& accruals) const {
  for (const auto* shares : {&core, &resource, &stakers}) economy::accrue(*shares, Reason::subsidy, accruals);
}

}  // namespace lastmile::economy
