// All checks and measures of a run behind one observer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/watch/observer.hpp"
#include "scenarios/engine/watch/results.hpp"
#include "scenarios/engine/watch/world_view.hpp"

namespace lastmile::scenario {

// Times of content are read from publications; nodes from the table. Memory: about four bits per (message, node), and
// one byte more while that stays below 64 MiB. Everything passed in must outlive it.
class Watch final : public Observer {
 public:
  Watch(const Scenario& scenario, const NodeTable& nodes, const WorldView& view, const Timeline& timeline);
  ~Watch() override;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void on_action(const Action& action) override;
  void on_publication(const Publication& publication) override;
  void on_signed(const message::ItemHash& hash) override;
  void on_refusal(Instant time, Node node, std::uint64_t number, Refusal why) override;
  void on_event(Instant time, Node node, const trace::Event& event) override;
  void on_sample(Instant time) override;

  // In settle, after a sample: every liveness check holds, so that the run may end.
  bool settled() const;

  // A figure that only the world knows: "topology.diameter", ...
  void set_measure(std::string_view name, double value);

  // At the end of the run, after the last sample.
  std::vector<CheckResult> results(Instant end);
  std::vector<MeasureResult> measures(Instant end);

  // Every rare state, in their order: how often honest nodes were in it, and who first.
  std::vector<RareStateResult> rare_states() const;

  struct StateDigests {
    std::size_t distinct = 0;      // over honest running core nodes; 0 = none running
    std::optional<Hash256> value;  // when all are equal
  };
  StateDigests state_digests() const;

  // Curves of metrics.csv, at the last sample. Scope = nodes of it.
  struct Progress {
    std::uint64_t published = 0;    // handed in at nodes of the scope so far
    double processed = 0;           // messages applied, mean over the running core nodes of the scope
    double backlog = 0;             // published anywhere, owed to all, and not applied, mean over them
    std::uint64_t pending = 0;      // sum over nodes
    std::uint64_t queue_depth = 0;  // deepest queue of any node
    // Over the running core nodes of the scope that can say; empty when none can.
    struct Spread {
      double mean = 0;
      double least = 0;
      double most = 0;
    };
    std::optional<Spread> mesh_degree;
    std::optional<Spread> disk_bytes;
    std::optional<Spread> cpu_busy;  // shares of 1
  };
  Progress progress(const std::vector<Node>& scope) const;
  // A queue over the running nodes of the scope: the deepest, and how long anybody has waited in it at the longest; no
  // age where no node can say.
  struct QueueFill {
    std::uint64_t depth = 0;
    std::optional<Duration> age;
  };
  using QueueFills = std::array<QueueFill, trace::kQueueCount>;
  QueueFills queues(const std::vector<Node>& scope) const;
  // Messages that only one side of partition `span` (position in Timeline::spans()) has; empty when it is no partition.
  std::optional<std::uint64_t> divergence(std::size_t span) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::scenario
