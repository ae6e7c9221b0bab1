// From groups of machines to nodes, paths and a first overlay. Resolved values: who reads a scenario fills them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "scenarios/engine/model/world.hpp"
#include "scenarios/engine/overlay/graph.hpp"
#include "sim/env/hardware.hpp"

namespace lastmile::sim {

struct GroupSpec {
  std::string name;  // nodes are called name-0, name-1, ...
  std::uint32_t count = 0;
  std::vector<std::uint32_t> regions;  // of each of its nodes
  Hardware hardware = {};
  Callback<Duration(Generator&)> access_latency = {};  // empty: hardware.access_latency
  Callback<ClockLaw(Generator&)> clock = {};           // empty: perfect clocks
  bool has_disks = true;
};

struct WorldSpec {
  std::uint64_t seed = 1;
  RegionDelays regions;
  std::vector<GroupSpec> groups;
  scenario::Topology topology;
};

struct WorldNode {
  NodeSpec spec;
  std::uint32_t group = 0;
};

struct World {
  std::vector<WorldNode> nodes;  // group by group: the index is that of Engine::add_node() when added in order
  scenario::Graph overlay{0};    // whom each node knows at its start
  RegionDelays regions;

  std::vector<std::uint32_t> members(std::uint32_t group) const;
};

inline constexpr std::uint32_t kWorldNodesMax = 1'000'000;

// Each group draws from streams of its own, so that a group added at the end leaves the machines of the others as they
// were. Errors name the group or the parameter.
Result<World> build_world(WorldSpec spec);

}  // namespace lastmile::sim
