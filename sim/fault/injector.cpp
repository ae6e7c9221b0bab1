#include "sim/fault/injector.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::sim {
namespace {

// A law that answers with nothing would make a churn of infinitely many events in no time.
constexpr Duration kChurnStepMin = milliseconds(1);

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace

// One action while it is scheduled or in force.
struct Injector::Running {
  FaultAction action;
  std::uint64_t seed = 0;
  std::optional<LinkRuleId> rule;
  std::vector<bool> down;             // crash, churn: by position in `who`, stopped by us
  std::vector<std::uint32_t> paused;  // pause: incarnation that we paused, 0 = not by us
  std::vector<std::unique_ptr<Generator>> draws;
  bool active = false;
  std::optional<Instant> ended;
  std::uint64_t crashes = 0;
  std::uint64_t blocks_taken_back = 0;

  Generator& draws_of(std::size_t who, NodeIndex node) {
    if (draws.size() <= who) draws.resize(who + 1);
    if (draws[who] == nullptr) draws[who] = std::make_unique<Generator>(substream(seed, node.value, "fault"));
    return *draws[who];
  }
};

Injector::Injector(Engine& engine, std::uint64_t seed) : engine_(engine), seed_(seed) {}
Injector::~Injector() = default;

std::size_t Injector::schedule(FaultAction action) {
  LM_CHECK(action.from >= engine_.now() && action.until >= action.from);
  auto running = std::make_unique<Running>();
  running->seed = substream(substream(seed_, kRunScope, "faults"), kRunScope, action.name);
  const Instant from = action.from;
  const Instant until = action.until;
  running->action = std::move(action);
  Running* raw = running.get();
  running_.push_back(std::move(running));
  engine_.at(from, [this, raw] { begin(*raw); });
  engine_.at(until, [this, raw] { end(*raw); });
  return running_.size() - 1;
}

void Injector::on_change(Callback<void(const FaultRecord&, bool)> call) { on_change_ = std::move(call); }

std::size_t Injector::size() const { return running_.size(); }

FaultRecord Injector::record(std::size_t position) const {
  const Running& running = *running_[position];
  FaultRecord record;
  record.name = running.action.name;
  record.from = running.action.from;
  record.ended = running.ended;
  record.crashes = running.crashes;
  record.blocks_taken_back = running.blocks_taken_back;
  if (running.rule) record.frames_stopped = engine_.frames_stopped(*running.rule);
  std::visit(Overloaded{[&](const LinkFault& fault) {
                          std::vector<NodeIndex> both = fault.rule.first;
                          both.insert(both.end(), fault.rule.second.begin(), fault.rule.second.end());
                          std::sort(both.begin(), both.end());
                          record.nodes = static_cast<std::size_t>(std::unique(both.begin(), both.end()) - both.begin());
                        },
                        [&](const ChainReorgFault&) { record.nodes = engine_.node_count(); },
                        [&](const auto& fault) { record.nodes = fault.who.size(); }},
             running.action.what);
  return record;
}

void Injector::begin(Running& running) {
  running.active = true;
  std::visit(
      Overloaded{[&](LinkFault& fault) { running.rule = engine_.add_rule(fault.rule); },
                 [&](CrashFault& fault) { begin_crash(running, fault); },
                 [&](PauseFault& fault) {
                   for (const NodeIndex node : fault.who) {
                     const bool can = engine_.running(node) && !engine_.paused(node);
                     running.paused.push_back(can ? engine_.incarnation(node) : 0);
                     if (can) engine_.pause(node);
                   }
                 },
                 [&](ChurnFault& fault) {
                   running.down.assign(fault.who.size(), false);
                   for (std::size_t who = 0; who < fault.who.size(); ++who) churn_on(running, fault, who);
                 },
                 [&](ClockFault& fault) {
                   for (const NodeIndex node : fault.who) {
                     engine_.step_wall(node, fault.step);
                     engine_.set_drift(node, engine_.drift(node) + fault.drift);
                   }
                 },
                 [&](ChainOutageFault& fault) { engine_.begin_outage(fault.chain, fault.who); },
                 [&](ChainDelayFault& fault) { engine_.add_chain_delay(fault.chain, fault.who, fault.extra); },
                 [&](ChainReorgFault& fault) { running.blocks_taken_back += engine_.reorg(fault.chain, fault.depth); }},
      running.action.what);
  tell(running, true);
}

void Injector::end(Running& running) {
  running.active = false;
  running.ended = engine_.now();
  std::visit(
      Overloaded{
          [&](LinkFault&) { engine_.remove_rule(*running.rule); },
          [&](CrashFault& fault) {
            if (fault.restart_after) return;
            for (std::size_t who = 0; who < fault.who.size(); ++who) bring_back(running, who, fault.who[who]);
          },
          [&](PauseFault& fault) {
            for (std::size_t who = 0; who < fault.who.size(); ++who) {
              const NodeIndex node = fault.who[who];
              const bool ours = running.paused[who] != 0 && running.paused[who] == engine_.incarnation(node);
              if (ours && engine_.running(node) && engine_.paused(node)) engine_.resume(node);
            }
          },
          [&](ChurnFault& fault) {
            for (std::size_t who = 0; who < fault.who.size(); ++who) bring_back(running, who, fault.who[who]);
          },
          [&](ClockFault& fault) {
            for (const NodeIndex node : fault.who) {
              if (fault.step_back) engine_.step_wall(node, Duration{} - fault.step);
              engine_.set_drift(node, engine_.drift(node) - fault.drift);
            }
          },
          [&](ChainOutageFault& fault) { engine_.end_outage(fault.chain, fault.who); },
          [&](ChainDelayFault& fault) { engine_.add_chain_delay(fault.chain, fault.who, Duration{} - fault.extra); },
          [&](ChainReorgFault&) {}},
      running.action.what);
  tell(running, false);
}

void Injector::tell(const Running& running, bool begin) {
  if (!on_change_) return;
  const auto position =
      std::find_if(running_.begin(), running_.end(), [&](const auto& each) { return each.get() == &running; });
  on_change_(record(static_cast<std::size_t>(position - running_.begin())), begin);
}

bool Injector::take_down(Running& running, std::size_t who, NodeIndex node, DiskFate disk) {
  if (!engine_.running(node)) return false;
  engine_.crash(node, disk);
  running.down[who] = true;
  ++running.crashes;
  return true;
}

void Injector::bring_back(Running& running, std::size_t who, NodeIndex node) {
  if (!running.down[who]) return;
  running.down[who] = false;
  if (!engine_.running(node)) engine_.start(node);
}

void Injector::begin_crash(Running& running, CrashFault& fault) {
  running.down.assign(fault.who.size(), false);
  for (std::size_t who = 0; who < fault.who.size(); ++who) {
    const NodeIndex node = fault.who[who];
    if (!take_down(running, who, node, fault.disk) || !fault.restart_after) continue;
    const std::optional<Duration> wait = fault.restart_after(running.draws_of(who, node));
    if (!wait) continue;
    engine_.at(engine_.now() + std::max(*wait, Duration{}),
               [this, &running, who, node] { bring_back(running, who, node); });
  }
}

void Injector::churn_on(Running& running, ChurnFault& fault, std::size_t who) {
  const Duration session = std::max(fault.session(running.draws_of(who, fault.who[who])), kChurnStepMin);
  engine_.at(engine_.now() + session, [this, &running, &fault, who] {
    if (running.active) churn_off(running, fault, who);
  });
}

void Injector::churn_off(Running& running, ChurnFault& fault, std::size_t who) {
  const NodeIndex node = fault.who[who];
  take_down(running, who, node, fault.disk);
  const Duration absence = std::max(fault.absence(running.draws_of(who, node)), kChurnStepMin);
  engine_.at(engine_.now() + absence, [this, &running, &fault, who, node] {
    bring_back(running, who, node);
    if (running.active) churn_on(running, fault, who);
  });
}

}  // namespace lastmile::sim
