// The part of a run that is the same in every world: timeline, traffic, checks, logs, limits and the verdict. A world
// moves time and its nodes, tells the runner what it sees, and does what the runner orders:
//
//   Runner runner(scenario, options, world);
//   if (auto error = runner.open(view)) ...;
//   ... start the nodes of runner.first_nodes() ...
//   runner.begin();
//   while (!runner.finished()) { ... let the world go on until runner.next_stop() ...; runner.advance(now); }
//   return runner.close(runner.summary(now));
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "scenarios/engine/folder/event_log.hpp"
#include "scenarios/engine/folder/metrics_log.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/run/process_use.hpp"
#include "scenarios/engine/run/run_options.hpp"
#include "scenarios/engine/timeline/node_table.hpp"
#include "scenarios/engine/timeline/timeline.hpp"
#include "scenarios/engine/traffic/traffic.hpp"
#include "scenarios/engine/watch/watch.hpp"

namespace lastmile::scenario {

// What a runner orders and asks.
class RunWorld {
 public:
  virtual ~RunWorld() = default;
  // Observers hear of it afterwards. Orders that a world does not know are none of its business.
  virtual void carry_out(const Action& action) = 0;
  // Can a wallet hand a message to this node now?
  virtual bool reachable(Node node) const = 0;
  // To a reachable node. Its answer goes to Runner::receipt(), at once or later.
  virtual void publish(const Publication& publication) = 0;
  // A sample follows: figures that must be asked for are asked for now.
  virtual void prepare_sample() {}
  virtual std::uint64_t events() const = 0;  // so far: of the event queue, or of the traces of real nodes
  // Of processes beside this one, the most so far.
  virtual std::uint64_t other_memory_bytes() const { return 0; }
};

class Runner {
 public:
  // scenario and world must outlive it.
  Runner(const Scenario& scenario, RunOptions options, RunWorld& world);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  const NodeTable& nodes() const { return nodes_; }
  // Traffic files, checks and logs. view must outlive the runner. Errors: unreadable files, a folder that cannot be
  // written.
  std::optional<Error> open(const WorldView& view);
  Watch& watch() { return *watch_; }
  const Timeline& timeline() const { return *timeline_; }

  // By node: is it up at time 0? Everybody is, unless the timeline says otherwise.
  std::vector<bool> first_nodes();
  // The rest of what the timeline orders at time 0, when these nodes are up.
  void begin();

  // When advance() must be called at the latest; never before the last one.
  Instant next_stop() const;
  // Carries out what is due, at or before `now`; samples once per second; ends the run when everything holds, its time
  // is over, or a limit was reached. Time never goes back.
  void advance(Instant now);
  bool finished() const { return timeline_->finished(); }

  // What limits.events bounds: those of the world, and starts and ends of nodes, which a fault may order without one.
  std::uint64_t events() const { return world_.events() + orders_to_nodes_; }
  // To be called between advances when those are far apart in wall time: true when a limit of the scenario was reached
  // or a user interrupted; then advance() ends the run. Two system calls.
  bool limit_reached();
  // The next advance() ends the run as unknown, because of this. The first reason counts.
  void end_early(std::string why);
  const std::optional<std::string>& ended_by() const { return ended_by_; }

  // --- what the world saw
  void on_event(Instant time, Node node, const trace::Event& event) {
    timeline_->on_event(time, event);
    observers_.on_event(time, node, event);
  }
  // A message that no traffic made and that is rightly in the run, signed by a wallet of it; before anybody sees it.
  void also_signed(const message::ItemHash& hash) { observers_.on_signed(hash); }
  // The node's answer to a publication. Ignored when its client no longer waits.
  void receipt(Instant now, Node node, std::uint64_t number, message::Status status);
  // Clients of a node that died: they will never know.
  void no_more_receipts(Instant now, Node node);

  // --- the end
  // What the run came to at `end`, after the last advance(): the view is asked for the last time.
  Summary summary(Instant end);
  // Adds cost, early end and verdict; closes the logs. Errors: the folder cannot be written.
  Result<Summary> close(Summary summary);

 private:
  void carry_out(const Action& action);
  void publish_due(Instant now);
  void refuse(Instant now, Node node, std::uint64_t number, Refusal why);
  void sample(Instant now);

  const Scenario& scenario_;
  RunOptions options_;
  RunWorld& world_;
  NodeTable nodes_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<Traffic> traffic_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<EventLog> event_log_;
  std::unique_ptr<MetricsLog> metrics_log_;
  Observers observers_;
  std::vector<Action> first_;
  std::set<std::pair<Node, std::uint64_t>> unanswered_;  // publications without a receipt
  Instant next_sample_{};
  std::uint64_t orders_to_nodes_ = 0;  // to start, to end
  std::optional<std::string> ended_by_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const double cpu_began_ = process_use().cpu_seconds;
};

}  // namespace lastmile::scenario
