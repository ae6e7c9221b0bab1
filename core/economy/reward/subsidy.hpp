// The wage subsidy of the transition: a pool that shrinks to nothing in months, a third each for core nodes, resource
// nodes and stakers (economics.md 5).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/economy/reward/shares.hpp"

namespace lastmile::economy {

// I(t): what was paid out from the start to this moment, in 10^-36 token; constant before the start and after the end.
Uint256 subsidy_until(Wall moment, const SubsidyRules& rules);

struct SubsidySplit {
  std::vector<NodeShare> core;
  std::vector<NodeShare> resource;
  std::vector<NodeShare> stakers;
  Uint256 unallocated;  // pools without takers

  void accrue(Accruals& accruals) const;
};
// Adds the split of `fine` by this state: core nodes and resource nodes by m(score), stakers by stake on active nodes
// whatever their score. What does not divide by three is in no share.
void split_subsidy(const NodeState& state, const Uint256& fine, const RewardRules& rules, SubsidySplit& split);

struct NodeSnapshot {
  Wall time;
  const NodeState* state = nullptr;
};
// From start to end, cut at each midnight UTC; a piece is split by the newest snapshot at or before its end, or else
// not at all. Snapshots by time. Nothing without rules.subsidy.
SubsidySplit pay_subsidy(const std::vector<NodeSnapshot>& snapshots, Wall start, Wall end, const RewardRules& rules);

}  // namespace lastmile::economy
