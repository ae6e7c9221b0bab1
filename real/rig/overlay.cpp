#include "real/rig/overlay.hpp"

#include <algorithm>
#include <set>

#include "core/base/random.hpp"

namespace lastmile::real {

std::vector<std::vector<std::uint32_t>> dials_of(const scenario::Scenario& scenario, std::uint32_t nodes) {
  const scenario::Topology& topology = scenario.world.topology;
  std::set<std::pair<std::uint32_t, std::uint32_t>> edges;  // lower number first
  const auto add = [&](std::uint32_t a, std::uint32_t b) {
    return a != b && edges.emplace(std::min(a, b), std::max(a, b)).second;
  };
  const std::uint64_t all = std::uint64_t{nodes} * (nodes - 1) / 2;
  const std::uint64_t wanted =
      topology.kind == scenario::TopologyKind::full ? all : std::min(all, std::uint64_t{nodes} * topology.degree / 2);
  if (wanted == all) {
    for (std::uint32_t a = 0; a < nodes; ++a) {
      for (std::uint32_t b = a + 1; b < nodes; ++b) add(a, b);
    }
  } else {
    Generator luck(substream(scenario.seed, kRunScope, "rig overlay"));
    std::vector<std::uint32_t> ring(nodes);
    for (std::uint32_t i = 0; i < nodes; ++i) ring[i] = i;
    luck.shuffle(ring);
    for (std::uint32_t i = 0; i < nodes; ++i) add(ring[i], ring[(i + 1) % nodes]);
    while (edges.size() < wanted) {
      add(static_cast<std::uint32_t>(luck.below(nodes)), static_cast<std::uint32_t>(luck.below(nodes)));
    }
  }
  std::vector<std::vector<std::uint32_t>> dials(nodes);
  for (const auto& [a, b] : edges) {
    // Both directions are equally common at every node.
    if ((a + b) % 2 == 0) {
      dials[a].push_back(b);
    } else {
      dials[b].push_back(a);
    }
  }
  return dials;
}

}  // namespace lastmile::real
