// From groups of machines to nodes, paths and a first overlay. Neutral structs: who parses a scenario fills them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "sim/env/hardware.hpp"
#include "sim/world/topology.hpp"

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

enum class TopologyKind : std::uint8_t { random_regular, small_world, scale_free, by_region, full };

struct TopologySpec {
  TopologyKind kind = TopologyKind::random_regular;
  std::uint32_t degree = 8;  // random_regular, small_world; scale_free: edges per new node = degree / 2
  double rewire = 0.1;       // small_world
  std::uint32_t across = 2;  // by_region: of `degree`, how many lead elsewhere
};

struct WorldSpec {
  std::uint64_t seed = 1;
  RegionDelays regions;
  std::vector<GroupSpec> groups;
  TopologySpec topology;
};

struct WorldNode {
  NodeSpec spec;
  std::uint32_t group = 0;
};

struct World {
  std::vector<WorldNode> nodes;  // group by group: the index is that of Engine::add_node() when added in order
  Graph overlay{0};              // whom each node knows at its start
  RegionDelays regions;

  std::vector<std::uint32_t> members(std::uint32_t group) const;
};

inline constexpr std::uint32_t kWorldNodesMax = 1'000'000;

// Each group draws from streams of its own, so that a group added at the end leaves the machines of the others as they
// were. Errors name the group or the parameter.
Result<World> build_world(WorldSpec spec);

}  // namespace lastmile::sim
