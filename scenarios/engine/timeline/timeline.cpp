#include "scenarios/engine/timeline/timeline.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "core/base/random.hpp"
#include "scenarios/engine/model/selectors_of.hpp"
#include "scenarios/engine/timeline/event_counter.hpp"

namespace lastmile::scenario {
namespace {

// Also the order of things due at one instant.
enum class Due : std::uint8_t {
  phase,
  node_up,
  fault_end,
  adversary_stop,
  traffic_stop,
  fault_begin,
  node_down,
  adversary_start,
  traffic_start,
  run_end
};

struct Item {
  Instant time;
  Due due = Due::phase;
  std::uint64_t order = 0;  // of scheduling
  std::uint32_t index = 0;  // phase, entry or position in spans
  Node node = 0;
  bool operator<(const Item& other) const {
    return std::tie(time, due, order) < std::tie(other.time, other.due, other.order);
  }
};

}  // namespace

struct Timeline::State {
  const Scenario& s;
  std::uint64_t seed;
  NodeTable& nodes;
  std::set<Item> queue;
  std::uint64_t order = 0;
  Instant now{};
  bool done = false;
  Phase phase = Phase::warm_up;
  std::vector<PhaseSpan> phases;
  std::vector<FaultSpan> spans;
  std::vector<std::uint32_t> occurrences;                        // per fault
  std::map<std::uint32_t, std::vector<std::uint32_t>> going_on;  // by fault: spans of a partition that are in force
  std::vector<AdversarySpan> adversary_spans;
  std::vector<std::optional<Generator>> times;                // per fault, of its Poisson process
  std::vector<std::uint32_t> down;                            // per node: how many faults hold it down
  std::map<std::pair<std::uint32_t, Node>, Generator> churn;  // (span, node)
  EventCounter counter;
  std::size_t path_faults = 0;  // in force
  std::optional<std::string> exceeded;
  std::vector<bool> met_nobody;         // per fault: it was due and its selector meant no node
  std::vector<std::uint32_t> homeless;  // traffic into an island that was not there when it began

  State(const Scenario& scenario, std::uint64_t run_seed, NodeTable& table)
      : s(scenario),
        seed(run_seed),
        nodes(table),
        occurrences(scenario.faults.size()),
        times(scenario.faults.size()),
        down(table.size()),
        met_nobody(scenario.faults.size()) {
    plan();
  }

  Instant trouble_start() const { return s.phases.start(Phase::trouble); }
  Instant trouble_end() const { return s.phases.end(Phase::trouble); }

  void put(Instant time, Due due, std::uint32_t index, Node node = 0) {
    queue.insert({time, due, order++, index, node});
  }

  void plan() {
    for (std::uint32_t p = 0; p < kPhaseCount; ++p) put(s.phases.start(static_cast<Phase>(p)), Due::phase, p);
    put(s.phases.end(Phase::settle), Due::run_end, 0);
    for (Node node = 0; node < nodes.size(); ++node) {
      const auto& start = s.world.groups[nodes[node].group].start;
      if (!start || s.phases.resolve(*start) <= Instant{}) continue;
      put(Instant{}, Due::node_down, kGroupStart, node);
      put(s.phases.resolve(*start), Due::node_up, kGroupStart, node);
    }
    for (std::uint32_t i = 0; i < s.traffic.size(); ++i) {
      put(s.phases.resolve(s.traffic[i].from), Due::traffic_start, i);
      put(s.phases.resolve(s.traffic[i].until), Due::traffic_stop, i);
    }
    for (std::uint32_t i = 0; i < s.adversaries.size(); ++i) {
      put(s.phases.resolve(s.adversaries[i].from), Due::adversary_start, i);
      put(s.phases.resolve(s.adversaries[i].until), Due::adversary_stop, i);
    }
    for (std::uint32_t i = 0; i < s.faults.size(); ++i) plan_fault(i);
  }

  void plan_fault(std::uint32_t i) {
    const When& from = s.faults[i].from;
    if (const auto* moment = std::get_if<Moment>(&from)) {
      put(s.phases.resolve(*moment), Due::fault_begin, i);
    } else if (const auto* every = std::get_if<Every>(&from)) {
      put(every->from ? s.phases.resolve(*every->from) : trouble_start(), Due::fault_begin, i);
    } else if (const auto* poisson = std::get_if<Poisson>(&from)) {
      times[i].emplace(substream(seed, kRunScope, "fault:" + s.faults[i].name));
      plan_next(i, poisson->from ? s.phases.resolve(*poisson->from) : trouble_start());
    } else {
      counter.wait(i, std::get<OnEvent>(from));
    }
  }

  // The next occurrence of a repeated entry, counted from `after`. How many there can be was validated.
  void plan_next(std::uint32_t i, Instant after) {
    Instant next = after;
    Instant until = trouble_end();
    if (const auto* every = std::get_if<Every>(&s.faults[i].from)) {
      next = after + every->interval;
      if (every->until) until = s.phases.resolve(*every->until);
    } else if (const auto* poisson = std::get_if<Poisson>(&s.faults[i].from)) {
      if (poisson->rate.micro_per_day == 0) return;
      const double mean = static_cast<double>(poisson->rate.mean_interval().ns);
      const double wait = present(times[i]).exponential(mean);
      if (wait > 1e18) return;
      next = after + Duration{static_cast<std::int64_t>(wait) + 1};
      if (poisson->until) until = s.phases.resolve(*poisson->until);
    } else {
      return;
    }
    if (next < until) put(next, Due::fault_begin, i);
  }

  static bool over_at_once(const Fault& fault) {
    const auto* chain = std::get_if<ChainFault>(&fault.body);
    return chain != nullptr && chain->mode == ChainTrouble::reorg;
  }

  Instant end_of(const Fault& fault, Instant at) const {
    if (over_at_once(fault)) return std::min(at, trouble_end());
    Instant until = trouble_end();
    if (fault.length) until = at + *fault.length;
    if (fault.until) until = s.phases.resolve(*fault.until);
    return std::min(until, trouble_end());
  }

  void begin_fault(std::uint32_t i, std::vector<Action>& out) {
    const Fault& fault = s.faults[i];
    plan_next(i, now);
    const Instant until = end_of(fault, now);
    // Before trouble, or an event that came too late. Only a reorganisation is over at once.
    if (now < trouble_start() || until < now || (until == now && !over_at_once(fault))) return;
    const std::uint32_t occurrence = occurrences[i];
    const std::string stream = occurrence == 0 ? fault.name : fault.name + ":" + std::to_string(occurrence);
    FaultSpan span{i, occurrence, now, until, std::nullopt, {}, {}};
    const Between* const sides = sides_of(fault);
    if (sides != nullptr) {
      span.first = nodes.select((*sides)[0], stream);
      span.second = nodes.select((*sides)[1], stream + "/second", span.first);
    } else if (const Selector* who = who_of(fault)) {
      span.first = nodes.select(*who, stream);
    }
    // The island that it is for is not there (nor has anybody on the other side of it): nothing happens.
    if (span.first.empty() || (sides != nullptr && span.second.empty())) {
      met_nobody[i] = true;
      return;
    }
    if (sides != nullptr) {
      if (path_faults >= kPathFaultsMax) {
        exceeded = "more than " + human_count(kPathFaultsMax) + " partitions, links and holds at once";
        return;
      }
      ++path_faults;
    }
    ++occurrences[i];
    const auto index = static_cast<std::uint32_t>(spans.size());
    spans.push_back(span);
    plan_nodes(index, fault, stream);
    put(spans[index].until, Due::fault_end, index);
    if (const auto* cut = std::get_if<PartitionFault>(&fault.body)) {
      nodes.set_island(cut->islands[0], span.first);
      nodes.set_island(cut->islands[1], span.second);
      going_on[i].push_back(index);
      count(EventPattern{EventKind::partition_started, trace::Queue::inbox, 0});
    }
    Action action;
    action.kind = Action::Kind::fault_started;
    action.time = now;
    action.entry = i;
    action.occurrence = occurrence;
    action.until = spans[index].until;
    action.first = spans[index].first;
    action.second = spans[index].second;
    out.push_back(std::move(action));
  }

  // Crashes and churn: who goes down and comes back when.
  void plan_nodes(std::uint32_t index, const Fault& fault, const std::string& stream) {
    FaultSpan& span = spans[index];
    if (const auto* crash = std::get_if<CrashFault>(&fault.body)) {
      Instant last = span.from;
      for (const Node node : span.first) {
        put(now, Due::node_down, index, node);
        if (crash->never) continue;
        Instant up = span.until;
        if (crash->restart_after) {
          Generator draws(substream(seed, node, "fault:" + stream));
          // A law may draw zero; a node is down before it is up.
          up = std::min(up, now + std::max(Duration{crash->restart_after->draw(draws)}, nanoseconds(1)));
        }
        put(up, Due::node_up, index, node);
        last = std::max(last, up);
      }
      if (crash->restart_after) span.until = last;
    } else if (const auto* churn_fault = std::get_if<ChurnFault>(&fault.body)) {
      for (const Node node : span.first) {
        Generator draws(substream(seed, node, "fault:" + stream));
        const Instant leave = now + Duration{churn_fault->session.draw(draws)};
        churn.emplace(std::pair{index, node}, draws);
        if (leave < span.until) put(leave, Due::node_down, index, node);
      }
    }
  }

  void end_fault(std::uint32_t index, std::vector<Action>& out) {
    FaultSpan& span = spans[index];
    const Fault& fault = s.faults[span.entry];
    span.ended = now;
    if (sides_of(fault) != nullptr) --path_faults;
    if (const auto* cut = std::get_if<PartitionFault>(&fault.body)) {
      islands_after(index, *cut);
      count(EventPattern{EventKind::partition_healed, trace::Queue::inbox, 0});
    }
    Action action;
    action.kind = Action::Kind::fault_ended;
    action.time = now;
    action.entry = span.entry;
    action.occurrence = span.occurrence;
    action.until = span.until;
    action.first = span.first;
    action.second = span.second;
    out.push_back(std::move(action));
  }

  // One occurrence ended. The islands are those of the newest that goes on.
  void islands_after(std::uint32_t index, const PartitionFault& cut) {
    std::vector<std::uint32_t>& others = going_on[spans[index].entry];
    std::erase(others, index);
    if (others.empty()) {
      nodes.remove_island(cut.islands[0]);
      nodes.remove_island(cut.islands[1]);
    } else {
      nodes.set_island(cut.islands[0], spans[others.back()].first);
      nodes.set_island(cut.islands[1], spans[others.back()].second);
    }
  }

  void node_down(const Item& item, std::vector<Action>& out) {
    DiskFate disk = DiskFate::kept;
    if (item.index != kGroupStart) {
      const FaultBody& body = s.faults[spans[item.index].entry].body;
      if (const auto* crash = std::get_if<CrashFault>(&body)) disk = crash->disk;
      if (const auto* left = std::get_if<ChurnFault>(&body)) {
        disk = left->disk;
        Generator& draws = churn.at({item.index, item.node});
        put(std::min(now + Duration{left->absence.draw(draws)}, spans[item.index].until), Due::node_up, item.index,
            item.node);
      }
    }
    if (down[item.node]++ > 0) return;  // another fault has it already
    push_node(Action::Kind::node_down, item, disk, out);
  }

  void node_up(const Item& item, std::vector<Action>& out) {
    if (item.index != kGroupStart) {
      const FaultSpan& span = spans[item.index];
      if (const auto* left = std::get_if<ChurnFault>(&s.faults[span.entry].body)) {
        Generator& draws = churn.at({item.index, item.node});
        const Instant leave = now + Duration{left->session.draw(draws)};
        // A law may draw zero: never stand still.
        if (std::max(leave, now + nanoseconds(1)) < span.until) {
          put(std::max(leave, now + nanoseconds(1)), Due::node_down, item.index, item.node);
        }
      }
    }
    LM_CHECK(down[item.node] > 0);
    if (--down[item.node] > 0) return;
    push_node(Action::Kind::node_up, item, DiskFate::kept, out);
  }

  void push_node(Action::Kind kind, const Item& item, DiskFate disk, std::vector<Action>& out) {
    Action action;
    action.kind = kind;
    action.time = now;
    if (item.index != kGroupStart) {
      action.entry = spans[item.index].entry;
      action.occurrence = spans[item.index].occurrence;
    }
    action.node = item.node;
    action.disk = disk;
    out.push_back(std::move(action));
  }

  void push_entry(Action::Kind kind, std::uint32_t entry, std::vector<Node> who, std::vector<Action>& out) {
    Action action;
    action.kind = kind;
    action.time = now;
    action.entry = entry;
    action.first = std::move(who);
    out.push_back(std::move(action));
  }

  void count(const EventPattern& event) {
    if (now < trouble_start()) return;
    for (const auto& [entry, after] : counter.happened(event)) put(now + after, Due::fault_begin, entry);
  }

  void start_phase(Phase next, std::vector<Action>& out) {
    if (!phases.empty()) phases.back().until = now;
    phases.push_back({next, now, std::nullopt});
    phase = next;
    Action action;
    action.kind = Action::Kind::phase_started;
    action.time = now;
    action.phase = next;
    out.push_back(action);
  }

  void carry_out(const Item& item, std::vector<Action>& out) {
    switch (item.due) {
      case Due::phase:
        start_phase(static_cast<Phase>(item.index), out);
        break;
      case Due::node_up:
        node_up(item, out);
        break;
      case Due::node_down:
        node_down(item, out);
        break;
      case Due::fault_begin:
        begin_fault(item.index, out);
        break;
      case Due::fault_end:
        end_fault(item.index, out);
        break;
      case Due::traffic_start:
        push_entry(Action::Kind::traffic_started, item.index,
                   nodes.select(s.traffic[item.index].into, s.traffic[item.index].name), out);
        if (out.back().first.empty()) homeless.push_back(item.index);
        break;
      case Due::traffic_stop:
        push_entry(Action::Kind::traffic_stopped, item.index, {}, out);
        break;
      case Due::adversary_start:
        push_entry(Action::Kind::adversary_started, item.index,
                   nodes.select(s.adversaries[item.index].who, s.adversaries[item.index].name), out);
        adversary_spans.push_back({item.index, now, std::nullopt, out.back().first.size()});
        break;
      case Due::adversary_stop:
        for (AdversarySpan& span : adversary_spans) {
          if (span.entry == item.index) span.ended = now;
        }
        push_entry(Action::Kind::adversary_stopped, item.index, {}, out);
        break;
      case Due::run_end:
        finish(now);
        push_entry(Action::Kind::run_ended, 0, {}, out);
        break;
    }
  }

  void finish(Instant time) {
    done = true;
    queue.clear();
    if (!phases.empty() && !phases.back().until) phases.back().until = time;
    for (FaultSpan& span : spans) {
      if (!span.ended && span.until <= time) span.ended = span.until;
    }
  }

  static constexpr std::uint32_t kGroupStart = 0xffffffffU;
};

Timeline::Timeline(const Scenario& scenario, std::uint64_t seed, NodeTable& nodes)
    : state_(std::make_unique<State>(scenario, seed, nodes)) {}
Timeline::~Timeline() = default;

std::optional<Instant> Timeline::next() const {
  if (state_->queue.empty()) return std::nullopt;
  return state_->queue.begin()->time;
}

std::vector<Action> Timeline::advance(Instant now) {
  LM_CHECK(now >= state_->now);
  std::vector<Action> out;
  while (!state_->queue.empty() && state_->queue.begin()->time <= now) {
    const Item item = *state_->queue.begin();
    state_->queue.erase(state_->queue.begin());
    state_->now = std::max(state_->now, item.time);
    state_->carry_out(item, out);
  }
  state_->now = now;
  return out;
}

void Timeline::on_event(Instant time, const trace::Event& event) {
  State& s = *state_;
  if (s.done || !s.counter.waits_for(event.kind) || time < s.trouble_start()) return;
  for (const auto& [entry, after] : s.counter.happened(event))
    s.put(std::max(time, s.now) + after, Due::fault_begin, entry);
}

void Timeline::finish(Instant time) { state_->finish(time); }
const std::optional<std::string>& Timeline::exceeded() const { return state_->exceeded; }
bool Timeline::finished() const { return state_->done; }
Phase Timeline::phase() const { return state_->phase; }
Instant Timeline::traffic_end() const { return state_->s.phases.end(Phase::heal); }
const std::vector<FaultSpan>& Timeline::spans() const { return state_->spans; }
const std::vector<AdversarySpan>& Timeline::adversary_spans() const { return state_->adversary_spans; }
std::vector<Timeline::PhaseSpan> Timeline::phase_spans() const { return state_->phases; }

std::optional<std::array<std::string, 2>> Timeline::islands(std::size_t span) const {
  const auto* cut = std::get_if<PartitionFault>(&state_->s.faults[state_->spans.at(span).entry].body);
  if (cut == nullptr) return std::nullopt;
  return cut->islands;
}

std::optional<Instant> Timeline::last_fault_end() const {
  const State& s = *state_;
  if (s.spans.empty() && s.adversary_spans.empty()) return std::nullopt;
  if (s.counter.waiting() && s.now < s.trouble_end() && !s.done) return std::nullopt;
  for (const Item& item : s.queue) {
    if (item.due == Due::fault_begin || item.due == Due::adversary_start) return std::nullopt;
  }
  Instant last{};
  for (const AdversarySpan& span : s.adversary_spans) {
    if (!span.ended) return std::nullopt;
    last = std::max(last, *span.ended);
  }
  for (const FaultSpan& span : s.spans) {
    if (!span.ended) return std::nullopt;
    last = std::max(last, *span.ended);
  }
  return last;
}

std::vector<std::string> Timeline::never_reached() const {
  const State& s = *state_;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < s.s.faults.size(); ++i) {
    if (s.occurrences[i] > 0) continue;
    const Fault& fault = s.s.faults[i];
    if (s.met_nobody[i]) {
      out.push_back(std::string(kNodesOf) + "fault " + fault.name);
    } else if (const auto* on = std::get_if<OnEvent>(&fault.from)) {
      out.push_back(std::string(kEventOf) + event_text(on->event) + " of fault " + fault.name);
    } else {
      out.push_back("fault " + fault.name);
    }
  }
  for (const std::uint32_t i : s.homeless) out.push_back(std::string(kNodesOf) + "traffic " + s.s.traffic[i].name);
  for (std::uint32_t i = 0; i < s.s.adversaries.size(); ++i) {
    const auto& spans = s.adversary_spans;
    const bool begun = std::any_of(spans.begin(), spans.end(), [i](const auto& span) { return span.entry == i; });
    if (!begun) out.push_back("adversary " + s.s.adversaries[i].name);
  }
  return out;
}

}  // namespace lastmile::scenario
