// Faults that the timeline orders, applied to an engine. Faults may overlap: each undoes only what it did, and the
// pause of a node that is down, or crashes meanwhile, does nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/timeline.hpp"
#include "sim/env/engine.hpp"

namespace lastmile::sim {

class FaultPlane {
 public:
  // Both must outlive it.
  FaultPlane(Engine& engine, const scenario::Scenario& scenario) : engine_(engine), scenario_(scenario) {}

  // fault_started and fault_ended. Crashes and churn come to the runner as node_down and node_up; of them there is
  // nothing to do here, and putting a new disk in the place of a damaged one is the runner's too. Between events of the
  // engine only.
  void begin(const scenario::Action& action);
  void end(const scenario::Action& action);

  // Frames that a fault of paths has stopped so far; empty for other faults.
  std::optional<std::uint64_t> frames_stopped(std::uint32_t entry, std::uint32_t occurrence) const;

 private:
  using Key = std::pair<std::uint32_t, std::uint32_t>;  // entry of the scenario, occurrence
  void worsen_disk(Key key, const scenario::DiskFault& fault, NodeIndex node);
  void mend_disk(Key key, const scenario::DiskFault& fault, NodeIndex node);
  void slow_disk(NodeIndex node);
  void change_luck(Key key, const scenario::RarePathFault& fault, NodeIndex node, bool begins);
  void pause(Key key, NodeIndex node);
  void resume(Key key, NodeIndex node);

  Engine& engine_;
  const scenario::Scenario& scenario_;
  std::map<Key, LinkRuleId> rules_;
  // Who holds a node in a pause, and which life of it: a crash ends the pauses of the life it ends.
  std::map<std::uint32_t, std::map<Key, std::uint32_t>> pauses_;
  // By node: the speeds that faults leave, and the bytes that each has taken.
  std::map<std::uint32_t, std::map<Key, std::uint64_t>> speeds_;
  std::map<std::uint32_t, std::map<Key, std::uint64_t>> taken_;
  // By node and rare path: how likely faults make it.
  std::map<std::pair<std::uint32_t, env::RarePath>, std::map<Key, std::uint64_t>> rare_;
};

}  // namespace lastmile::sim
