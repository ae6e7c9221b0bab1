// The adversaries of a run: which nodes they are, the nodes themselves, and their orders.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/base/callback.hpp"
#include "core/node/config.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/node_table.hpp"
#include "sim/adversary/adversary_node.hpp"
#include "sim/env/engine.hpp"

namespace lastmile::sim {

class Adversaries {
 public:
  // Scenario and table outlive it; it outlives the nodes. signed_rightly: as in Orders.
  Adversaries(const scenario::Scenario& scenario, const scenario::NodeTable& nodes,
              Callback<void(const message::ItemHash&)> signed_rightly);
  Adversaries(const Adversaries&) = delete;
  Adversaries& operator=(const Adversaries&) = delete;

  bool is_one(scenario::Node node) const { return entry_of_[node] != kNone; }
  // Of an adversary, at each of its starts. `honest` makes the node that some of them hide behind.
  std::unique_ptr<SimNode> make(scenario::Node node, const NodeEnv& env, const node::NodeConfig& config,
                                NodeFactory& honest);
  // The timeline: adversary_started and adversary_stopped. Between events of the engine only.
  void order(std::uint32_t entry, bool active, Engine& engine);
  std::uint64_t acts(std::uint32_t entry) const { return orders_[entry].acts; }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  Callback<void(const message::ItemHash&)> signed_rightly_;
  std::deque<Orders> orders_;            // by entry
  std::vector<std::uint32_t> entry_of_;  // by node
};

}  // namespace lastmile::sim
