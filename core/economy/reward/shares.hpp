// Who gets how much of a sum that is cut among nodes, and what nobody gets. In 10^-36 token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/economy/reward/accruals.hpp"
#include "core/economy/reward/registry.hpp"

namespace lastmile::economy {

struct NodeShare {
  std::string node;  // of a staker: the core node the stake is on
  std::string payee;
  Uint256 fine;
  std::optional<std::uint64_t> inactive_since;  // of the node, when the share was given
};

// Cuts `fine` among the active core nodes, or the linked resource nodes, by m(score). Returns what was not given: all
// of it when no node is worth anything; what rounding leaves over is in no share and not returned.
Uint256 cut_among_core(const NodeState& state, const Uint256& fine, const RewardRules& rules,
                       std::vector<NodeShare>& shares);
Uint256 cut_among_resource(const NodeState& state, const Uint256& fine, const RewardRules& rules,
                           std::vector<NodeShare>& shares);
// By stake on this node; the whole sum comes back when it has no stake.
Uint256 cut_among_stakers(const CoreNodeRecord& core, const Uint256& fine, std::vector<NodeShare>& shares);

void accrue(const std::vector<NodeShare>& shares, Reason reason, Accruals& accruals);  // of per 1

}  // namespace lastmile::economy
