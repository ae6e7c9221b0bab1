#include "sim/run/run.hpp"

#include <algorithm>
#include <vector>

#include "core/base/present.hpp"
#include "scenarios/engine/overlay/figures.hpp"
#include "scenarios/engine/run/runner.hpp"
#include "sim/adversary/adversaries.hpp"
#include "sim/fault/fault_plane.hpp"
#include "sim/light/light_node.hpp"
#include "sim/run/convert.hpp"
#include "sim/run/core_sim_node.hpp"
#include "sim/run/run_view.hpp"
#include "sim/world/world.hpp"

namespace lastmile::sim {
namespace {

using scenario::Action;
using scenario::DiskTrouble;
using scenario::Node;

// Entries that wait for an event become due at it; between looks at the timeline this much time may pass.
constexpr Duration kEventSlice = milliseconds(10);

class Run final : public scenario::RunWorld {
 public:
  Run(const scenario::Scenario& scenario, RunOptions options)
      : scenario_(scenario),
        loop_observer_(options.loop_observer),
        other_nodes_(options.other_nodes),
        events_per_look_(options.events_per_look),
        runner_(scenario, std::move(options), *this) {}

  Result<scenario::Summary> go();

  void carry_out(const Action& action) override;
  bool reachable(Node node) const override;
  void publish(const scenario::Publication& publication) override;
  void prepare_sample() override { view_->look(engine_->now()); }
  std::uint64_t events() const override { return engine_->events(); }

 private:
  std::optional<Error> build();
  NodeFactory factory_of(Node node);
  void run_until(Instant stop);
  void measure_overlay();
  void measure_cut(const Action& action);
  void set_running(const Action& action);
  void end_node(Node node, DiskFate fate);
  void node_failed(Node node);
  void end_of_disk_fault(const Action& action, DiskTrouble mode);
  scenario::Summary summarize();

  // Times a node's events and passes them on.
  class NodeSink final : public trace::Sink {
   public:
    NodeSink(Run& run, Node node) : run_(run), node_(node) {}
    void record(const trace::Event& event) override {
      if (!run_.honest_[node_] && event.kind != trace::Kind::node_failed) return;  // its word counts for nothing
      run_.runner_.on_event(run_.engine_->now(), node_, event);
      if (event.kind == trace::Kind::node_failed) run_.node_failed(node_);
    }

   private:
    Run& run_;
    Node node_;
  };

  const scenario::Scenario& scenario_;
  LoopObserver* loop_observer_;
  OtherNodes* other_nodes_;
  const std::uint64_t events_per_look_;
  scenario::Runner runner_;
  std::optional<World> world_;
  std::vector<bool> honest_;                // by node
  std::optional<Adversaries> adversaries_;  // outlives the engine, whose nodes obey it
  std::unique_ptr<Engine> engine_;
  std::vector<NodeSink> sinks_;
  node::NodeConfig shared_config_;
  std::optional<MessageTable> light_messages_;
  std::unique_ptr<RunView> view_;
  std::optional<FaultPlane> faults_;
  bool waits_for_events_ = false;
  std::size_t widest_cut_ = 0;      // edges of the overlay
  std::vector<bool> failed_;        // by node: it ended by itself, and its operator has not started it again
  std::vector<bool> ordered_down_;  // by node: by the timeline
};

std::optional<Error> Run::build() {
  auto engine = Engine::create(engine_config(scenario_));
  if (!engine.ok()) return engine.error();
  engine_ = std::move(*engine);

  const scenario::NodeTable& nodes = runner_.nodes();
  auto world = build_world(world_spec(scenario_, nodes));
  if (!world.ok()) return world.error();
  world_ = std::move(*world);
  LM_CHECK(nodes.size() == world_->nodes.size());
  failed_.resize(nodes.size());
  ordered_down_.resize(nodes.size());

  for (const scenario::ChainSpec& chain : scenario_.world.chains) engine_->add_chain(chain_config(chain));
  shared_config_ = shared_node_config(scenario_);
  shared_config_.head_signers = head_signers(scenario_, nodes);
  light_messages_.emplace(scenario_.world.switches);
  adversaries_.emplace(scenario_, nodes, [this](const message::ItemHash& hash) { runner_.also_signed(hash); });
  engine_->expect_nodes(nodes.size());
  sinks_.reserve(nodes.size());  // nodes keep where theirs stands
  for (Node node = 0; node < nodes.size(); ++node) {
    const bool other = other_nodes_ != nullptr && !nodes[node].light && !other_nodes_->honest(node);
    honest_.push_back(!other && !present(adversaries_).is_one(node));
    sinks_.emplace_back(*this, node);
    engine_->add_node(std::move(world_->nodes[node].spec), factory_of(node));
  }
  std::vector<WorldNode>().swap(world_->nodes);  // the engine has them now
  faults_.emplace(*engine_, scenario_);
  view_ = std::make_unique<RunView>(*engine_, nodes, present(light_messages_), honest_);
  if (auto error = runner_.open(*view_)) return error;
  for (const scenario::Fault& fault : scenario_.faults) {
    waits_for_events_ = waits_for_events_ || std::holds_alternative<scenario::OnEvent>(fault.from);
  }

  measure_overlay();
  if (loop_observer_ != nullptr) engine_->observe(loop_observer_);
  return std::nullopt;
}

NodeFactory Run::factory_of(Node node) {
  trace::Sink& sink = sinks_[node];
  if (runner_.nodes()[node].light) {
    return [this, node, &sink](const NodeEnv& env) -> std::unique_ptr<SimNode> {
      return std::make_unique<LightNode>(env, shared_config_, dialled(runner_.nodes(), present(world_).overlay, node),
                                         present(light_messages_), sink);
    };
  }
  return [this, node, config = node_config(shared_config_, scenario_, runner_.nodes(), present(world_).overlay, node),
          &sink](const NodeEnv& env) -> std::unique_ptr<SimNode> {
    NodeFactory core = [&](const NodeEnv& own) -> std::unique_ptr<SimNode> {
      if (other_nodes_ != nullptr) return other_nodes_->make(node, own, config, sink);
      return std::make_unique<CoreSimNode>(own, config, sink);
    };
    if (present(adversaries_).is_one(node)) return present(adversaries_).make(node, env, config, core);
    return core(env);
  };
}

Result<scenario::Summary> Run::go() {
  if (auto error = build()) return *error;
  const std::vector<bool> starts = runner_.first_nodes();
  for (Node node = 0; node < starts.size(); ++node) {
    if (starts[node]) engine_->start(NodeIndex{node});
  }
  runner_.begin();
  while (!runner_.finished()) {
    Instant stop = runner_.next_stop();
    if (waits_for_events_) stop = std::min(stop, engine_->now() + kEventSlice);
    run_until(std::max(stop, engine_->now()));
    runner_.advance(engine_->now());
  }
  return runner_.close(summarize());
}

// A second of a large world can take minutes, so limits and the user are looked at every so many events. Looking
// changes nothing: the same events follow in the same order.
void Run::run_until(Instant stop) {
  const std::uint64_t allowed = scenario_.limits.events.value_or(~std::uint64_t{0});
  for (;;) {
    const std::uint64_t left = allowed - std::min(allowed, runner_.events());
    if (engine_->run_until(stop, std::min(left, events_per_look_)) != RunEnd::events) return;
    if (runner_.limit_reached()) return;
  }
}

// --- what the timeline orders

void Run::carry_out(const Action& action) {
  switch (action.kind) {
    case Action::Kind::fault_started:
      present(faults_).begin(action);
      measure_cut(action);
      break;
    case Action::Kind::fault_ended:
      present(faults_).end(action);
      if (const auto* disk = std::get_if<scenario::DiskFault>(&scenario_.faults[action.entry].body)) {
        if (disk->mode != DiskTrouble::slow) end_of_disk_fault(action, disk->mode);
      }
      break;
    case Action::Kind::node_down:
    case Action::Kind::node_up:
      set_running(action);
      break;
    case Action::Kind::adversary_started:
    case Action::Kind::adversary_stopped:
      present(adversaries_).order(action.entry, action.kind == Action::Kind::adversary_started, *engine_);
      break;
    default:
      break;
  }
}

void Run::measure_overlay() {
  const scenario::Graph& overlay = present(world_).overlay;
  scenario::Watch& watch = runner_.watch();
  const scenario::Diameter across = diameter(overlay);
  watch.set_measure(across.exact ? "topology.diameter" : "topology.diameter_at_least", across.hops);
  watch.set_measure("topology.clustering", clustering(overlay));
  watch.set_measure("topology.articulation_points", static_cast<double>(articulation_points(overlay).size()));
  const auto by_degree = degrees(overlay);
  const auto least = std::find_if(by_degree.begin(), by_degree.end(), [](std::uint32_t nodes) { return nodes > 0; });
  watch.set_measure("topology.degree_min", static_cast<double>(least - by_degree.begin()));
  watch.set_measure("topology.degree_mean", 2.0 * static_cast<double>(overlay.edges()) / overlay.size());
  watch.set_measure("topology.degree_max", static_cast<double>(by_degree.size()) - 1);
}

// How many neighbours of the overlay the widest cut of the run parts.
void Run::measure_cut(const Action& action) {
  const scenario::FaultBody& body = scenario_.faults[action.entry].body;
  if (!std::holds_alternative<scenario::PartitionFault>(body) && !std::holds_alternative<scenario::HoldFault>(body)) {
    return;
  }
  widest_cut_ = std::max(widest_cut_, cut_size(present(world_).overlay, action.first, action.second));
  runner_.watch().set_measure("topology.cut", static_cast<double>(widest_cut_));
}

void Run::set_running(const Action& action) {
  const NodeIndex node{action.node};
  const bool up = action.kind == Action::Kind::node_up;
  ordered_down_[action.node] = !up;
  if (up) {
    failed_[action.node] = false;
    if (!engine_->running(node)) engine_->start(node);
    return;
  }
  const DiskFate fate = action.disk == scenario::DiskFate::kept   ? DiskFate::kept
                        : action.disk == scenario::DiskFate::torn ? DiskFate::torn
                                                                  : DiskFate::lost;
  if (engine_->running(node)) {
    end_node(action.node, fate);
  } else if (fate == DiskFate::lost) {
    engine_->lose_disk(node);
  }
}

void Run::end_node(Node node, DiskFate fate) {
  const NodeIndex index{node};
  const Instant now = engine_->now();
  runner_.on_event(now, node, {trace::Kind::node_crashed, {}, engine_->incarnation(index), 0, 0});
  view_->retire(node);
  engine_->crash(index, fate);
  runner_.no_more_receipts(now, node);
}

// --- nodes whose disks fail

// Its process ends, as that of a real node does, before anything else happens; its operator starts it again when the
// disk is in order.
void Run::node_failed(Node node) {
  const std::uint32_t incarnation = engine_->incarnation({node});
  engine_->at(engine_->now(), [this, node, incarnation] {
    const NodeIndex index{node};
    if (!engine_->running(index) || engine_->incarnation(index) != incarnation) return;
    failed_[node] = true;
    end_node(node, DiskFate::kept);
  });
}

// A damaged disk is thrown away, whether its node has noticed or not.
void Run::end_of_disk_fault(const Action& action, DiskTrouble mode) {
  for (const Node node : action.first) {
    const NodeIndex index{node};
    if (mode == DiskTrouble::corrupt) {
      failed_[node] = failed_[node] || engine_->running(index);
      if (engine_->running(index)) end_node(node, DiskFate::lost);
      engine_->lose_disk(index);
    }
    if (!failed_[node] || ordered_down_[node]) continue;
    failed_[node] = false;
    engine_->start(index);
  }
}

// --- traffic

bool Run::reachable(Node node) const { return view_->running(node) && !engine_->paused(NodeIndex{node}); }

void Run::publish(const scenario::Publication& publication) {
  const auto done = [this, where = publication.node, number = publication.number](const node::Receipt& receipt) {
    runner_.receipt(engine_->now(), where, number, receipt.status);
  };
  if (LightNode* light = view_->light(publication.node)) return light->publish(publication.envelope, done);
  std::vector<node::Upload> uploads;
  uploads.reserve(publication.uploads.size());
  for (const scenario::Upload& upload : publication.uploads) {
    uploads.push_back({upload.hash, std::string(as_text(*upload.content))});
  }
  view_->core(publication.node)->publish(publication.envelope, std::move(uploads), done);
}

// --- the end

scenario::Summary Run::summarize() {
  std::vector<Hash256> digests;
  digests.reserve(runner_.nodes().size());
  for (Node node = 0; node < runner_.nodes().size(); ++node) digests.push_back(view_->state_digest(node));
  scenario::Summary summary = runner_.summary(engine_->now());
  summary.world = scenario::WorldKind::sim;
  summary.version = LASTMILE_VERSION;
  summary.digest = engine_->run_digest(digests);
  const auto& spans = runner_.timeline().spans();
  for (std::size_t i = 0; i < spans.size() && i < summary.faults.size(); ++i) {
    summary.faults[i].frames_stopped = present(faults_).frames_stopped(spans[i].entry, spans[i].occurrence);
  }
  const auto& harm = runner_.timeline().adversary_spans();
  for (std::size_t i = 0; i < harm.size() && i < summary.adversaries.size(); ++i) {
    summary.adversaries[i].acts = present(adversaries_).acts(harm[i].entry);
    if (summary.adversaries[i].acts > 0) continue;
    summary.never_reached.push_back("anything that adversary " + summary.adversaries[i].name + " did");
  }
  return summary;
}

}  // namespace

Result<scenario::Summary> run_scenario(const scenario::Scenario& scenario, RunOptions options) {
  Run run(scenario, std::move(options));
  return run.go();
}

}  // namespace lastmile::sim
