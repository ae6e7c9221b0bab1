// Whom each node knows at its start, the same in every world (scenario-format.md, world.topology).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "scenarios/engine/model/world.hpp"
#include "scenarios/engine/overlay/graph.hpp"

namespace lastmile::scenario {

// Drawn from a stream of its own. A degree that so few nodes cannot have means that everybody knows everybody. Error: a
// shape that no graph has.
Result<Graph> first_overlay(const Topology& topology, std::span<const std::uint32_t> region_of_node,
                            std::uint64_t seed);

// Neighbours that this node dials: one dialler per edge, so that both directions are equally common at every node.
std::vector<std::uint32_t> dials(const Graph& overlay, std::uint32_t node);

}  // namespace lastmile::scenario
