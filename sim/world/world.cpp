#include "sim/world/world.hpp"

#include <algorithm>
#include <optional>

#include "core/base/check.hpp"

namespace lastmile::sim {
namespace {

std::optional<Error> check_group(const GroupSpec& group, const RegionDelays& regions) {
  const std::string where = "group \"" + group.name + "\": ";
  if (group.name.empty()) return Error{"a group needs a name"};
  if (group.regions.size() != group.count) return Error{where + "needs a region for each of its nodes"};
  for (const std::uint32_t region : group.regions) {
    if (region >= regions.count)
      return Error{where + "region " + std::to_string(region) + " has no row in the delay matrix"};
  }
  return std::nullopt;
}

Result<Graph> overlay_of(const TopologySpec& topology, const std::vector<WorldNode>& nodes, Generator& draws) {
  const auto count = static_cast<std::uint32_t>(nodes.size());
  if (count < 2) return Graph(count);
  // Small worlds of a few nodes are common in tests: a degree they cannot have means that everybody knows everybody.
  const bool all = topology.degree + 1 >= count && topology.kind != TopologyKind::by_region;
  if (all || topology.kind == TopologyKind::full) return full(count);
  switch (topology.kind) {
    case TopologyKind::random_regular:
      return random_regular(count, topology.degree, draws);
    case TopologyKind::small_world:
      return small_world(count, topology.degree, topology.rewire, draws);
    case TopologyKind::scale_free:
      return scale_free(count, std::max(topology.degree / 2, 1U), draws);
    case TopologyKind::by_region: {
      std::vector<std::uint32_t> region;
      region.reserve(count);
      for (const WorldNode& node : nodes) region.push_back(node.spec.region);
      if (topology.across > topology.degree) return Error{"by_region: more neighbours across than the degree"};
      return by_region(region, topology.degree - topology.across, topology.across, draws);
    }
    case TopologyKind::full:
      break;
  }
  LM_CHECK(false);
}

}  // namespace

std::vector<std::uint32_t> World::members(std::uint32_t group) const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].group == group) out.push_back(i);
  return out;
}

Result<World> build_world(WorldSpec spec) {
  World world;
  std::vector<std::string> names;
  std::uint64_t total = 0;
  for (const GroupSpec& group : spec.groups) {
    if (auto error = check_group(group, spec.regions)) return std::move(*error);
    names.push_back(group.name);
    total += group.count;
  }
  if (total > kWorldNodesMax)
    return Error{"at most " + std::to_string(kWorldNodesMax) + " nodes, not " + std::to_string(total)};
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    return Error{"two groups are called \"" + *twice + "\""};

  world.nodes.reserve(total);
  for (std::uint32_t g = 0; g < spec.groups.size(); ++g) {
    GroupSpec& group = spec.groups[g];
    const std::uint64_t group_seed = substream(substream(spec.seed, kRunScope, "group"), kRunScope, group.name);
    Generator access(substream(group_seed, 0, "access"));
    Generator clocks(substream(group_seed, 0, "clocks"));
    for (std::uint32_t i = 0; i < group.count; ++i) {
      WorldNode node;
      node.group = g;
      node.spec.name = group.name + "-" + std::to_string(i);
      node.spec.region = group.regions[i];
      node.spec.hardware = group.hardware;
      node.spec.has_disk = group.has_disks;
      if (group.access_latency) node.spec.hardware.access_latency = std::max(group.access_latency(access), Duration{});
      if (group.clock) node.spec.clock = group.clock(clocks);
      world.nodes.push_back(std::move(node));
    }
  }
  Generator draws(substream(spec.seed, kRunScope, "topology"));
  auto overlay = overlay_of(spec.topology, world.nodes, draws);
  if (!overlay) return std::move(overlay).error();
  world.overlay = std::move(overlay).value();
  world.regions = std::move(spec.regions);
  return world;
}

}  // namespace lastmile::sim
