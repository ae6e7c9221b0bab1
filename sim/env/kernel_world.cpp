// Nodes that come and go, rules of paths, chains.
#include <algorithm>
#include <utility>

#include "sim/env/disk_image.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/node_runtime.hpp"

namespace lastmile::sim {

void Kernel::expect_nodes(std::size_t count) {
  slots_.reserve(count);
  machines_.reserve(count);
  names_.reserve(count);
}

NodeIndex Kernel::add_node(NodeSpec spec, NodeFactory factory) {
  LM_CHECK(slots_.size() < kNodesMax && !spec.name.empty() && factory && spec.region < config_.regions.count);
  const NodeIndex node{static_cast<std::uint32_t>(slots_.size())};
  const bool fresh = names_.emplace(spec.name, node).second;
  LM_CHECK(fresh);
  const ClockLaw law = spec.clock;
  machines_.push_back(std::make_unique<Machine>(Machine{std::move(spec),
                                                        std::move(factory),
                                                        SimClock(law),
                                                        {},
                                                        {},
                                                        false,
                                                        false,
                                                        {},
                                                        {},
                                                        0,
                                                        {},
                                                        {},
                                                        {},
                                                        {},
                                                        {},
                                                        {},
                                                        {}}));
  machines_.back()->clock.attach(*this);
  if (flows_ != nullptr) flows_->add_machine(machines_.back()->spec.hardware);
  slots_.emplace_back();
  return node;
}

std::optional<NodeIndex> Kernel::find_node(std::string_view name) const {
  const auto found = names_.find(std::string(name));
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

void Kernel::start(NodeIndex node) {
  LM_CHECK(handling_ == kEngineNode && !running(node));
  Machine& machine = *machines_[node.value];
  NodeSlot& slot = slots_[node.value];
  ++slot.incarnation;
  std::shared_ptr<DiskImage>& disk = machine.spec.has_disk ? machine.disk : no_disk_;
  if (disk == nullptr) disk = std::make_shared<DiskImage>(keys_, values_);
  machine.disk = disk;
  if (flows_ != nullptr) flows_->machine_on(node);
  machine.runtime = std::make_unique<NodeRuntime>(*this, node);
  NodeRuntime& runtime = *machine.runtime;
  slot.network = &runtime.network;
  slot.busy_until = now_;
  machine.started = now();
  handling_ = node;
  hand(node, LoopKind::start, node, slot.incarnation);
  runtime.node =
      machine.factory(NodeEnv{node, slot.incarnation, machine.spec.name, machine.clock, runtime.timers, runtime.network,
                              runtime.disk, runtime.random, runtime.executor, runtime.chains});
  LM_CHECK(runtime.node != nullptr);
  runtime.node->start();
  handling_ = kEngineNode;
}

void Kernel::end(NodeIndex node, Ending ending) {
  LM_CHECK(handling_ == kEngineNode && running(node));
  Machine& machine = *machines_[node.value];
  NodeSlot& slot = slots_[node.value];
  NodeRuntime& runtime = *machine.runtime;
  handling_ = node;
  if (ending == Ending::orderly && !machine.paused) runtime.node->stop();
  hand(node, LoopKind::crash, node, slot.incarnation);
  handling_ = kEngineNode;
  runtime.node.reset();
  if (flows_ != nullptr) machine.past.frames_dropped += flows_->machine_off(node);
  runtime.network.farewell();
  machine.past += runtime.network.counts();
  machine.past_cpu = machine.past_cpu + runtime.executor.busy_time();
  machine.past_up = machine.past_up + (now() - machine.started);
  slot.network = nullptr;
  slot.door = FrameDoor{};
  slot.deferring = false;
  for (auto& followers : followers_) std::erase(followers, node);
  machine.runtime.reset();
  if (machine.backlog != nullptr)
    for (const Event& event : *machine.backlog) release(event);
  machine.backlog.reset();
  machine.backlog_frames = 0;
  machine.wake_pending = false;
  machine.paused = false;
  switch (ending) {
    case Ending::crash_kept:
    case Ending::orderly:
      machine.disk->keep_all();
      break;
    case Ending::crash_torn: {
      Generator draws(substream(substream(config_.seed, node.value, "disk"), slot.incarnation, "torn"));
      machine.disk->tear(draws);
      break;
    }
    case Ending::crash_lost:
      machine.disk.reset();
      break;
  }
}

void Kernel::pause(NodeIndex node) {
  LM_CHECK(handling_ == kEngineNode && running(node) && !machines_[node.value]->paused);
  Machine& machine = *machines_[node.value];
  machine.paused = true;
  machine.paused_since = now();
  slots_[node.value].deferring = true;
  machine.runtime->network.paused();
  machine.runtime->executor.paused();
  if (flows_ != nullptr) flows_->refresh();
}

void Kernel::resume(NodeIndex node) {
  LM_CHECK(handling_ == kEngineNode && running(node) && machines_[node.value]->paused);
  Machine& machine = *machines_[node.value];
  machine.paused = false;
  machine.runtime->executor.resumed();
  if (flows_ != nullptr) flows_->refresh();
  if (machine.backlog == nullptr)
    slots_[node.value].deferring = false;
  else
    schedule_wake(node, std::max(now_, slots_[node.value].busy_until));
}

void Kernel::set_disk_speed(NodeIndex node, std::uint64_t left) {
  LM_CHECK(left > 0 && left <= kBillion);
  machines_[node.value]->disk_trouble.speed = left;
  if (flows_ != nullptr) flows_->set_disk_speed(node, left);
}

void Kernel::set_rare_path(NodeIndex node, env::RarePath path, std::uint64_t parts) {
  LM_CHECK(parts <= kBillion);
  auto& luck = machines_[node.value]->rare_luck;
  if (luck == nullptr) luck = std::make_unique<RareLuck>(config_.seed, node);
  luck->set(path, parts);
  some_rare_luck_ = true;
}

void Kernel::on_loop(NodeIndex node, Callback<void()> work) {
  LM_CHECK(handling_ == kEngineNode && running(node));
  handling_ = node;
  work();
  handling_ = kEngineNode;
}

void Kernel::rules_changed() {
  LM_CHECK(handling_ == kEngineNode);
  for (const NodeSlot& slot : slots_)
    if (slot.network != nullptr) slot.network->rules_changed();
  links_.release_free(*this);
  if (flows_ != nullptr) flows_->refresh();
}

std::uint32_t Kernel::add_chain(ChainConfig config) {
  LM_CHECK(chains_.size() < kChainsMax && !find_chain(config.name));
  const auto index = static_cast<std::uint32_t>(chains_.size());
  chains_.push_back(std::make_unique<Chain>(std::move(config), config_.seed, config_.epoch));
  followers_.emplace_back();
  post(kEngineNode, {kFirstChainSource + index}, now_ + chains_.back()->next_interval().ns, EventKind::block, 0, 0,
       index, 0);
  return index;
}

std::optional<std::uint32_t> Kernel::find_chain(std::string_view name) const {
  for (std::uint32_t index = 0; index < chains_.size(); ++index)
    if (chains_[index]->name() == name) return index;
  return std::nullopt;
}

void Kernel::follow_chain(std::uint32_t chain, NodeIndex node) {
  auto& followers = followers_[chain];
  const auto at = std::lower_bound(followers.begin(), followers.end(), node);
  if (at == followers.end() || *at != node) followers.insert(at, node);
}

void Kernel::announce_head(std::uint32_t chain) {
  const std::uint32_t head = chains_[chain]->head();
  for (const NodeIndex node : followers_[chain])
    post(node, {kFirstChainSource + chain}, now_ + chain_latency(chain, node).ns, EventKind::chain, 0, 0, chain, head);
}

std::uint64_t Kernel::reorg(std::uint32_t chain, std::uint64_t depth) {
  const std::uint64_t taken_back = chains_[chain]->reorg(depth, wall());
  if (taken_back > 0) announce_head(chain);
  return taken_back;
}

ChainAccess& Kernel::chain_access(std::uint32_t chain, NodeIndex node) {
  auto& access = machines_[node.value]->chain_access;
  if (access.size() <= chain) access.resize(chain + 1);
  return access[chain];
}

Duration Kernel::chain_latency(std::uint32_t chain, NodeIndex node) const {
  const ChainConfig& config = chains_[chain]->config();
  Generator draws(substream(substream(config_.seed, node.value, "chain access"), chain, config.name));
  const Duration own =
      draws.uniform(config.access_latency_min, std::max(config.access_latency_min, config.access_latency_max));
  const auto& access = machines_[node.value]->chain_access;
  if (chain >= access.size()) return own;
  const SignedWide extra = std::min<SignedWide>(access[chain].extra_ns, kPathDelayMax.ns);
  return own + Duration{static_cast<std::int64_t>(extra)};
}

bool Kernel::chain_out(std::uint32_t chain, NodeIndex node) const {
  const auto& access = machines_[node.value]->chain_access;
  return chain < access.size() && access[chain].outages > 0;
}

}  // namespace lastmile::sim
