// The inside of a run, shared by the parts of this room: queue, time, the table of nodes, rules of paths, chains. Users
// of the room see Engine instead.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "sim/env/chain.hpp"
#include "sim/env/config.hpp"
#include "sim/env/digest_chain.hpp"
#include "sim/env/disk_trouble.hpp"
#include "sim/env/event_ring.hpp"
#include "sim/env/flow_plane.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/job_cache.hpp"
#include "sim/env/key_pool.hpp"
#include "sim/env/link_plane.hpp"
#include "sim/env/loop_event.hpp"
#include "sim/env/node.hpp"
#include "sim/env/rare_luck.hpp"
#include "sim/env/sim_clock.hpp"
#include "sim/env/slot_table.hpp"
#include "sim/env/value_pool.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

class DiskImage;
class SimNetwork;
struct NodeRuntime;

// What the receipt of a gossip frame needs, so that the common case touches nothing else of the network.
struct FrameDoor {
  static constexpr std::uint32_t kPeers = 8;
  std::array<std::uint32_t, kPeers>
      live{};  // connection by peer, 0 when there is none; further peers: SimNetwork knows
  env::FrameHandler* gossip = nullptr;
  std::uint64_t frames = 0;  // let in by this door
  std::uint64_t bytes = 0;
};

// What every event of a node touches: two cache lines side by side.
struct alignas(64) NodeSlot {
  std::uint64_t counter = 0;  // of events that this node caused: part of their key
  DigestChain chain;
  std::uint64_t loop_events = 0;
  std::int64_t busy_until = 0;    // the loop works on earlier events until then
  SimNetwork* network = nullptr;  // null when not running
  std::uint32_t incarnation = 0;
  bool deferring = false;  // paused, or earlier events still wait: new ones queue up behind them
  FrameDoor door;
};
static_assert(sizeof(NodeSlot) == 128);

// A node's way to one chain.
struct ChainAccess {
  std::uint32_t outages = 0;  // of faults in force
  SignedWide extra_ns = 0;    // the sum of what faults add, as large as it comes
};

// What stays when the node object is lost.
struct Machine {
  NodeSpec spec;
  NodeFactory factory;
  SimClock clock;
  std::shared_ptr<DiskImage> disk;  // made at the first start
  std::unique_ptr<NodeRuntime> runtime;
  bool paused = false;
  bool wake_pending = false;
  Instant paused_since;
  std::unique_ptr<std::deque<Event>> backlog;
  std::size_t backlog_frames = 0;
  TrafficCounts past;  // of ended incarnations
  Duration past_cpu;
  Duration past_up;
  Instant started;                        // of the incarnation that runs
  std::vector<ChainAccess> chain_access;  // by chain; empty while nothing differs
  DiskTrouble disk_trouble;
  std::unique_ptr<RareLuck> rare_luck;  // null while no rare path was ever made likely
};

class Kernel {
 public:
  // physics: at level `flow`, else null.
  Kernel(EngineConfig config, std::unique_ptr<Physics> physics);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  const EngineConfig& config() const { return config_; }
  std::int64_t now_ns() const { return now_; }
  Instant now() const { return {now_}; }

  // Queues an event. time: not before now.
  void post(NodeIndex destination, NodeIndex source, std::int64_t time, EventKind kind, std::uint8_t aux,
            std::uint32_t stamp, std::uint32_t extra, std::uint64_t argument) {
    LM_CHECK(time >= now_);
    ring_.push(
        {time, make_route(destination, source), make_tail(next_counter(source), kind, aux), argument, stamp, extra});
  }
  // An event of a node to itself whose key is taken now and which comes later; every key at most once.
  std::uint64_t reserve_key(NodeIndex node) { return next_counter(node); }
  void post_reserved(NodeIndex node, std::uint64_t key, std::int64_t time, EventKind kind, std::uint32_t extra,
                     std::uint64_t argument) {
    LM_CHECK(time >= now_);
    ring_.push(
        {time, make_route(node, node), make_tail(key, kind, 0), argument, slots_[node.value].incarnation, extra});
  }
  // The same event again, later, under its own key (a frame that has passed the receiver's link).
  void repost(Event event, std::int64_t time, EventKind kind) {
    event.time = time;
    event.set_kind(kind);
    ring_.push(event);
  }
  // From a node to itself, dropped when it crashes.
  void post_own(NodeIndex node, std::int64_t time, EventKind kind, std::uint8_t aux, std::uint32_t extra,
                std::uint64_t argument) {
    post(node, node, time, kind, aux, slots_[node.value].incarnation, extra, argument);
  }

  // An event is about to be handed to the node's loop: digest, observer, cost.
  void hand(NodeIndex node, LoopKind kind, NodeIndex source, std::uint64_t payload) {
    NodeSlot& slot = slots_[node.value];
    slot.chain.add(static_cast<std::uint64_t>(now_),
                   std::uint64_t{static_cast<std::uint8_t>(kind)} << 32 | source.value, payload);
    ++slot.loop_events;
    const Duration cost = config_.loop_cost.by_kind[static_cast<std::size_t>(kind)];
    if (cost.ns != 0) charge(node, cost);
    if (observer_ != nullptr) observer_->on_loop_event({now(), node, source, kind, payload});
  }
  // The node's loop is busy for so much longer.
  void charge(NodeIndex node, Duration time) {
    NodeSlot& slot = slots_[node.value];
    slot.busy_until = (slot.busy_until > now_ ? slot.busy_until : now_) + time.ns;
  }
  // Reads of a Disk reader, on the loop only: an executor job has its own cost.
  void charge_read(NodeIndex node) {
    if (config_.loop_cost.disk_read.ns == 0 || handling_ != node || in_job_) return;
    charge(node, {machine(node).disk_trouble.slowed(config_.loop_cost.disk_read.ns)});
  }
  // The node whose handler runs, or kEngineNode.
  NodeIndex handling() const { return handling_; }
  class JobScope {
   public:
    explicit JobScope(Kernel& kernel) : kernel_(kernel) { kernel_.in_job_ = true; }
    ~JobScope() { kernel_.in_job_ = false; }

   private:
    Kernel& kernel_;
  };

  // --- nodes -------------------------------------------------------------------------------------------------------
  std::size_t node_count() const { return slots_.size(); }
  NodeSlot& slot(NodeIndex node) { return slots_[node.value]; }
  const NodeSlot& slot(NodeIndex node) const { return slots_[node.value]; }
  Machine& machine(NodeIndex node) { return *machines_[node.value]; }
  const Machine& machine(NodeIndex node) const { return *machines_[node.value]; }
  bool running(NodeIndex node) const { return slots_[node.value].network != nullptr; }
  void expect_nodes(std::size_t count);
  NodeIndex add_node(NodeSpec spec, NodeFactory factory);
  std::optional<NodeIndex> find_node(std::string_view name) const;
  void start(NodeIndex node);
  enum class Ending : std::uint8_t { crash_kept, crash_torn, crash_lost, orderly };
  void end(NodeIndex node, Ending ending);
  void pause(NodeIndex node);
  void resume(NodeIndex node);
  void set_disk_speed(NodeIndex node, std::uint64_t left);
  void set_rare_path(NodeIndex node, env::RarePath path, std::uint64_t parts);
  bool happens(NodeIndex node, env::RarePath path) {
    if (!some_rare_luck_) [[likely]]
      return false;
    RareLuck* const luck = machine(node).rare_luck.get();
    return luck != nullptr && luck->happens(path);
  }
  // Runs `work` as a handler of the node: what the engine and the conformance world call from outside.
  void on_loop(NodeIndex node, Callback<void()> work);

  // --- paths -------------------------------------------------------------------------------------------------------
  LinkPlane& links() { return links_; }
  FlowPlane* flows() { return flows_.get(); }  // null below level `flow`
  // Without jitter and faults.
  Duration latency(NodeIndex from, NodeIndex to) const {
    const NodeSpec& a = machine(from).spec;
    const NodeSpec& b = machine(to).spec;
    return config_.regions.between(a.region, b.region) + a.hardware.access_latency + b.hardware.access_latency;
  }
  std::uint32_t new_connection() { return ++connections_; }  // 0 names none
  void rules_changed();

  // --- chains, jobs, values ----------------------------------------------------------------------------------------
  std::uint32_t add_chain(ChainConfig config);
  std::size_t chain_count() const { return chains_.size(); }
  Chain& chain(std::uint32_t index) { return *chains_[index]; }
  const Chain& chain(std::uint32_t index) const { return *chains_[index]; }
  std::optional<std::uint32_t> find_chain(std::string_view name) const;
  void follow_chain(std::uint32_t chain, NodeIndex node);  // from now on told of new heads; idempotent
  void announce_head(std::uint32_t chain);
  std::uint64_t reorg(std::uint32_t chain, std::uint64_t depth);
  ChainAccess& chain_access(std::uint32_t chain, NodeIndex node);
  Duration chain_latency(std::uint32_t chain, NodeIndex node) const;  // to the access point, with extra delay
  bool chain_out(std::uint32_t chain, NodeIndex node) const;
  Wall wall() const { return config_.epoch + Duration{now_}; }
  JobCache& jobs() { return jobs_; }
  ValuePool& values() { return values_; }

  // --- time --------------------------------------------------------------------------------------------------------
  void at(Instant time, Callback<void()> call);
  enum class StepEnd : std::uint8_t { time, idle, events, stopped };
  StepEnd run(std::int64_t until, std::uint64_t events_max);
  void stop() { stop_ = true; }
  std::uint64_t events() const { return events_; }
  std::size_t queued() const { return ring_.size(); }
  void observe(LoopObserver* observer) { observer_ = observer; }
  // Releases what an event points to; it will not be handled.
  static void release(const Event& event);
  static void release(const HeldFrame& frame);

 private:
  std::uint64_t next_counter(NodeIndex source) {
    return source.value < slots_.size() ? slots_[source.value].counter++
                                        : other_counters_[source.value - kFirstChainSource]++;
  }
  void prefetch() const;
  void step_flows(std::int64_t until);
  void dispatch(const Event& event);
  void deliver_frame(NodeIndex node, NodeSlot& slot, const Event& event);
  void deliver(NodeIndex node, const Event& event);  // on the loop
  void deliver_slow(NodeIndex node, const Event& event);
  void refuse_dial(NodeIndex node, const Event& event);
  void defer(NodeIndex node, const Event& event);
  void wake(NodeIndex node, const Event& event);
  void schedule_wake(NodeIndex node, std::int64_t time);
  void engine_event(const Event& event);

  EngineConfig config_;
  EventRing ring_;
  std::int64_t now_ = 0;
  std::vector<NodeSlot> slots_;
  LoopObserver* observer_ = nullptr;
  NodeIndex handling_ = kEngineNode;
  bool in_job_ = false;
  bool some_rare_luck_ = false;  // of any machine: without it nobody needs to be looked at
  bool stop_ = false;
  bool dispatching_ = false;
  std::uint64_t events_ = 0;
  std::uint32_t connections_ = 0;
  std::vector<std::uint64_t> other_counters_;  // chains and the engine, from kFirstChainSource
  std::vector<std::unique_ptr<Machine>> machines_;
  std::unordered_map<std::string, NodeIndex> names_;
  LinkPlane links_;
  std::vector<std::unique_ptr<Chain>> chains_;
  std::vector<std::vector<NodeIndex>> followers_;  // by chain, ascending
  SlotTable<Callback<void()>> calls_;
  JobCache jobs_;
  std::shared_ptr<KeyPool> keys_ = std::make_shared<KeyPool>();
  std::shared_ptr<DiskImage> no_disk_;  // empty, of all nodes without a disk; made when the first of them starts
  ValuePool values_;
  std::unique_ptr<FlowPlane> flows_;
};

}  // namespace lastmile::sim
