// What checks may ask the simulated world.
#pragma once

#include <vector>

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/watch/world_view.hpp"
#include "sim/env/engine.hpp"
#include "sim/run/core_sim_node.hpp"

namespace lastmile::sim {

class RunView final : public scenario::WorldView {
 public:
  // All three must outlive it.
  RunView(Engine& engine, const scenario::NodeTable& nodes, const scenario::Scenario& scenario)
      : engine_(engine), nodes_(nodes), scenario_(scenario) {}

  // Keeps the counters of a node that is about to be lost.
  void retire(scenario::Node node);

  bool running(scenario::Node node) const override;
  message::Status status(scenario::Node node, const message::ItemHash& hash) const override;
  std::optional<scenario::SignedBy> signed_by(scenario::Node node, const message::ItemHash& hash) const override;
  bool readable(scenario::Node node, const message::ItemHash& hash) const override;
  Hash256 state_digest(scenario::Node node) const override;
  std::optional<std::uint64_t> state_sum(scenario::Node node) const override;
  std::uint64_t held(scenario::Node node) const override;
  std::uint64_t pending(scenario::Node node) const override;
  scenario::QueueState queue(scenario::Node node, trace::Queue queue) const override;
  bool finally_confirmed(scenario::Node node, std::uint32_t chain, const message::ItemHash& hash) const override;
  std::optional<scenario::WireTotals> wire() const override;
  std::optional<std::uint64_t> gauge(scenario::Gauge gauge, scenario::Node node) const override;
  bool mesh(scenario::Node node, std::vector<scenario::Node>& peers) const override;

 private:
  CoreSimNode* sim_node(scenario::Node node) const;
  node::CoreNode* core(scenario::Node node) const;  // null when not running

  Engine& engine_;
  const scenario::NodeTable& nodes_;
  const scenario::Scenario& scenario_;
  std::uint64_t retired_message_bytes_ = 0;
};

}  // namespace lastmile::sim
