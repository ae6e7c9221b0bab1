#include "sim/physics/physics.hpp"

#include <signal.h>
#include <simgrid/plugins/energy.h>
#include <simgrid/s4u.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/base/check.hpp"

namespace lastmile::sim {
namespace {

namespace s4u = simgrid::s4u;

// Far above any hardware, far below what would upset the solver.
constexpr double kUnlimited = 1e11;  // bytes per second
constexpr double kReferenceSpeed = 1e9;
constexpr double kNanosecond = 1e-9;

double bytes_of(std::uint64_t bits) { return bits == 0 ? kUnlimited : static_cast<double>(bits) / 8; }
double rate_of(std::uint64_t bytes) { return bytes == 0 ? kUnlimited : static_cast<double>(bytes); }
double to_seconds(Instant instant) { return static_cast<double>(instant.ns) / 1e9; }
// Dates of SimGrid are rounded to nanoseconds here and nowhere else.
Instant to_instant(double seconds) { return {static_cast<std::int64_t>(std::llround(seconds * 1e9))}; }

struct Machine {
  bool on;
  std::uint32_t cores;
  std::uint32_t computing;  // activities that have, or share, cores now
  Instant counted;          // `use` is until then
  MachineUse use;
  s4u::Host* host;
  s4u::Link* uplink;
  s4u::Link* downlink;
  s4u::Disk* disk;

  void count(Instant now) {
    const Duration passed = now - std::exchange(counted, now);
    if (!on) return;
    use.on = use.on + passed;
    use.core_time = use.core_time + passed * std::min(computing, cores);
  }
};

enum class Takes : std::uint8_t { links, disk, cores };

struct Active {
  s4u::ActivityPtr activity;
  Takes takes;
  bool suspended;
  std::uint32_t machine;
  std::uint32_t other;  // of a transfer; else the same
};

std::string watts(std::uint64_t milliwatts) {
  const std::string fraction = std::to_string(milliwatts % 1000);
  return std::to_string(milliwatts / 1000) + "." + std::string(3 - fraction.size(), '0') + fraction;
}

// Idle, and all cores at work; linear between them. A third figure between the two would not be that of one core but of
// hardly any load.
std::string watts(const MachineResources& resources) {
  LM_CHECK(resources.idle_milliwatts <= resources.busy_milliwatts);
  return watts(resources.idle_milliwatts) + ":" + watts(resources.busy_milliwatts);
}

// Whoever runs us decides what Ctrl-C means: SimGrid would take the signal for itself and end the process.
class KeepInterrupt {
 public:
  KeepInterrupt() { ::sigaction(SIGINT, nullptr, &before_); }
  ~KeepInterrupt() { ::sigaction(SIGINT, &before_, nullptr); }
  KeepInterrupt(const KeepInterrupt&) = delete;
  KeepInterrupt& operator=(const KeepInterrupt&) = delete;

 private:
  struct sigaction before_{};
};

}  // namespace

struct Physics::State {
  s4u::Engine* engine = nullptr;
  s4u::NetZone* zone = nullptr;
  bool energy = false;
  bool sealed = false;
  std::vector<Machine> machines;
  std::map<ActivityToken, Active> active;
  std::unordered_map<const s4u::Activity*, ActivityToken> tokens;  // looked up only
  std::vector<Completion> completed;                               // not handed out yet
  // The kernel may still touch an activity after it said that it is over: let go after its next step.
  std::vector<s4u::ActivityPtr> over;
  // run_until() returns as soon as this is not empty. Meant for activities that could not start, it stops the clock at
  // the first completion.
  std::set<s4u::Activity*> stop;

  // The first use closes the list of machines. Links are not sealed by hand, which would break tracing.
  void seal() {
    if (std::exchange(sealed, true)) return;
    zone->seal();
    for (const Machine& machine : machines) {
      if (!machine.on) machine.host->turn_off();
    }
  }
  static Instant now() { return to_instant(s4u::Engine::get_clock()); }
  // What needs a machine that is off fails at once: SimGrid would abort, or never answer.
  bool ready(ActivityToken token, std::uint32_t machine, std::uint32_t other) {
    LM_CHECK(machine < machines.size() && other < machines.size());
    seal();
    if (machines[machine].on && machines[other].on) return true;
    fail(token);
    return false;
  }
  void begin(ActivityToken token, const s4u::ActivityPtr& activity, Takes takes, std::uint32_t machine,
             std::uint32_t other) {
    const bool fresh = active.emplace(token, Active{activity, takes, false, machine, other}).second;
    LM_CHECK(fresh);
    tokens.emplace(activity.get(), token);
    if (takes == Takes::cores) computes(machine, 1);
    activity->start();
  }
  void computes(std::uint32_t machine, int more) {
    machines[machine].count(now());
    machines[machine].computing += static_cast<std::uint32_t>(more);
  }
  void fail(ActivityToken token) { completed.push_back({now(), token, false}); }
  s4u::Activity* find(ActivityToken token) const {
    const auto found = active.find(token);
    return found == active.end() ? nullptr : found->second.activity.get();
  }
  // run_until() takes dates closer than 10 us for equal, and may stop that much before the end.
  void step(double end) {
    stop.clear();
    const std::vector<s4u::ActivityPtr> untouched = std::exchange(over, {});
    engine->run_until(end);
  }
  // Signals come for every activity of the process, and twice for one that is cancelled.
  void on_signal(const s4u::Activity& activity) {
    const auto found = tokens.find(&activity);
    if (found == tokens.end()) return;
    const ActivityToken token = found->second;
    completed.push_back({now(), token, activity.get_state() == s4u::Activity::State::FINISHED});
    retire(token);
    stop.insert(const_cast<s4u::Activity*>(&activity));
  }
  void retire(ActivityToken token) {
    auto node = active.extract(token);
    if (node.mapped().takes == Takes::cores && !node.mapped().suspended) computes(node.mapped().machine, -1);
    tokens.erase(node.mapped().activity.get());
    over.push_back(std::move(node.mapped().activity));
  }
  void cancel(ActivityToken token) {
    const s4u::ActivityPtr activity = active.at(token).activity;
    retire(token);        // first: its signals are nobody's then
    activity->suspend();  // gives its share back at once; cancelled alone, it would keep it until the next completion
    activity->cancel();
  }
  void set_suspended(ActivityToken token, bool suspend) {
    const auto found = active.find(token);
    if (found == active.end() || std::exchange(found->second.suspended, suspend) == suspend) return;
    if (found->second.takes == Takes::cores) computes(found->second.machine, suspend ? -1 : 1);
    if (suspend)
      found->second.activity->suspend();
    else
      found->second.activity->resume();
  }
};

Physics::Physics() : state_(std::make_unique<State>()) {}

Physics::~Physics() {
  // The engine stays: it cannot be taken down and made anew. Its signals find nothing of ours any more.
  state_->tokens.clear();
}

Result<std::unique_ptr<Physics>> Physics::create(const PhysicsOptions& options) {
  static bool used = false;
  if (std::exchange(used, true)) {
    return Error{"a process holds one run at level flow: SimGrid's clock cannot be set back"};
  }
  std::unique_ptr<Physics> physics(new Physics());
  State& state = *physics->state_;
  int count = 5;
  char program[] = "lastmile", quiet[] = "--log=root.threshold:error", model[] = "--cfg=network/model:CM02",
       cross[] = "--cfg=network/crosstraffic:no", window[] = "--cfg=network/TCP-gamma:0";
  char* arguments[] = {program, quiet, model, cross, window, nullptr};
  // CM02, because the default multiplies latencies by 13; without cross traffic, which costs thirty times the time; no
  // window, since latency is not in these routes.
  {
    const KeepInterrupt keep;
    state.engine = new s4u::Engine(&count, arguments);
  }
  state.energy = options.energy;
  if (state.energy) sg_host_energy_plugin_init();
  state.zone = s4u::create_star_zone("world");
  state.engine->track_vetoed_activities(&state.stop);
  s4u::Activity::on_completion_cb([&state](const s4u::Activity& activity) { state.on_signal(activity); });
  return physics;
}

std::uint32_t Physics::add_machine(const MachineResources& resources) {
  State& state = *state_;
  LM_CHECK(!state.sealed);
  const auto number = static_cast<std::uint32_t>(state.machines.size());
  const std::string name = std::to_string(number);
  Machine machine{};
  machine.on = true;
  machine.cores = std::max<std::uint32_t>(resources.cores, 1);
  machine.host = state.zone->create_host("host" + name, kReferenceSpeed * static_cast<double>(resources.speed) / 1e9);
  machine.host->set_core_count(static_cast<int>(machine.cores));
  if (state.energy) machine.host->set_property("wattage_per_state", watts(resources));
  machine.uplink = state.zone->create_link("up" + name, bytes_of(resources.uplink_bits))->set_latency(0);
  machine.downlink = state.zone->create_link("down" + name, bytes_of(resources.downlink_bits))->set_latency(0);
  machine.disk =
      machine.host->create_disk("disk" + name, rate_of(resources.disk_read_bytes), rate_of(resources.disk_write_bytes));
  auto* point = machine.host->get_netpoint();
  state.zone->add_route(point, nullptr, nullptr, nullptr, {s4u::LinkInRoute(machine.uplink)}, false);
  state.zone->add_route(nullptr, point, nullptr, nullptr, {s4u::LinkInRoute(machine.downlink)}, false);
  state.machines.push_back(machine);
  return number;
}

void Physics::transfer(ActivityToken token, std::uint32_t from, std::uint32_t to, std::uint64_t bytes) {
  LM_CHECK(from != to);
  if (!state_->ready(token, from, to)) return;
  const auto transfer = s4u::Comm::sendto_init(state_->machines[from].host, state_->machines[to].host);
  state_->begin(token, transfer->set_payload_size(bytes), Takes::links, from, to);
}

void Physics::read(ActivityToken token, std::uint32_t machine, std::uint64_t bytes) {
  if (!state_->ready(token, machine, machine)) return;
  const auto read = s4u::Io::init()->set_disk(state_->machines[machine].disk)->set_size(bytes);
  state_->begin(token, read->set_op_type(s4u::Io::OpType::READ), Takes::disk, machine, machine);
}

void Physics::write(ActivityToken token, std::uint32_t machine, std::uint64_t bytes) {
  if (!state_->ready(token, machine, machine)) return;
  const auto write = s4u::Io::init()->set_disk(state_->machines[machine].disk)->set_size(bytes);
  state_->begin(token, write->set_op_type(s4u::Io::OpType::WRITE), Takes::disk, machine, machine);
}

void Physics::compute(ActivityToken token, std::uint32_t machine, Duration work) {
  LM_CHECK(work.ns >= 0);
  if (!state_->ready(token, machine, machine)) return;
  const auto compute = s4u::Exec::init()->set_host(state_->machines[machine].host);
  state_->begin(token, compute->set_flops_amount(static_cast<double>(work.ns) * kReferenceSpeed / 1e9), Takes::cores,
                machine, machine);
}

void Physics::cancel(ActivityToken token) {
  if (state_->find(token) != nullptr) state_->cancel(token);
}

// Each by itself: what suspends a machine (s4u::VirtualMachine::suspend) does not stop what has no actor.
void Physics::suspend(ActivityToken token) { state_->set_suspended(token, true); }

void Physics::resume(ActivityToken token) { state_->set_suspended(token, false); }

std::uint64_t Physics::remaining(ActivityToken token) const {
  const s4u::Activity* activity = state_->find(token);
  return activity == nullptr ? 0 : static_cast<std::uint64_t>(std::ceil(std::max(activity->get_remaining(), 0.0)));
}

void Physics::set_links(std::uint32_t machine, std::uint64_t uplink_bits, std::uint64_t downlink_bits) {
  LM_CHECK(machine < state_->machines.size());
  state_->machines[machine].uplink->set_bandwidth(bytes_of(uplink_bits));
  state_->machines[machine].downlink->set_bandwidth(bytes_of(downlink_bits));
}

void Physics::set_disk(std::uint32_t machine, std::uint64_t read_bytes, std::uint64_t write_bytes) {
  LM_CHECK(machine < state_->machines.size());
  state_->machines[machine].disk->set_read_bandwidth(rate_of(read_bytes));
  state_->machines[machine].disk->set_write_bandwidth(rate_of(write_bytes));
}

// SimGrid fails what computes there and what is transferred, and tells it when its clock makes the next step, at the
// end of that: hence one of no length. Disks of a machine that is off would go on.
void Physics::turn_off(std::uint32_t machine) {
  LM_CHECK(machine < state_->machines.size());
  State& state = *state_;
  Machine& off = state.machines[machine];
  if (!off.on) return;
  off.count(State::now());
  off.on = false;
  if (!state.sealed) return;
  const std::size_t told = state.completed.size();
  off.host->turn_off();
  state.step(s4u::Engine::get_clock());
  std::vector<ActivityToken> left;
  for (const auto& [token, active] : state.active) {
    if (active.machine == machine || active.other == machine) left.push_back(token);
  }
  for (const ActivityToken token : left) {
    state.cancel(token);
    state.fail(token);
  }
  std::sort(state.completed.begin() + static_cast<std::ptrdiff_t>(told), state.completed.end(),
            [](const Completion& a, const Completion& b) { return a.token < b.token; });
}

void Physics::turn_on(std::uint32_t machine) {
  LM_CHECK(machine < state_->machines.size());
  Machine& on = state_->machines[machine];
  if (on.on) return;
  on.count(State::now());
  on.on = true;
  if (state_->sealed) on.host->turn_on();
}

std::size_t Physics::active() const { return state_->active.size() + state_->completed.size(); }

Instant Physics::now() const { return State::now(); }

void Physics::advance(Instant until, std::vector<Completion>& completions) {
  State& state = *state_;
  state.seal();
  const double end = to_seconds(until);
  while (state.completed.empty() && end - s4u::Engine::get_clock() > kNanosecond / 2) state.step(end);
  completions.insert(completions.end(), state.completed.begin(), state.completed.end());
  state.completed.clear();
}

MachineUse Physics::use(std::uint32_t machine) const {
  LM_CHECK(machine < state_->machines.size());
  Machine counted = state_->machines[machine];
  counted.count(State::now());
  return counted.use;
}

double Physics::energy_joules(std::uint32_t machine) const {
  LM_CHECK(machine < state_->machines.size());
  return state_->energy ? sg_host_get_consumed_energy(state_->machines[machine].host) : 0;
}

}  // namespace lastmile::sim
