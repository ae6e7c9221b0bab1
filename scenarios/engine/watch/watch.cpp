#include "scenarios/engine/watch/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/base/check.hpp"
#include "scenarios/engine/watch/check_run.hpp"
#include "scenarios/engine/watch/expectations.hpp"
#include "scenarios/engine/watch/gauge_spread.hpp"
#include "scenarios/engine/watch/meters.hpp"
#include "scenarios/engine/watch/rare_states.hpp"

namespace lastmile::scenario {

using message::Status;

struct Watch::State {
  const Scenario& scenario;
  const Timeline& timeline;
  const WorldView& view;
  Ledger ledger;
  Expectations expectations;
  Islands islands;
  HealTracker healing;
  CheckContext context;
  Meters meters;
  CheckList checks;
  RareStateTally rare_states;
  std::vector<CheckRun*> in_order;  // null: answered by measures
  std::array<std::vector<CheckRun*>, trace::kKindCount> listeners;
  std::vector<std::uint64_t> published_at;  // by node
  std::vector<DiskFate> disk;               // of each node, since it went down; the worst
  std::vector<bool> lost;                   // by message: told to expectations
  std::uint64_t published = 0;
  bool sampled = false;

  State(const Scenario& s, const NodeTable& nodes, const WorldView& v, const Timeline& t)
      : scenario(s),
        timeline(t),
        view(v),
        ledger(nodes, v),
        expectations(s),
        islands(s, t, ledger),
        healing(t, ledger),
        context{s, t, ledger, islands, healing},
        meters(context),
        published_at(nodes.size()),
        disk(nodes.size()) {
    for (const Check& check : s.checks) {
      auto run = is_safety(check.name) ? make_safety_check(context, check) : make_liveness_check(context, check);
      in_order.push_back(run.get());
      if (!run) continue;
      for (const trace::Kind kind : run->wants()) listeners[static_cast<std::size_t>(kind)].push_back(run.get());
      checks.push_back(std::move(run));
    }
  }

  void expect(Instant time, const Expectations::Changes& changes) {
    for (const auto& [id, expected] : changes) ledger.expect(id, expected, time);
  }

  // What was lost with every disk that held it decides nothing any more, and perhaps did: the accounts it names are
  // open.
  void tell_losses(Instant time) {
    if (!scenario.economy) return;
    const auto excuses = ledger.excuses();
    lost.resize(excuses.size());
    for (MessageId id = 0; id < excuses.size(); ++id) {
      if (excuses[id] == Excuse::none || lost[id]) continue;
      lost[id] = true;
      expect(time, expectations.lost(id));
    }
  }

  // Nodes that had failed are started again when their disks are in order; a damaged disk is thrown away then.
  void end_of_disk_fault(const Action& action, DiskTrouble mode) {
    for (const Node node : action.first) {
      if (mode == DiskTrouble::corrupt) {
        ledger.set_damaged(node, false);
        disk[node] = DiskFate::lost;
        ledger.down(node, true);
      }
      if (!ledger.is_up(node) && view.running(node)) bring_up(action.time, node);
    }
  }

  void bring_up(Instant time, Node node) {
    ledger.up(node);
    const DiskFate fate = std::exchange(disk[node], DiskFate::kept);
    for (const auto& check : checks) check->on_restart(time, node, fate);
  }

  // The world may know better than our last word: processes die and start by themselves.
  void look_at_nodes(Instant time) {
    for (Node node = 0; node < ledger.nodes(); ++node) {
      const bool running = view.running(node);
      if (running && !ledger.is_up(node)) bring_up(time, node);
      if (!running && ledger.is_up(node)) ledger.down(node, false);
    }
  }

  void update_message(const Seen& seen, bool& first_processing) {
    const trace::Event& e = seen.event;
    if (seen.id == kNoMessage) return;
    const Status before = seen.before;
    Status now = before;
    switch (e.kind) {
      case trace::Kind::message_published:
        ++published_at[seen.node];
        ++published;
        break;
      case trace::Kind::message_acknowledged: {
        MessageRecord& message = ledger.at(seen.id);
        message.acknowledged = true;
        if (std::find(message.acknowledged_by.begin(), message.acknowledged_by.end(), seen.node) ==
            message.acknowledged_by.end()) {
          message.acknowledged_by.push_back(seen.node);
        }
        break;
      }
      case trace::Kind::message_processed:
        first_processing = ledger.mark_processed_once(seen.id, seen.node);
        // Whichever of the two events comes first.
        if (!is_settled(before)) now = Status::processed;
        break;
      case trace::Kind::status_changed:
        if (e.b < message::kStatusCount) now = static_cast<Status>(e.b);
        break;
      default:
        break;
    }
    if (now == before) return;
    ledger.set_status(seen.id, seen.node, now);
    if (is_settled(now) && !is_settled(before)) islands.processed(seen.id, seen.node);
    healing.changed(seen.time, seen.id);
  }
};

Watch::Watch(const Scenario& scenario, const NodeTable& nodes, const WorldView& view, const Timeline& timeline)
    : state_(std::make_unique<State>(scenario, nodes, view, timeline)) {}
Watch::~Watch() = default;

void Watch::on_action(const Action& action) {
  State& s = *state_;
  switch (action.kind) {
    case Action::Kind::node_down:
      s.disk[action.node] = std::max(s.disk[action.node], action.disk);
      s.ledger.down(action.node, action.disk == DiskFate::lost);
      break;
    case Action::Kind::node_up:
      if (!s.ledger.is_up(action.node) && s.view.running(action.node)) s.bring_up(action.time, action.node);
      break;
    case Action::Kind::fault_started: {
      const auto& spans = s.timeline.spans();
      for (std::size_t i = s.islands.spans(); i < spans.size(); ++i) s.islands.begin(i);
      const auto* disk = std::get_if<DiskFault>(&s.scenario.faults[action.entry].body);
      if (disk != nullptr && disk->mode == DiskTrouble::corrupt) {
        for (const Node node : action.first) s.ledger.set_damaged(node, true);
      }
      break;
    }
    case Action::Kind::fault_ended:
      if (const auto* disk = std::get_if<DiskFault>(&s.scenario.faults[action.entry].body)) {
        s.end_of_disk_fault(action, disk->mode);
      }
      s.healing.update(action.time);
      break;
    case Action::Kind::adversary_stopped:
      s.healing.update(action.time);
      break;
    default:
      break;
  }
}

void Watch::on_publication(const Publication& publication) {
  State& s = *state_;
  s.ledger.publication(publication);
  const MessageId id = s.ledger.of_number(publication.number);
  s.expect(publication.time, s.expectations.publication(id, publication, s.ledger.at(id).needs));
}
void Watch::on_signed(const message::ItemHash& hash) { state_->ledger.add(hash); }
void Watch::on_refusal(Instant time, Node, std::uint64_t number, Refusal why) {
  if (why == Refusal::rejected) return;
  State& s = *state_;
  s.ledger.not_taken(number);
  s.expect(time, s.expectations.lost(s.ledger.of_number(number)));
}

void Watch::on_event(Instant time, Node node, const trace::Event& event) {
  State& s = *state_;
  if (s.ledger.honest(node)) s.rare_states.on_event(time, node, event);
  if (event.kind == trace::Kind::rare_state) return;
  if (event.kind == trace::Kind::node_crashed) s.ledger.down(node, false);
  // What it did not answer for any more is gone when it comes back.
  if (event.kind == trace::Kind::node_failed) s.disk[node] = std::max(s.disk[node], DiskFate::torn);
  const MessageId id =
      event.item.empty() || event.kind == trace::Kind::content_fetched ? kNoMessage : s.ledger.find(event.item);
  const Seen seen{time, node, event, id, id == kNoMessage ? Status::none : s.ledger.status(id, node)};
  bool first_processing = false;
  s.update_message(seen, first_processing);
  s.meters.on_event(seen, first_processing);
  for (CheckRun* check : s.listeners[static_cast<std::size_t>(event.kind)]) check->on_event(seen);
}

void Watch::on_sample(Instant time) {
  State& s = *state_;
  s.look_at_nodes(time);
  s.expect(time, s.expectations.tick(wall_at(time)));
  s.tell_losses(time);
  s.healing.update(time);
  s.meters.on_sample(time);
  for (const auto& check : s.checks) check->on_sample(time);
  s.sampled = true;
}

bool Watch::settled() const {
  const State& s = *state_;
  if (!s.sampled || s.timeline.phase() != Phase::settle) return false;
  return std::all_of(s.checks.begin(), s.checks.end(), [](const auto& check) { return check->holds(); });
}

void Watch::set_measure(std::string_view name, double value) { state_->meters.set(name, value); }

namespace {

CheckResult judge_measure(const Check& check, const std::vector<MeasureResult>& measures) {
  CheckResult r{check.name, Verdict::unknown, "", 0, std::nullopt, std::nullopt};
  const auto found = std::find_if(measures.begin(), measures.end(), [&](const auto& m) { return m.name == check.of; });
  const std::string what = check.of + (check.stat == Stat::value ? "" : " " + std::string(stat_text(check.stat)));
  const auto value = found == measures.end() ? std::nullopt : found->stat(check.stat);
  if (!value) {
    r.detail = what + ": nothing was seen";
    return r;
  }
  const auto shown = [](double v) { return *Json::real(v).number(); };
  r.examined = std::max<std::uint64_t>(1, found->count);
  r.verdict = Verdict::pass;
  // A figure is read at four digits, unless they hide on which side of the limit it lies.
  const auto is_limit = [&](const std::string& text) {
    return (check.at_most && text == shown(*check.at_most).text) ||
           (check.at_least && text == shown(*check.at_least).text);
  };
  std::string figure = shown(std::stod(fmt::format("{:.4g}", *value))).text;
  if (is_limit(figure)) figure = shown(*value).text;
  const std::string unit = found->unit.empty() ? std::string() : " " + std::string(found->unit);
  r.detail = what + " is " + figure + unit;
  if (check.at_most && *value > *check.at_most) r.verdict = Verdict::fail;
  if (check.at_least && *value < *check.at_least) r.verdict = Verdict::fail;
  if (check.at_most) r.detail += ", at most " + shown(*check.at_most).text + unit;
  if (check.at_least) r.detail += ", at least " + shown(*check.at_least).text + unit;
  return r;
}

}  // namespace

std::vector<CheckResult> Watch::results(Instant end) {
  State& s = *state_;
  s.look_at_nodes(end);
  s.tell_losses(end);
  s.healing.update(end);
  std::vector<std::string> all;
  for (const auto& info : all_measures()) all.emplace_back(info.name);
  for (const Check& check : s.scenario.checks) {
    if (check.name == CheckName::measure) all.push_back(check.of);
  }
  const auto measured = s.meters.results(end, all);
  std::vector<CheckResult> out;
  for (std::size_t i = 0; i < s.scenario.checks.size(); ++i) {
    const Check& check = s.scenario.checks[i];
    if (check.name == CheckName::measure) {
      out.push_back(judge_measure(check, measured));
      if (out.back().verdict == Verdict::fail) out.back().first_violation = Violation{end, "", "", out.back().detail};
    } else if (s.in_order[i] == nullptr) {
      out.push_back({check.name, Verdict::unknown, "cannot be checked yet", 0, std::nullopt, std::nullopt});
    } else {
      out.push_back(s.in_order[i]->result(end));
    }
    out.back().detail += s.context.without_adversaries();
    const auto due = check.name == CheckName::healed ? s.healing.fault_end() : std::optional(s.timeline.traffic_end());
    out.back().decided = is_safety(check.name) || (check.within && due && *due + *check.within < end);
  }
  return out;
}

std::vector<MeasureResult> Watch::measures(Instant end) {
  // What the overlay is like belongs to what a run says of itself, whatever else was asked for.
  std::vector<std::string> wanted = state_->scenario.measures;
  wanted.emplace_back("topology");
  return state_->meters.results(end, wanted);
}

std::vector<RareStateResult> Watch::rare_states() const {
  const State& s = *state_;
  std::vector<RareStateResult> out;
  for (std::size_t i = 0; i < trace::kRareStateCount; ++i) {
    const auto state = static_cast<trace::RareState>(i);
    const RareStateTally::Reached& reached = s.rare_states.of(state);
    out.push_back({state, reached.count, reached.first, {}});
    if (reached.count > 0) out.back().node = s.ledger.table()[reached.where].name;
  }
  return out;
}

Watch::StateDigests Watch::state_digests() const {
  const State& s = *state_;
  std::set<Hash256> different;
  for (Node node = 0; node < s.ledger.nodes(); ++node) {
    if (s.ledger.has_state(node) && s.view.running(node)) different.insert(s.view.state_digest(node));
  }
  StateDigests out;
  out.distinct = different.size();
  if (different.size() == 1) out.value = *different.begin();
  return out;
}

Watch::Progress Watch::progress(const std::vector<Node>& scope) const {
  const State& s = *state_;
  Progress out;
  std::uint64_t nodes = 0;
  std::uint64_t applied = 0;
  GaugeSpread mesh_degree(s.view, Gauge::mesh_degree), disk_bytes(s.view, Gauge::disk_bytes),
      cpu_busy(s.view, Gauge::cpu_busy_parts);
  for (const Node node : scope) {
    out.published += s.published_at[node];
    if (!s.ledger.is_up(node)) continue;
    out.pending += s.view.pending(node);
    for (std::size_t q = 0; q < trace::kQueueCount; ++q) {
      out.queue_depth = std::max(out.queue_depth, s.view.queue(node, static_cast<trace::Queue>(q)).depth);
    }
    if (!s.ledger.target(node)) continue;
    ++nodes;
    applied += s.ledger.processed_by(node);
    for (GaugeSpread* spread : {&mesh_degree, &disk_bytes, &cpu_busy}) spread->add(node);
  }
  out.mesh_degree = mesh_degree.result(1);
  out.disk_bytes = disk_bytes.result(1);
  out.cpu_busy = cpu_busy.result(1e-9);
  out.processed = nodes == 0 ? 0 : static_cast<double>(applied) / static_cast<double>(nodes);
  const double owed = static_cast<double>(s.published) - static_cast<double>(s.ledger.refused());
  out.backlog = nodes == 0 ? 0 : std::max(0.0, owed - out.processed);
  return out;
}

Watch::QueueFills Watch::queues(const std::vector<Node>& scope) const {
  const State& s = *state_;
  QueueFills fills;
  for (const Node node : scope) {
    if (!s.ledger.is_up(node)) continue;
    for (std::size_t q = 0; q < fills.size(); ++q) {
      const auto queue = static_cast<trace::Queue>(q);
      fills[q].depth = std::max(fills[q].depth, s.view.queue(node, queue).depth);
      if (const auto age = s.view.queue_age(node, queue)) fills[q].age = std::max(fills[q].age.value_or(*age), *age);
    }
  }
  return fills;
}

std::optional<std::uint64_t> Watch::divergence(std::size_t span) const { return state_->islands.difference(span); }

}  // namespace lastmile::scenario
