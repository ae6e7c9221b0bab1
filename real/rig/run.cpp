#include "real/rig/run.hpp"

#include <time.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/present.hpp"
#include "core/crypto/base64.hpp"
#include "core/crypto/chain.hpp"
#include "core/message/status.hpp"
#include "real/env/os_clock.hpp"
#include "real/ops/daemon.hpp"
#include "real/rig/addresses.hpp"
#include "real/rig/proxy.hpp"
#include "real/rig/rig_chains.hpp"
#include "real/rig/rig_folder.hpp"
#include "real/rig/rig_nodes.hpp"
#include "real/rig/rig_view.hpp"
#include "real/rig/roads.hpp"
#include "real/rig/trace_merge.hpp"
#include "scenarios/engine/run/runner.hpp"

namespace lastmile::real {
namespace {

using nlohmann::json;
using scenario::Action;

constexpr Duration kStartMax = seconds(60);            // until every admin socket answers
constexpr Duration kTurn = milliseconds(5);            // the loop looks at everything this often
constexpr Duration kStopMax = kDrainMax + seconds(5);  // a node that was told to end

void sleep_for(Duration length) {
  if (length <= Duration{}) return;
  const timespec time{length.ns / 1000000000, length.ns % 1000000000};
  ::nanosleep(&time, nullptr);
}

class RigRun final : public scenario::RunWorld {
 public:
  RigRun(const scenario::Scenario& scenario, RigOptions options)
      : scenario_(scenario),
        program_(std::move(options.program)),
        anvil_(std::move(options.anvil)),
        run_folder_(options.folder),
        runner_(scenario, std::move(options), *this) {}

  Result<scenario::Summary> go();

  void carry_out(const Action& action) override;
  bool reachable(Node node) const override { return nodes_->reachable(node); }
  void publish(const scenario::Publication& publication) override;
  void prepare_sample() override { view_->look(); }
  std::uint64_t events() const override { return events_; }
  std::uint64_t other_memory_bytes() const override { return view_->peak_memory_bytes(); }

 private:
  std::optional<Error> build();
  std::optional<Error> start_nodes();
  void turn();
  void set_running(const Action& action);
  void set_paused(const Action& action, bool paused);
  void reach_nodes();
  void take_receipts();
  void give_up_receipts(Node node);
  void read_traces();
  void take_event(Instant time, Node node, const trace::Event& event);
  Instant time_of_run() const { return Instant{} + (clock_.now() - zero_); }
  void stop_nodes();
  scenario::Summary summarize();

  const scenario::Scenario& scenario_;
  const std::string program_;
  const std::string anvil_;
  const std::string run_folder_;
  OsClock clock_;
  scenario::Runner runner_;
  std::optional<RigFolder> folder_;
  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<RigRoads> roads_;
  std::unique_ptr<RigChains> chains_;
  std::unique_ptr<RigNodes> nodes_;
  std::unique_ptr<RigView> view_;
  std::unique_ptr<TraceMerge> traces_;
  std::vector<std::map<std::uint64_t, std::uint64_t>> questions_;  // by node: open question -> publication
  Instant zero_;                                                   // of the run, on the machine's clock
  Instant now_;                                                    // of the run, at the start of the turn
  std::uint64_t events_ = 0;
};

std::optional<Error> RigRun::build() {
  if (clock_.wall() < scenario::kRunEpoch) {
    return Error{"the clock of this machine is before 2026-01-01, from which the messages of a run are dated"};
  }
  const scenario::NodeTable& table = runner_.nodes();
  if (table.size() > kRigNodesMax) {
    return Error{"a rig has at most " + std::to_string(kRigNodesMax) + " nodes"};
  }
  auto folder = RigFolder::make();
  if (!folder.ok()) return folder.error();
  folder_.emplace(*std::move(folder));
  auto proxy = Proxy::start(table.size(), 0, scenario_.seed, RigChains::services(scenario_, table.size()));
  if (!proxy.ok()) return proxy.error();
  proxy_ = *std::move(proxy);
  roads_ = std::make_unique<RigRoads>(scenario_, table, *proxy_);
  const std::string logs = run_folder_ + "/nodes";
  std::error_code code;
  std::filesystem::create_directories(logs, code);
  if (code) return Error{"cannot make " + logs + ": " + code.message()};
  auto chains = RigChains::start(scenario_, table, *proxy_, {anvil_, folder_->path(), logs});
  if (!chains.ok()) return chains.error();
  chains_ = *std::move(chains);
  auto nodes = RigNodes::make(scenario_, table, *chains_, {program_, folder_->path(), logs, proxy_->port()});
  if (!nodes.ok()) return nodes.error();
  nodes_ = *std::move(nodes);
  questions_.resize(nodes_->size());
  std::vector<std::filesystem::path> traces;
  traces.reserve(nodes_->size());
  for (Node node = 0; node < nodes_->size(); ++node) traces.push_back((*nodes_)[node].trace_file());
  traces_ = std::make_unique<TraceMerge>(std::move(traces));
  std::vector<std::string> codes;
  for (const scenario::ChainSpec& chain : scenario_.world.chains) codes.emplace_back(crypto::chain_text(chain.code));
  view_ = std::make_unique<RigView>(*nodes_, std::move(codes));
  return runner_.open(*view_);
}

// The run begins when all nodes answer.
std::optional<Error> RigRun::start_nodes() {
  const std::vector<bool> starts = runner_.first_nodes();
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
    if (runner_.limit_reached()) return Error{"not all nodes had started: " + *runner_.ended_by()};
    sleep_for(kTurn);
  }
}

Result<scenario::Summary> RigRun::go() {
  if (auto error = build()) return *error;
  if (auto error = start_nodes()) return *error;
  zero_ = clock_.now();
  traces_->begin(zero_);
  runner_.begin();
  while (!runner_.finished()) {
    turn();
    if (!runner_.finished()) sleep_for(std::min(kTurn, runner_.next_stop() - time_of_run()));
  }
  return runner_.close(summarize());
}

void RigRun::turn() {
  now_ = time_of_run();
  view_->new_turn();
  reach_nodes();
  read_traces();
  take_receipts();
  if (auto made = chains_->advance(now_); !made.ok()) runner_.end_early(made.error().text);
  if (const auto& trouble = view_->trouble()) runner_.end_early(*trouble);
  runner_.advance(now_);
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
      if (const auto* chain = std::get_if<scenario::ChainFault>(&fault.body)) {
        if (auto begun = chains_->begin(*chain, action.first); !begun.ok()) runner_.end_early(begun.error().text);
      }
      break;
    }
    case Action::Kind::fault_ended: {
      const scenario::Fault& fault = scenario_.faults[action.entry];
      if (RigRoads::is_road_fault(fault)) roads_->end({action.entry, action.occurrence});
      if (std::holds_alternative<scenario::PauseFault>(fault.body)) set_paused(action, false);
      if (const auto* chain = std::get_if<scenario::ChainFault>(&fault.body)) chains_->end(*chain, action.first);
      break;
    }
    case Action::Kind::node_down:
    case Action::Kind::node_up:
      set_running(action);
      break;
    default:
      break;
  }
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
    if (auto started = nodes_->start(node); !started.ok()) runner_.end_early(started.error().text);
    return;  // it counts as running when it can be reached
  }
  if (!rig_node.wanted) return;
  view_->retire(node);
  nodes_->crash(node, action.disk);
  const auto take = [this](Instant t, Node n, const trace::Event& e) { take_event(t, n, e); };
  if (auto over = traces_->end_of_life(node, now_, take); !over.ok()) runner_.end_early(over.error().text);
  take_event(now_, node, {trace::Kind::node_crashed, {}, rig_node.lives, 0, 0});
  give_up_receipts(node);
}

// Nodes that are starting become reachable; one that ended by itself ends the run.
void RigRun::reach_nodes() {
  std::vector<bool> before(nodes_->size());
  for (Node node = 0; node < nodes_->size(); ++node) before[node] = (*nodes_)[node].questions.has_value();
  if (auto connected = nodes_->connect(); !connected.ok()) runner_.end_early(connected.error().text);
  for (Node node = 0; node < nodes_->size(); ++node) {
    if (!before[node] && (*nodes_)[node].questions.has_value()) view_->admit(node);
  }
}

// --- traffic

void RigRun::publish(const scenario::Publication& publication) {
  view_->know(publication.item_hash);
  json fields{{"envelope", publication.envelope}, {"uploads", json::array()}};
  for (const scenario::Upload& upload : publication.uploads) {
    fields["uploads"].push_back({{"hash", upload.hash.text()}, {"base64", crypto::base64_encode(*upload.content)}});
  }
  const std::uint64_t question = present((*nodes_)[publication.node].publications).post("publish", fields);
  questions_[publication.node][question] = publication.number;
}

// An answer that is none counts as a rejection: the envelope was valid, and so was the question.
message::Status answered_status(const json& answer) {
  if (!answer.value("ok", false)) return message::Status::rejected;
  return message::parse_status(answer.at("result").value("status", "")).value_or(message::Status::rejected);
}

void RigRun::take_receipts() {
  for (Node node = 0; node < nodes_->size(); ++node) {
    RigNode& rig_node = (*nodes_)[node];
    if (!rig_node.publications.has_value()) continue;
    const auto pumped = rig_node.publications->pump();
    while (const auto answer = rig_node.publications->receive()) {
      const auto asked = questions_[node].find(answer->value("id", std::uint64_t{0}));
      if (asked == questions_[node].end()) continue;
      runner_.receipt(now_, node, asked->second, answered_status(*answer));
      questions_[node].erase(asked);
    }
    if (pumped.ok()) continue;
    // It has gone, or will say so: connect() finds out.
    rig_node.publications.reset();
    rig_node.questions.reset();
    give_up_receipts(node);
  }
}

// Their client will never know.
void RigRun::give_up_receipts(Node node) {
  questions_[node].clear();
  runner_.no_more_receipts(now_, node);
}

// --- what the nodes say

void RigRun::read_traces() {
  const auto take = [this](Instant t, Node n, const trace::Event& e) { take_event(t, n, e); };
  if (auto read = traces_->read(now_, take); !read.ok()) runner_.end_early(read.error().text);
}

void RigRun::take_event(Instant time, Node node, const trace::Event& event) {
  ++events_;
  if (event.kind == trace::Kind::message_processed) {
    if (const auto hash = message::ItemHash::parse(event.item)) view_->processed(node, *hash);
  }
  runner_.on_event(time, node, event);
}

// As an operator would; who does not follow is killed with its Child.
void RigRun::stop_nodes() {
  for (Node node = 0; node < nodes_->size(); ++node) {
    if (auto& process = (*nodes_)[node].process) process->terminate();
  }
  for (Node node = 0; node < nodes_->size(); ++node) {
    auto& process = (*nodes_)[node].process;
    if (!process) continue;
    const auto status = process->wait(kStopMax);
    if (!status) runner_.end_early((*nodes_)[node].name + " did not end when it was told to");
    if (status && *status != kExitOk) {
      runner_.end_early((*nodes_)[node].name + " ended with exit status " + std::to_string(*status));
    }
    process->kill();
  }
}

scenario::Summary RigRun::summarize() {
  for (Node node = 0; node < nodes_->size(); ++node) nodes_->resume(node);  // when the run was cut short
  now_ = std::max(now_, time_of_run());
  view_->new_turn();
  view_->ask_all();
  read_traces();
  scenario::Summary summary = runner_.summary(now_);
  stop_nodes();
  if (const auto& trouble = view_->trouble()) runner_.end_early(*trouble);
  summary.world = scenario::WorldKind::real;
  summary.version = LASTMILE_VERSION;
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
