#include "sim/run/run.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

#include "scenarios/engine/folder/event_log.hpp"
#include "scenarios/engine/folder/metrics_log.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/traffic/traffic.hpp"
#include "scenarios/engine/watch/watch.hpp"
#include "sim/fault/fault_plane.hpp"
#include "sim/run/convert.hpp"
#include "sim/run/core_sim_node.hpp"
#include "sim/run/run_view.hpp"
#include "sim/world/world.hpp"

namespace lastmile::sim {
namespace {

using scenario::Action;
using scenario::Node;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// Entries that wait for an event become due at it; between looks at the timeline this much time may pass.
constexpr Duration kEventSlice = milliseconds(10);

class Run {
 public:
  Run(const scenario::Scenario& scenario, RunOptions options) : scenario_(scenario), options_(std::move(options)) {}

  Result<scenario::Summary> go();

 private:
  std::optional<Error> build();
  std::optional<Error> open_logs();
  void carry_out(const Action& action);
  void set_running(const Action& action);
  void publish_due(Instant now);
  void publish(const scenario::Publication& publication);
  void lost(Node node, std::uint64_t number, Instant now, scenario::Refusal why);
  void sample(Instant now);
  std::optional<std::string> limit_reached() const;
  Instant next_stop() const;
  scenario::Summary summarize();

  // Times and numbers a node's events and passes them on.
  class NodeSink final : public trace::Sink {
   public:
    NodeSink(Run& run, Node node) : run_(run), node_(node) {}
    void record(const trace::Event& event) override {
      const Instant now = run_.engine_->now();
      run_.timeline_->on_event(now, event);
      run_.observers_.on_event(now, node_, event);
    }

   private:
    Run& run_;
    Node node_;
  };

  const scenario::Scenario& scenario_;
  RunOptions options_;
  std::optional<scenario::NodeTable> nodes_;
  std::optional<World> world_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::unique_ptr<NodeSink>> sinks_;
  node::NodeConfig shared_config_;
  std::unique_ptr<scenario::Timeline> timeline_;
  std::optional<scenario::Traffic> traffic_;
  std::unique_ptr<RunView> view_;
  std::unique_ptr<scenario::Watch> watch_;
  std::unique_ptr<scenario::EventLog> event_log_;
  std::unique_ptr<scenario::MetricsLog> metrics_log_;
  scenario::Observers observers_;

  std::optional<FaultPlane> faults_;
  std::vector<std::map<std::uint64_t, bool>> unanswered_;  // by node: publications without a receipt
  bool waits_for_events_ = false;
  Instant next_sample_{};
  std::optional<std::string> limit_hit_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double cpu_began_ = cpu_seconds();
};

std::optional<Error> Run::build() {
  auto engine = Engine::create(engine_config(scenario_));
  if (!engine.ok()) return engine.error();
  engine_ = std::move(*engine);

  auto world = build_world(world_spec(scenario_));
  if (!world.ok()) return world.error();
  world_ = std::move(*world);
  nodes_.emplace(scenario_, scenario_.seed);
  LM_CHECK(nodes_->size() == world_->nodes.size());

  for (const scenario::ChainSpec& chain : scenario_.world.chains) engine_->add_chain(chain_config(chain));
  shared_config_ = shared_node_config(scenario_);
  for (Node node = 0; node < nodes_->size(); ++node) {
    nodes_->set_region(node, world_->nodes[node].spec.region);
    sinks_.push_back(std::make_unique<NodeSink>(*this, node));
    auto config = node_config(shared_config_, scenario_, *nodes_, world_->overlay, node);
    engine_->add_node(world_->nodes[node].spec,
                      [config = std::move(config), sink = sinks_.back().get()](const NodeEnv& env) {
                        return std::make_unique<CoreSimNode>(env, config, *sink);
                      });
  }
  faults_.emplace(*engine_, scenario_);
  unanswered_.resize(nodes_->size());

  timeline_ = std::make_unique<scenario::Timeline>(scenario_, scenario_.seed, *nodes_);
  auto traffic = scenario::Traffic::open(scenario_, scenario_.seed, *nodes_);
  if (!traffic.ok()) return traffic.error();
  traffic_.emplace(std::move(*traffic));
  view_ = std::make_unique<RunView>(*engine_, *nodes_, scenario_);
  watch_ = std::make_unique<scenario::Watch>(scenario_, *nodes_, *view_, *timeline_);
  observers_.add(*watch_);
  for (const scenario::Fault& fault : scenario_.faults) {
    waits_for_events_ = waits_for_events_ || std::holds_alternative<scenario::OnEvent>(fault.from);
  }

  const auto hops = diameter(world_->overlay);
  watch_->set_measure("topology.diameter", hops.hops);
  watch_->set_measure("topology.clustering", clustering(world_->overlay));
  if (options_.loop_observer != nullptr) engine_->observe(options_.loop_observer);
  return std::nullopt;
}

std::optional<Error> Run::open_logs() {
  if (options_.folder.empty()) return std::nullopt;
  auto events = scenario::EventLog::create(options_.folder + "/events.lmt", scenario_, *nodes_);
  if (!events.ok()) return events.error();
  event_log_ = std::move(*events);
  observers_.add(*event_log_);
  auto metrics = scenario::MetricsLog::create(options_.folder + "/metrics.csv", *nodes_, *timeline_, *watch_);
  if (!metrics.ok()) return metrics.error();
  metrics_log_ = std::move(*metrics);
  observers_.add(*metrics_log_);
  return std::nullopt;
}

Result<scenario::Summary> Run::go() {
  if (auto error = build()) return *error;
  if (auto error = open_logs()) return *error;
  // Everybody is up unless the timeline says otherwise at time 0.
  const std::vector<Action> first = timeline_->advance(Instant{});
  std::vector<bool> starts(nodes_->size(), true);
  for (const Action& action : first) {
    if (action.kind == Action::Kind::node_down) starts[action.node] = false;
  }
  for (Node node = 0; node < nodes_->size(); ++node) {
    if (starts[node]) engine_->start(NodeIndex{node});
  }
  for (const Action& action : first) carry_out(action);

  while (!timeline_->finished()) {
    const std::uint64_t used = engine_->events();
    const std::uint64_t allowed = scenario_.limits.events.value_or(~std::uint64_t{0});
    engine_->run_until(next_stop(), allowed > used ? allowed - used : 0);
    const Instant now = engine_->now();
    for (const Action& action : timeline_->advance(now)) carry_out(action);
    publish_due(now);
    if (now >= next_sample_ || timeline_->finished()) sample(now);
    if (engine_->events() >= allowed && !limit_hit_) {
      limit_hit_ = "events";
      timeline_->finish(now);
    }
  }
  scenario::Summary summary = summarize();
  if (event_log_) {
    if (auto closed = event_log_->close(); !closed.ok()) return closed.error();
    if (auto closed = metrics_log_->close(); !closed.ok()) return closed.error();
  }
  return summary;
}

Instant Run::next_stop() const {
  Instant stop = next_sample_;
  if (const auto due = timeline_->next()) stop = std::min(stop, *due);
  if (const auto due = traffic_->next_time()) stop = std::min(stop, *due);
  if (waits_for_events_) stop = std::min(stop, engine_->now() + kEventSlice);
  return std::max(stop, engine_->now());
}

// --- what the timeline orders

void Run::carry_out(const Action& action) {
  switch (action.kind) {
    case Action::Kind::fault_started:
      faults_->begin(action);
      break;
    case Action::Kind::fault_ended:
      faults_->end(action);
      break;
    case Action::Kind::node_down:
    case Action::Kind::node_up:
      set_running(action);
      break;
    default:
      break;
  }
  observers_.on_action(action);
}

void Run::set_running(const Action& action) {
  const NodeIndex node{action.node};
  if (action.kind == Action::Kind::node_up) {
    if (!engine_->running(node)) engine_->start(node);
    return;
  }
  if (!engine_->running(node)) return;
  const Instant now = engine_->now();
  observers_.on_event(now, action.node, {trace::Kind::node_crashed, {}, engine_->incarnation(node), 0, 0});
  view_->retire(action.node);
  engine_->crash(node, action.disk == scenario::DiskFate::kept   ? DiskFate::kept
                       : action.disk == scenario::DiskFate::torn ? DiskFate::torn
                                                                 : DiskFate::lost);
  const auto unanswered = std::exchange(unanswered_[action.node], {});
  for (const auto& [number, _] : unanswered) lost(action.node, number, now, scenario::Refusal::no_answer);
}

// --- traffic

void Run::publish_due(Instant now) {
  for (auto due = traffic_->next_time(); due && *due <= now; due = traffic_->next_time()) publish(traffic_->next());
}

void Run::lost(Node node, std::uint64_t number, Instant now, scenario::Refusal why) {
  traffic_->lost(number);
  observers_.on_refusal(now, node, number, why);
}

void Run::publish(const scenario::Publication& publication) {
  observers_.on_publication(publication);
  const Instant now = engine_->now();
  auto* node = static_cast<CoreSimNode*>(engine_->node(NodeIndex{publication.node}));
  if (node == nullptr || node->core() == nullptr || engine_->paused(NodeIndex{publication.node})) {
    return lost(publication.node, publication.number, now, scenario::Refusal::no_answer);
  }
  std::vector<node::Upload> uploads;
  for (const scenario::Upload& upload : publication.uploads) {
    uploads.push_back({upload.hash, std::string(as_text(*upload.content))});
  }
  sinks_[publication.node]->record(
      {trace::Kind::message_published, publication.item_hash.view(), publication.envelope.size(), 0, 0});
  unanswered_[publication.node][publication.number] = true;
  node->core()->publish(publication.envelope, std::move(uploads),
                        [this, where = publication.node, number = publication.number](const node::Receipt& receipt) {
                          unanswered_[where].erase(number);
                          if (receipt.status == message::Status::none) {
                            lost(where, number, engine_->now(), scenario::Refusal::no_room);
                          } else if (receipt.status == message::Status::rejected) {
                            lost(where, number, engine_->now(), scenario::Refusal::rejected);
                          }
                        });
}

// --- the run

std::optional<std::string> Run::limit_reached() const {
  const scenario::Limits& limits = scenario_.limits;
  if (limits.wall_time) {
    const auto spent = std::chrono::steady_clock::now() - began_;
    if (std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count() > limits.wall_time->ns) return "wall time";
  }
  if (limits.memory && peak_rss_bytes() > limits.memory->bytes) return "memory";
  return std::nullopt;
}

void Run::sample(Instant now) {
  observers_.on_sample(now);
  next_sample_ = now + scenario::kSampleInterval;
  if (timeline_->finished()) return;
  if (timeline_->phase() == scenario::Phase::settle && watch_->settled()) timeline_->finish(now);
  limit_hit_ = limit_reached();
  if (!limit_hit_ && options_.interrupted && options_.interrupted()) limit_hit_ = "interrupted";
  if (limit_hit_) timeline_->finish(now);
  if (options_.progress) {
    options_.progress({now, scenario_.phases.end(scenario::Phase::settle), timeline_->phase(), traffic_->published(),
                       engine_->events()});
  }
}

scenario::Summary Run::summarize() {
  const Instant end = engine_->now();
  std::vector<Hash256> digests;
  for (Node node = 0; node < nodes_->size(); ++node) digests.push_back(view_->state_digest(node));
  scenario::Summary summary = scenario::make_summary(scenario_, scenario_.seed, *timeline_, *watch_, end);
  summary.world = scenario::WorldKind::sim;
  summary.version = LASTMILE_VERSION;
  summary.digest = engine_->run_digest(digests);
  summary.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  summary.cpu_seconds = cpu_seconds() - cpu_began_;
  summary.peak_rss_bytes = peak_rss_bytes();
  summary.events = engine_->events();
  const auto& spans = timeline_->spans();
  for (std::size_t i = 0; i < spans.size() && i < summary.faults.size(); ++i) {
    summary.faults[i].frames_stopped = faults_->frames_stopped(spans[i].entry, spans[i].occurrence);
  }
  if (limit_hit_) scenario::end_early(summary, *limit_hit_);
  summary.verdict = scenario::decide(summary);
  return summary;
}

}  // namespace

Result<scenario::Summary> run_scenario(const scenario::Scenario& scenario, RunOptions options) {
  Run run(scenario, std::move(options));
  return run.go();
}

}  // namespace lastmile::sim
