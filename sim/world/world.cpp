#include "sim/world/world.hpp"

#include <algorithm>
#include <optional>

#include "scenarios/engine/overlay/first_overlay.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

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
    Generator access = scenario::group_draws(spec.seed, group.name, "access");
    Generator clocks = scenario::group_draws(spec.seed, group.name, "clocks");
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
  std::vector<std::uint32_t> regions;
  regions.reserve(world.nodes.size());
  for (const WorldNode& node : world.nodes) regions.push_back(node.spec.region);
  auto overlay = scenario::first_overlay(spec.topology, regions, spec.seed);
  if (!overlay) return std::move(overlay).error();
  world.overlay = std::move(overlay).value();
  world.regions = std::move(spec.regions);
  return world;
}

}  // namespace lastmile::sim
