#include "core/economy/reward/shares.hpp"

#include "core/base/check.hpp"
#include "core/base/mul_div.hpp"
#include "core/economy/reward/availability.hpp"

namespace lastmile::economy {
namespace {

// All multipliers have one denominator, so their numerators are the weights.
Uint256 cut_by_score(const std::vector<const NodeRecord*>& nodes, const Uint256& fine, const RewardRules& rules,
                     std::vector<NodeShare>& shares) {
  Uint256 weights;
  for (const NodeRecord* node : nodes) weights += score_multiplier(node->score).numerator;
  if (weights == 0) return fine;
  for (const NodeRecord* node : nodes) {
    const Uint256 weight = score_multiplier(node->score).numerator;
    if (weight == 0) continue;
    shares.push_back({node->hash, payee_of(*node, rules), mul_div(fine, weight, weights), node->inactive_since});
  }
  return 0;
}

}  // namespace

Uint256 cut_among_core(const NodeState& state, const Uint256& fine, const RewardRules& rules,
                       std::vector<NodeShare>& shares) {
  std::vector<const NodeRecord*> active;
  for (const auto& [hash, core] : state.core) {
    if (core.active) active.push_back(&core);
  }
  return cut_by_score(active, fine, rules, shares);
}

Uint256 cut_among_resource(const NodeState& state, const Uint256& fine, const RewardRules& rules,
                           std::vector<NodeShare>& shares) {
  std::vector<const NodeRecord*> linked;
  for (const auto& [hash, resource] : state.resource) {
    if (resource.parent) linked.push_back(&resource);
  }
  return cut_by_score(linked, fine, rules, shares);
}

Uint256 cut_among_stakers(const CoreNodeRecord& core, const Uint256& fine, std::vector<NodeShare>& shares) {
  if (core.total_staked == Amount()) return fine;
  for (const auto& [staker, stake] : core.stakers) {
    shares.push_back({core.hash, staker, mul_div(fine, stake.units(), core.total_staked.units()), core.inactive_since});
  }
  return 0;
}

void accrue(const std::vector<NodeShare>& shares, Reason reason, Accruals& accruals) {
  LM_CHECK(accruals.per() == 1);
  for (const NodeShare& share : shares) accruals.add(share.payee, reason, share.fine);
}

}  // namespace lastmile::economy
