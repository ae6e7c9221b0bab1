// Figures of an overlay: how far, how close together, and where it is thin.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scenarios/engine/overlay/graph.hpp"

namespace lastmile::scenario {

// Number of the component of each node; that of node 0 is 0.
std::vector<std::uint32_t> components(const Graph& graph);
bool connected(const Graph& graph);

struct Diameter {
  std::uint32_t hops = 0;
  bool exact = true;  // of a larger graph: the greatest eccentricity of 64 starts, a lower bound
};
inline constexpr std::uint32_t kExactDiameterNodes = 3000;
inline constexpr std::uint64_t kExactDiameterSteps = 200'000'000;  // edges walked: half a second
Diameter diameter(const Graph& graph);                             // of the largest component

// Mean over nodes of the share of neighbour pairs that are joined; 0 for nodes with fewer than two neighbours.
double clustering(const Graph& graph);

// Nodes whose loss splits their component, ascending.
std::vector<std::uint32_t> articulation_points(const Graph& graph);

// By number of neighbours, from 0: how many nodes have so many.
std::vector<std::uint32_t> degrees(const Graph& graph);

// Edges with one end in each side; nodes of neither side do not count. No node is in both.
std::size_t cut_size(const Graph& graph, std::span<const std::uint32_t> first, std::span<const std::uint32_t> second);

}  // namespace lastmile::scenario
