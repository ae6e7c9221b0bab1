#pragma once

#include <cstdint>

#include "core/base/strong.hpp"

namespace lastmile::sim {

// A node of the run, dense from 0 in the order of Engine::add_node(). Never reused; a restart keeps it.
struct NodeTag;
using NodeIndex = Strong<NodeTag, std::uint32_t>;

// Not a node: events for the engine itself (calls of the runner, blocks of the chains). The greatest index, so that at
// one instant the nodes come first.
inline constexpr NodeIndex kEngineNode{0xffffffffU};
// Source of what comes from chain i: kFirstChainSource + i. Nodes stay below it.
inline constexpr std::uint32_t kFirstChainSource = 0xffffff00U;
inline constexpr std::uint32_t kChainsMax = 0xf0;
inline constexpr std::uint32_t kNodesMax = 10'000'000;

}  // namespace lastmile::sim
