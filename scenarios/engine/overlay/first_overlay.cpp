#include "scenarios/engine/overlay/first_overlay.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace lastmile::scenario {

Result<Graph> first_overlay(const Topology& topology, std::span<const std::uint32_t> region_of_node,
                            std::uint64_t seed) {
  const auto count = static_cast<std::uint32_t>(region_of_node.size());
  if (count < 2) return Graph(count);
  // Small worlds of a few nodes are common in tests.
  const bool all = topology.degree + 1 >= count && topology.kind != TopologyKind::by_region;
  if (all || topology.kind == TopologyKind::full) return full(count);
  Generator draws(substream(seed, kRunScope, "topology"));
  switch (topology.kind) {
    case TopologyKind::random_regular:
      return random_regular(count, topology.degree, draws);
    case TopologyKind::small_world:
      return small_world(count, topology.degree, topology.rewire.value(), draws);
    case TopologyKind::scale_free:
      return scale_free(count, std::max(topology.degree / 2, 1U), draws);
    case TopologyKind::by_region:
      if (topology.across > topology.degree) return Error{"by_region: more neighbours across than the degree"};
      return by_region(region_of_node, topology.degree - topology.across, topology.across, draws);
    case TopologyKind::full:
      break;
  }
  LM_CHECK(false);
}

std::vector<std::uint32_t> dials(const Graph& overlay, std::uint32_t node) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t other : overlay.neighbours(node)) {
    const bool lower_dials = (node + other) % 2 == 0;
    if (lower_dials == (node < other)) out.push_back(other);
  }
  return out;
}

}  // namespace lastmile::scenario
