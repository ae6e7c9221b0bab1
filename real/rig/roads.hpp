// The state of every path of the proxy: what the world is like, and what the faults in force add to it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "real/rig/proxy.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::real {

class RigRoads {
 public:
  // Base latency: half the round trip of the regions and the access latency of both nodes, drawn once per node.
  RigRoads(const scenario::Scenario& scenario, const scenario::NodeTable& nodes, Proxy& proxy);

  using FaultId = std::pair<std::uint32_t, std::uint32_t>;  // entry, occurrence
  // Partition, link or hold. Sides as the timeline resolved them.
  void begin(FaultId id, const scenario::Fault& fault, std::span<const scenario::Node> first,
             std::span<const scenario::Node> second);
  void end(FaultId id);
  static bool is_road_fault(const scenario::Fault& fault);

  // What a path from one to the other is like with these faults; for tests.
  PathState state(scenario::Node from, scenario::Node to) const;

 private:
  struct InForce {
    const scenario::Fault* fault;
    std::vector<bool> first, second;  // by node
  };
  bool applies(const InForce& rule, scenario::Node from, scenario::Node to) const;
  void update(const InForce& changed);

  const scenario::Scenario& scenario_;
  const scenario::NodeTable& nodes_;
  Proxy& proxy_;
  std::vector<Duration> access_;
  std::map<FaultId, InForce> in_force_;
};

}  // namespace lastmile::real
