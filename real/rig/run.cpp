#include "real/rig/run.hpp"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/crypto/base64.hpp"
#include "core/message/status.hpp"
#include "real/env/os_clock.hpp"
#include "real/ops/daemon.hpp"
#include "real/rig/addresses.hpp"
#include "real/rig/proxy.hpp"
#include "real/rig/rig_folder.hpp"
#include "real/rig/rig_nodes.hpp"
#include "real/rig/rig_view.hpp"
#include "real/rig/roads.hpp"
#include "real/rig/trace_merge.hpp"
#include "scenarios/engine/folder/event_log.hpp"
#include "scenarios/engine/folder/metrics_log.hpp"
#include "scenarios/engine/traffic/traffic.hpp"
#include "scenarios/engine/watch/watch.hpp"

namespace lastmile::real {
namespace {

using nlohmann::json;
using scenario::Action;

constexpr Duration kStartMax = seconds(60);            // until every admin socket answers
constexpr Duration kTurn = milliseconds(5);            // the loop looks at everything this often
constexpr Duration kStopMax = kDrainMax + seconds(5);  // a node that was told to end

double seconds_of(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

// Of the rig and of its children that have ended.
double cpu_seconds() {
  double sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    sum += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  return sum;
}

std::uint64_t own_peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void sleep_for(Duration length) {
  if (length <= Duration{}) return;
  const timespec time{length.ns / 1000000000, length.ns % 1000000000};
  ::nanosleep(&time, nullptr);
}

class RigRun {
 public:
  RigRun(const scenario::Scenario& scenario, RigOptions options)
      : scenario_(scenario), options_(std::move(options)), began_(clock_.now()), cpu_began_(cpu_seconds()) {}

  Result<scenario::Summary> go();

 private:
  std::optional<Error> build();
  std::optional<Error> open_logs();
  std::optional<Error> start_nodes(const std::vector<Action>& first);
  void turn();
  void carry_out(const Action& action);
  void set_running(const Action& action);
  void set_paused(const Action& action, bool paused);
  void publish(const scenario::Publication& publication);
  void reach_nodes();
  void take_receipts();
  void receipt(Node node, std::uint64_t number, const json& answer);
  void give_up_receipts(Node node);
  void read_traces();
  void take_event(Instant time, Node node, const trace::Event& event);
  void sample();
  void stop_for(std::string why) {
    if (!limit_hit_) limit_hit_ = std::move(why);
  }
  void look_at_limits();
  Instant next_stop() const;
  void stop_nodes();
  scenario::Summary summarize();

  const scenario::Scenario& scenario_;
  RigOptions options_;
  OsClock clock_;
  const Instant began_;
  const double cpu_began_;
  std::optional<RigFolder> folder_;
  std::optional<scenario::NodeTable> table_;
  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<RigRoads> roads_;
  std::unique_ptr<RigNodes> nodes_;
  std::unique_ptr<scenario::Timeline> timeline_;
  std::optional<scenario::Traffic> traffic_;
  std::unique_ptr<RigView> view_;
  std::unique_ptr<scenario::Watch> watch_;
  std::unique_ptr<scenario::EventLog> event_log_;
  std::unique_ptr<scenario::MetricsLog> metrics_log_;
  scenario::Observers observers_;
  std::unique_ptr<TraceMerge> traces_;
  std::vector<std::map<std::uint64_t, std::uint64_t>> unanswered_;  // by node: question -> publication
  Instant zero_;                                                    // of the run, on the machine's clock
  Instant now_;                                                     // of the run, at the start of the turn
  Instant next_sample_;
  std::uint64_t events_ = 0;
  std::optional<std::string> limit_hit_;
};

std::optional<Error> RigRun::build() {
  if (clock_.wall() < scenario::kRunEpoch) {
    return Error{"the clock of this machine is before 2026-01-01, from which the messages of a run are dated"};
  }
  table_.emplace(scenario_, scenario_.seed);
  if (table_->size() > kRigNodesMax) {
    return Error{"a rig has at most " + std::to_string(kRigNodesMax) + " nodes"};
  }
  auto folder = RigFolder::make();
  if (!folder.ok()) return folder.error();
  folder_.emplace(*std::move(folder));
  auto proxy = Proxy::start(table_->size(), 0, scenario_.seed);
  if (!proxy.ok()) return proxy.error();
  proxy_ = *std::move(proxy);
  roads_ = std::make_unique<RigRoads>(scenario_, *table_, *proxy_);
  auto nodes = RigNodes::make(scenario_, *table_,
                              {options_.program, folder_->path(), options_.folder + "/nodes", proxy_->port()});
  if (!nodes.ok()) return nodes.error();
  nodes_ = *std::move(nodes);
  unanswered_.resize(nodes_->size());
  std::vector<std::filesystem::path> traces;
  for (Node node = 0; node < nodes_->size(); ++node) traces.push_back((*nodes_)[node].trace_file());
  traces_ = std::make_unique<TraceMerge>(std::move(traces));

  timeline_ = std::make_unique<scenario::Timeline>(scenario_, scenario_.seed, *table_);
  auto traffic = scenario::Traffic::open(scenario_, scenario_.seed, *table_);
  if (!traffic.ok()) return traffic.error();
  traffic_.emplace(std::move(*traffic));
  view_ = std::make_unique<RigView>(*nodes_);
  watch_ = std::make_unique<scenario::Watch>(scenario_, *table_, *view_, *timeline_);
  observers_.add(*watch_);
  return std::nullopt;
}

std::optional<Error> RigRun::open_logs() {
  auto events = scenario::EventLog::create(options_.folder + "/events.lmt", scenario_, *table_);
  if (!events.ok()) return events.error();
  event_log_ = std::move(*events);
  observers_.add(*event_log_);
  auto metrics = scenario::MetricsLog::create(options_.folder + "/metrics.csv", *table_, *timeline_, *watch_);
  if (!metrics.ok()) return metrics.error();
  metrics_log_ = std::move(*metrics);
  observers_.add(*metrics_log_);
  return std::nullopt;
}

// Everybody is up unless the timeline says otherwise at time 0; the run begins when all of them answer.
std::optional<Error> RigRun::start_nodes(const std::vector<Action>& first) {
  std::vector<bool> starts(nodes_->size(), true);
  for (const Action& action : first) {
    if (action.kind == Action::Kind::node_down) starts[action.node] = false;
  }
  for (Node node = 0; node < nodes_->size(); ++node) {
    if (!starts[node]) continue;
    if (auto started = nodes_->start(node); !started.ok()) return started.error();
  }
  const Instant until = clock_.now() + kStartMax;
  for (;;) {
    if (auto connected = nodes_->connect(); !connected.ok()) return connected.error();
    Node missing = 0;
    while (missing < nodes_->size() && (!starts[missing] || nodes_->reachable(missing))) ++missing;
    if (missing == nodes_->size()) return std::nullopt;
    if (clock_.now() > until) return Error{(*nodes_)[missing].name + " does not open its admin socket"};
    if (options_.interrupted && options_.interrupted()) return Error{"interrupted before all nodes had started"};
    sleep_for(kTurn);
  }
}

Result<scenario::Summary> RigRun::go() {
  if (auto error = build()) return *error;
  if (auto error = open_logs()) return *error;
  const std::vector<Action> first = timeline_->advance(Instant{});
  if (auto error = start_nodes(first)) return *error;
  zero_ = clock_.now();
  traces_->begin(zero_);
  for (const Action& action : first) carry_out(action);
  while (!timeline_->finished()) {
    turn();
    if (!timeline_->finished()) sleep_for(std::min(kTurn, next_stop() - (Instant{} + (clock_.now() - zero_))));
  }
  scenario::Summary summary = summarize();
  if (auto closed = event_log_->close(); !closed.ok()) return closed.error();
  if (auto closed = metrics_log_->close(); !closed.ok()) return closed.error();
  return summary;
}

Instant RigRun::next_stop() const {
  Instant stop = next_sample_;
  if (const auto due = timeline_->next()) stop = std::min(stop, *due);
  if (const auto due = traffic_->next_time()) stop = std::min(stop, *due);
  return stop;
}

void RigRun::turn() {
  now_ = Instant{} + (clock_.now() - zero_);
  view_->new_turn();
  reach_nodes();
  read_traces();
  take_receipts();
  for (const Action& action : timeline_->advance(now_)) carry_out(action);
  for (auto due = traffic_->next_time(); due && *due <= now_; due = traffic_->next_time()) publish(traffic_->next());
  look_at_limits();
  if (now_ >= next_sample_ || timeline_->finished()) sample();
  if (limit_hit_ && !timeline_->finished()) timeline_->finish(now_);
}

void RigRun::look_at_limits() {
  const scenario::Limits& limits = scenario_.limits;
  if (limits.wall_time && clock_.now() - began_ > *limits.wall_time) stop_for("wall time");
  if (limits.memory && own_peak_bytes() + view_->peak_memory_bytes() > limits.memory->bytes) stop_for("memory");
  if (limits.events && events_ > *limits.events) stop_for("events");
  if (options_.interrupted && options_.interrupted()) stop_for("interrupted");
  if (view_->trouble()) stop_for(*view_->trouble());
}

// --- what the timeline orders

void RigRun::carry_out(const Action& action) {
  switch (action.kind) {
    case Action::Kind::fault_started: {
      const scenario::Fault& fault = scenario_.faults[action.entry];
      if (RigRoads::is_road_fault(fault)) {
        roads_->begin({action.entry, action.occurrence}, fault, action.first, action.second);
      }
      if (std::holds_alternative<scenario::PauseFault>(fault.body)) set_paused(action, true);
      break;
    }
    case Action::Kind::fault_ended: {
      const scenario::Fault& fault = scenario_.faults[action.entry];
      if (RigRoads::is_road_fault(fault)) roads_->end({action.entry, action.occurrence});
      if (std::holds_alternative<scenario::PauseFault>(fault.body)) set_paused(action, false);
      break;
    }
    case Action::Kind::node_down:
    case Action::Kind::node_up:
      set_running(action);
      break;
    default:
      break;
  }
  observers_.on_action(action);
}

void RigRun::set_paused(const Action& action, bool paused) {
  for (const Node node : action.first) {
    if (paused) {
      nodes_->pause(node);
    } else {
      nodes_->resume(node);
    }
  }
}

void RigRun::set_running(const Action& action) {
  const Node node = action.node;
  RigNode& rig_node = (*nodes_)[node];
  if (action.kind == Action::Kind::node_up) {
    if (rig_node.wanted) return;
    if (auto started = nodes_->start(node); !started.ok()) stop_for(started.error().text);
    return;  // it counts as running when it can be reached
  }
  if (!rig_node.wanted) return;
  view_->retire(node);
  nodes_->crash(node, action.disk);
  const auto take = [this](Instant t, Node n, const trace::Event& e) { take_event(t, n, e); };
  if (auto over = traces_->end_of_life(node, now_, take); !over.ok()) stop_for(over.error().text);
  take_event(now_, node, {trace::Kind::node_crashed, {}, rig_node.lives, 0, 0});
  give_up_receipts(node);
}

// Nodes that are starting become reachable; one that ended by itself ends the run.
void RigRun::reach_nodes() {
  std::vector<bool> before(nodes_->size());
  for (Node node = 0; node < nodes_->size(); ++node) before[node] = (*nodes_)[node].questions.has_value();
  if (auto connected = nodes_->connect(); !connected.ok()) stop_for(connected.error().text);
  for (Node node = 0; node < nodes_->size(); ++node) {
    if (!before[node] && (*nodes_)[node].questions.has_value()) view_->admit(node);
  }
}

// --- traffic

void RigRun::publish(const scenario::Publication& publication) {
  const Node node = publication.node;
  view_->know(publication.item_hash);
  observers_.on_publication(publication);
  if (!nodes_->reachable(node)) {
    traffic_->lost(publication.number);
    observers_.on_refusal(now_, node, publication.number, scenario::Refusal::no_answer);
    return;
  }
  json fields{{"envelope", publication.envelope}, {"uploads", json::array()}};
  for (const scenario::Upload& upload : publication.uploads) {
    fields["uploads"].push_back({{"hash", upload.hash.text()}, {"base64", crypto::base64_encode(*upload.content)}});
  }
  take_event(now_, node,
             {trace::Kind::message_published, publication.item_hash.view(), publication.envelope.size(), 0, 0});
  const std::uint64_t question = (*nodes_)[node].publications->post("publish", fields);
  unanswered_[node][question] = publication.number;
}

void RigRun::take_receipts() {
  for (Node node = 0; node < nodes_->size(); ++node) {
    RigNode& rig_node = (*nodes_)[node];
    if (!rig_node.publications.has_value()) continue;
    const auto pumped = rig_node.publications->pump();
    while (const auto answer = rig_node.publications->receive()) {
      const auto asked = unanswered_[node].find(answer->value("id", std::uint64_t{0}));
      if (asked == unanswered_[node].end()) continue;
      const std::uint64_t number = asked->second;
      unanswered_[node].erase(asked);
      receipt(node, number, *answer);
    }
    if (pumped.ok()) continue;
    // It has gone, or will say so: connect() finds out.
    rig_node.publications.reset();
    rig_node.questions.reset();
    give_up_receipts(node);
  }
}

void RigRun::receipt(Node node, std::uint64_t number, const json& answer) {
  // An answer that is none counts as a rejection: the envelope was valid, and so was the question.
  scenario::Refusal why = scenario::Refusal::rejected;
  if (answer.value("ok", false)) {
    const auto status = message::parse_status(answer.at("result").value("status", ""));
    if (status && *status != message::Status::rejected && *status != message::Status::none) return;
    if (status == message::Status::none) why = scenario::Refusal::no_room;
  }
  traffic_->lost(number);
  observers_.on_refusal(now_, node, number, why);
}

// Their client will never know.
void RigRun::give_up_receipts(Node node) {
  const auto unanswered = std::exchange(unanswered_[node], {});
  for (const auto& [question, number] : unanswered) {
    traffic_->lost(number);
    observers_.on_refusal(now_, node, number, scenario::Refusal::no_answer);
  }
}

// --- what the nodes say

void RigRun::read_traces() {
  const auto take = [this](Instant t, Node n, const trace::Event& e) { take_event(t, n, e); };
  if (auto read = traces_->read(now_, take); !read.ok()) stop_for(read.error().text);
}

void RigRun::take_event(Instant time, Node node, const trace::Event& event) {
  ++events_;
  timeline_->on_event(time, event);
  observers_.on_event(time, node, event);
}

void RigRun::sample() {
  view_->look();
  observers_.on_sample(now_);
  next_sample_ = now_ + scenario::kSampleInterval;
  if (timeline_->finished()) return;
  if (timeline_->phase() == scenario::Phase::settle && watch_->settled()) timeline_->finish(now_);
  if (options_.progress) {
    options_.progress(
        {now_, scenario_.phases.end(scenario::Phase::settle), timeline_->phase(), traffic_->published(), events_});
  }
}

// As an operator would; who does not follow is killed with its Child.
void RigRun::stop_nodes() {
  for (Node node = 0; node < nodes_->size(); ++node) {
    if ((*nodes_)[node].process) (*nodes_)[node].process->terminate();
  }
  for (Node node = 0; node < nodes_->size(); ++node) {
    auto& process = (*nodes_)[node].process;
    if (!process) continue;
    const auto status = process->wait(kStopMax);
    if (!status) stop_for((*nodes_)[node].name + " did not end when it was told to");
    if (status && *status != kExitOk) {
      stop_for((*nodes_)[node].name + " ended with exit status " + std::to_string(*status));
    }
    process->kill();
  }
}

scenario::Summary RigRun::summarize() {
  for (Node node = 0; node < nodes_->size(); ++node) nodes_->resume(node);  // when the run was cut short
  now_ = std::max(now_, Instant{} + (clock_.now() - zero_));
  view_->new_turn();
  view_->ask_all();
  read_traces();
  scenario::Summary summary = scenario::make_summary(scenario_, scenario_.seed, *timeline_, *watch_, now_);
  stop_nodes();
  if (view_->trouble()) stop_for(*view_->trouble());
  summary.world = scenario::WorldKind::real;
  summary.version = LASTMILE_VERSION;
  summary.wall_seconds = static_cast<double>((clock_.now() - began_).ns) / 1e9;
  summary.cpu_seconds = cpu_seconds() - cpu_began_;
  summary.peak_rss_bytes = own_peak_bytes() + view_->peak_memory_bytes();
  summary.events = events_;
  if (limit_hit_) scenario::end_early(summary, *limit_hit_);
  summary.verdict = scenario::decide(summary);
  return summary;
}

}  // namespace

Result<scenario::Summary> run_on_rig(const scenario::Scenario& scenario, RigOptions options) {
  try {
    RigRun run(scenario, std::move(options));
    return run.go();
  } catch (const json::exception& error) {  // a node of another version
    return Error{std::string("a node gave an answer of an unexpected form: ") + error.what()};
  }
}

}  // namespace lastmile::real
