#include "sim/env/engine.hpp"

#include <algorithm>

#include "sim/env/disk_image.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/node_runtime.hpp"
#include "sim/env/run_digest.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

Result<std::unique_ptr<Engine>> Engine::create(EngineConfig config) {
  const RegionDelays& regions = config.regions;
  if (regions.count == 0 || regions.delay.size() != std::size_t{regions.count} * regions.count)
    return Error{"region delays: expected a square matrix with one row per region"};
  if (std::any_of(regions.delay.begin(), regions.delay.end(), [](Duration delay) { return delay.ns < 0; }))
    return Error{"region delays: expected no negative entry"};
  std::unique_ptr<Physics> physics;
  if (config.level == NetworkLevel::flow) {
    auto made = Physics::create({.energy = config.energy});
    if (!made.ok()) return made.error();
    physics = std::move(made).value();
  }
  return std::unique_ptr<Engine>(new Engine(std::make_unique<Kernel>(std::move(config), std::move(physics))));
}

Engine::Engine(std::unique_ptr<Kernel> kernel) : kernel_(std::move(kernel)) {}
Engine::~Engine() = default;

void Engine::expect_nodes(std::size_t count) { kernel_->expect_nodes(count); }
NodeIndex Engine::add_node(NodeSpec spec, NodeFactory factory) {
  return kernel_->add_node(std::move(spec), std::move(factory));
}
std::size_t Engine::node_count() const { return kernel_->node_count(); }
const NodeSpec& Engine::spec(NodeIndex node) const { return kernel_->machine(node).spec; }
std::optional<NodeIndex> Engine::find_node(std::string_view name) const { return kernel_->find_node(name); }

void Engine::start(NodeIndex node) { kernel_->start(node); }
void Engine::crash(NodeIndex node, DiskFate fate) {
  switch (fate) {
    case DiskFate::kept:
      return kernel_->end(node, Kernel::Ending::crash_kept);
    case DiskFate::torn:
      return kernel_->end(node, Kernel::Ending::crash_torn);
    case DiskFate::lost:
      return kernel_->end(node, Kernel::Ending::crash_lost);
  }
}
void Engine::stop_node(NodeIndex node) { kernel_->end(node, Kernel::Ending::orderly); }
void Engine::pause(NodeIndex node) { kernel_->pause(node); }
void Engine::resume(NodeIndex node) { kernel_->resume(node); }
bool Engine::running(NodeIndex node) const { return kernel_->running(node); }
bool Engine::paused(NodeIndex node) const { return kernel_->machine(node).paused; }
std::uint32_t Engine::incarnation(NodeIndex node) const { return kernel_->slot(node).incarnation; }
SimNode* Engine::node(NodeIndex node) {
  NodeRuntime* runtime = kernel_->machine(node).runtime.get();
  return runtime == nullptr ? nullptr : runtime->node.get();
}
void Engine::on_loop(NodeIndex node, Callback<void()> work) { kernel_->on_loop(node, std::move(work)); }

LinkRuleId Engine::add_rule(const LinkRule& rule) {
  const LinkRuleId id = kernel_->links().rules().add(rule);
  kernel_->rules_changed();
  return id;
}
void Engine::remove_rule(LinkRuleId rule) {
  kernel_->links().rules().remove(rule);
  kernel_->rules_changed();
}
std::uint64_t Engine::frames_stopped(LinkRuleId rule) const { return kernel_->links().rules().stopped(rule); }
void Engine::set_drift(NodeIndex node, std::int64_t drift) { kernel_->machine(node).clock.set_drift(drift); }
std::int64_t Engine::drift(NodeIndex node) const { return kernel_->machine(node).clock.drift(); }
void Engine::step_wall(NodeIndex node, Duration step) { kernel_->machine(node).clock.step_wall(step); }

void Engine::set_rare_path(NodeIndex node, env::RarePath path, std::uint64_t parts) {
  kernel_->set_rare_path(node, path, parts);
}
void Engine::set_disk_speed(NodeIndex node, std::uint64_t left) { kernel_->set_disk_speed(node, left); }
std::uint64_t Engine::disk_free(NodeIndex node) const {
  const Machine& machine = kernel_->machine(node);
  const std::uint64_t room = machine.disk_trouble.room(machine.spec.hardware.disk_size);
  return room - std::min(room, machine.disk == nullptr ? 0 : machine.disk->bytes());
}
void Engine::take_disk_space(NodeIndex node, std::uint64_t bytes) {
  kernel_->machine(node).disk_trouble.taken += bytes;
}
void Engine::give_disk_space(NodeIndex node, std::uint64_t bytes) {
  std::uint64_t& taken = kernel_->machine(node).disk_trouble.taken;
  LM_CHECK(bytes <= taken);
  taken -= bytes;
}
std::size_t Engine::damage_disk(NodeIndex node, std::uint64_t parts, Generator& draws) {
  const auto& disk = kernel_->machine(node).disk;
  return disk == nullptr ? 0 : disk->damage(parts, draws);
}
void Engine::lose_disk(NodeIndex node) {
  LM_CHECK(!running(node));
  kernel_->machine(node).disk.reset();
}

std::uint32_t Engine::add_chain(ChainConfig config) { return kernel_->add_chain(std::move(config)); }
std::size_t Engine::chain_count() const { return kernel_->chain_count(); }
const Chain& Engine::chain(std::uint32_t index) const { return kernel_->chain(index); }
std::optional<std::uint32_t> Engine::find_chain(std::string_view name) const { return kernel_->find_chain(name); }
void Engine::set_balance(std::uint32_t chain, const std::string& address, std::string units) {
  kernel_->chain(chain).set_balance(address, std::move(units));
}
std::uint64_t Engine::reorg(std::uint32_t chain, std::uint64_t depth) { return kernel_->reorg(chain, depth); }
void Engine::begin_outage(std::uint32_t chain, std::span<const NodeIndex> nodes) {
  for (const NodeIndex node : nodes) ++kernel_->chain_access(chain, node).outages;
}
void Engine::end_outage(std::uint32_t chain, std::span<const NodeIndex> nodes) {
  for (const NodeIndex node : nodes) {
    ChainAccess& access = kernel_->chain_access(chain, node);
    LM_CHECK(access.outages > 0);
    if (--access.outages > 0) continue;
    kernel_->post(node, {kFirstChainSource + chain}, now().ns + kernel_->chain_latency(chain, node).ns,
                  EventKind::chain, 0, 0, chain, kernel_->chain(chain).head());
  }
}
void Engine::add_chain_delay(std::uint32_t chain, std::span<const NodeIndex> nodes, Duration extra) {
  for (const NodeIndex node : nodes) {
    SignedWide& sum = kernel_->chain_access(chain, node).extra_ns;
    sum += extra.ns;
    LM_CHECK(sum >= 0);
  }
}
bool Engine::inject(std::uint32_t chain, env::ChainEvent event) {
  return !kernel_->chain(chain).accept(std::move(event)).empty();
}

Instant Engine::now() const { return kernel_->now(); }
Wall Engine::wall() const { return kernel_->wall(); }
void Engine::at(Instant time, Callback<void()> call) { kernel_->at(time, std::move(call)); }
RunEnd Engine::run_until(Instant until, std::uint64_t events_max) {
  switch (kernel_->run(until.ns, events_max)) {
    case Kernel::StepEnd::time:
      return RunEnd::time;
    case Kernel::StepEnd::idle:
      return RunEnd::idle;
    case Kernel::StepEnd::events:
      return RunEnd::events;
    case Kernel::StepEnd::stopped:
      return RunEnd::stopped;
  }
  LM_CHECK(false);
}
void Engine::stop() { kernel_->stop(); }

std::uint64_t Engine::events() const { return kernel_->events(); }
std::uint64_t Engine::loop_events(NodeIndex node) const { return kernel_->slot(node).loop_events; }
DigestChain Engine::digest_chain(NodeIndex node) const { return kernel_->slot(node).chain; }

Hash256 Engine::run_digest(std::span<const Hash256> state_digests) const {
  LM_CHECK(state_digests.empty() || state_digests.size() == node_count());
  std::vector<NodeDigest> nodes;
  nodes.reserve(node_count());
  for (std::uint32_t i = 0; i < node_count(); ++i) {
    const NodeSlot& slot = kernel_->slot({i});
    nodes.push_back({slot.chain, slot.loop_events, state_digests.empty() ? Hash256{} : state_digests[i]});
  }
  std::vector<std::string> heads;
  heads.reserve(chain_count());
  for (std::uint32_t i = 0; i < chain_count(); ++i) heads.push_back(chain(i).at(chain(i).head()).block->hash);
  return sim::run_digest(config().seed, nodes, heads);
}

void Engine::observe(LoopObserver* observer) { kernel_->observe(observer); }

TrafficCounts Engine::traffic(NodeIndex node) const {
  const Machine& machine = kernel_->machine(node);
  TrafficCounts sum = machine.past;
  if (machine.runtime != nullptr) sum += machine.runtime->network.counts();
  return sum;
}
Duration Engine::cpu_busy(NodeIndex node) const {
  const Machine& machine = kernel_->machine(node);
  return machine.runtime == nullptr ? machine.past_cpu : machine.past_cpu + machine.runtime->executor.busy_time();
}
Duration Engine::up_time(NodeIndex node) const {
  const Machine& machine = kernel_->machine(node);
  return machine.runtime == nullptr ? machine.past_up : machine.past_up + (now() - machine.started);
}
// Of what the physics has not seen, by the linear law that it keeps to as well; at level `flow` mostly short jobs.
std::optional<std::uint64_t> Engine::energy(NodeIndex node) const {
  const Hardware& hardware = kernel_->machine(node).spec.hardware;
  if (hardware.busy_milliwatts == 0) return std::nullopt;
  const FlowPlane::Drawn drawn = kernel_->flows() == nullptr ? FlowPlane::Drawn{} : kernel_->flows()->drawn(node);
  constexpr SignedWide kPicojoules = 1'000'000'000;  // of a millijoule: milliwatts times nanoseconds
  const auto milliwatts = [](std::uint64_t power) { return static_cast<SignedWide>(power); };
  const SignedWide idle = (up_time(node) - drawn.use.on).ns * milliwatts(hardware.idle_milliwatts);
  const SignedWide more = (cpu_busy(node) - drawn.use.core_time).ns *
                          milliwatts(hardware.busy_milliwatts - hardware.idle_milliwatts) /
                          std::max<std::uint32_t>(hardware.cores, 1);
  const auto seen = static_cast<SignedWide>(drawn.joules * 1e12);
  return static_cast<std::uint64_t>(std::max<SignedWide>((seen + idle + more) / kPicojoules, 0));
}
DiskUsage Engine::disk_usage(NodeIndex node) const {
  const auto& disk = kernel_->machine(node).disk;
  return disk == nullptr ? DiskUsage{} : DiskUsage{disk->key_value_bytes(), disk->blob_bytes()};
}
void Engine::visit_blobs(const std::function<void(std::string_view, const Bytes&)>& visit) const {
  for (std::uint32_t i = 0; i < node_count(); ++i) {
    const auto& disk = kernel_->machine({i}).disk;
    if (disk == nullptr) continue;
    for (const auto& [name, blob] : disk->blobs()) visit(name, *blob);
  }
}
std::uint64_t Engine::queued_events() const { return kernel_->queued(); }
const EngineConfig& Engine::config() const { return kernel_->config(); }

}  // namespace lastmile::sim
