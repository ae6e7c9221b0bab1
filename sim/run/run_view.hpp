// What checks may ask the simulated world.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/watch/world_view.hpp"
#include "sim/env/engine.hpp"
#include "sim/light/light_node.hpp"
#include "sim/run/core_sim_node.hpp"

namespace lastmile::sim {

class RunView final : public scenario::WorldView {
 public:
  // All must outlive it. `honest`: by node.
  RunView(Engine& engine, const scenario::NodeTable& nodes, const MessageTable& messages,
          const std::vector<bool>& honest)
      : engine_(engine), nodes_(nodes), messages_(messages), honest_(honest) {}

  // Of an honest node that runs, the one that it is; the other is null.
  node::CoreNode* core(scenario::Node node) const;
  LightNode* light(scenario::Node node) const;

  // Keeps the counters of a node that is about to be lost.
  void retire(scenario::Node node);
  // Before each sample: how busy the cores were since the last one.
  void look(Instant now);

  bool running(scenario::Node node) const override;
  bool honest(scenario::Node node) const override { return honest_[node]; }
  message::Status status(scenario::Node node, const message::ItemHash& hash) const override;
  std::optional<message::ErrorCode> code(scenario::Node node, const message::ItemHash& hash) const override;
  bool bytes_on_some_disk(const message::ItemHash& hash) const override;
  bool archived_on_some_disk(const message::ItemHash& hash) const override;
  std::optional<scenario::SignedBy> signed_by(scenario::Node node, const message::ItemHash& hash) const override;
  bool readable(scenario::Node node, const message::ItemHash& hash) const override;
  Hash256 state_digest(scenario::Node node) const override;
  std::optional<std::uint64_t> state_sum(scenario::Node node) const override;
  std::uint64_t held(scenario::Node node) const override;
  std::uint64_t pending(scenario::Node node) const override;
  scenario::QueueState queue(scenario::Node node, trace::Queue queue) const override;
  std::optional<Duration> queue_age(scenario::Node node, trace::Queue queue) const override;
  bool finally_confirmed(scenario::Node node, std::uint32_t chain, const message::ItemHash& hash) const override;
  std::optional<scenario::RewardView> rewards(scenario::Node node) const override;
  std::optional<scenario::WireTotals> wire() const override;
  std::optional<std::uint64_t> gossip_repeats(scenario::Node node) const override;
  std::optional<std::uint64_t> energy(scenario::Node node) const override { return engine_.energy(NodeIndex{node}); }
  std::optional<std::uint64_t> gauge(scenario::Gauge gauge, scenario::Node node) const override;
  bool mesh(scenario::Node node, std::vector<scenario::Node>& peers) const override;

 private:
  SimNode* sim_node(scenario::Node node) const;
  const node::GossipLink* gossip(scenario::Node node) const;  // null: no such road, or not running
  bool any_blob(const std::function<bool(std::string_view name, const Bytes& blob)>& is) const;

  Engine& engine_;
  const scenario::NodeTable& nodes_;
  const MessageTable& messages_;
  const std::vector<bool>& honest_;
  std::vector<std::uint64_t> retired_message_bytes_;  // by node; empty while nobody retired
  std::vector<std::uint64_t> retired_repeats_;        // by node; empty while nobody retired
  struct Cores {
    Duration spent;  // until the last look
    std::uint64_t busy_parts = 0;
  };
  std::vector<Cores> cores_;  // by node; empty before the first look
  Instant looked_{};
  struct Digest {
    Instant at{-1};
    std::uint64_t events = 0;  // of the run, until then
    Hash256 value{};
  };
  mutable std::vector<Digest> digests_;  // by node: the last one asked for; empty before
};

}  // namespace lastmile::sim
