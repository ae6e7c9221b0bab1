// A run: the queue, the nodes and everything between them, in one thread. Nothing here knows what the nodes do.
//
//   auto engine = std::move(Engine::create({.seed = 7})).value();
//   NodeIndex a = engine->add_node({.name = "a"}, [](const NodeEnv& env) { return std::make_unique<MyNode>(env); });
//   engine->start(a);
//   engine->run_until(Instant{} + seconds(60));
//   Hash256 digest = engine->run_digest({});
//
// The methods that change the world (start, crash, pause, rules, chains) are called from outside run_until() or from a
// call given to at(), never from a handler of a node.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/callback.hpp"
#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "sim/env/chain.hpp"
#include "sim/env/config.hpp"
#include "sim/env/digest_chain.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/link_rules.hpp"
#include "sim/env/loop_event.hpp"
#include "sim/env/node.hpp"

namespace lastmile::sim {

class Kernel;

enum class DiskFate : std::uint8_t {
  kept,  // everything that was committed is there, but for what the disk had no room for
  torn,  // a prefix of what was not yet durable is there; the last unanswered blob is cut short
  lost,  // a new, empty disk
};

enum class RunEnd : std::uint8_t { time, idle, events, stopped };

class Engine {
 public:
  // Refused: a region matrix that is not square or has negative entries; a second engine at level `flow` in one
  // process.
  static Result<std::unique_ptr<Engine>> create(EngineConfig config);
  ~Engine();

  // --- nodes -------------------------------------------------------------------------------------------------------
  void expect_nodes(std::size_t count);  // room for so many at once
  // Names are unique. Not running until started.
  NodeIndex add_node(NodeSpec spec, NodeFactory factory);
  std::size_t node_count() const;
  const NodeSpec& spec(NodeIndex node) const;
  std::optional<NodeIndex> find_node(std::string_view name) const;

  void start(NodeIndex node);                 // not running; also after a crash, with the disk as it was left
  void crash(NodeIndex node, DiskFate fate);  // running or paused
  void stop_node(NodeIndex node);             // SimNode::stop(), connections close, disk kept
  void pause(NodeIndex node);                 // as a stop signal: events wait, clocks go on
  void resume(NodeIndex node);
  bool running(NodeIndex node) const;  // started and not crashed; a paused node is running
  bool paused(NodeIndex node) const;
  std::uint32_t incarnation(NodeIndex node) const;  // 0 before the first start
  SimNode* node(NodeIndex node);                    // null when not running
  // Runs `work` as a handler of the node, now and even when it is paused; not in any digest.
  void on_loop(NodeIndex node, Callback<void()> work);

  // --- faults ------------------------------------------------------------------------------------------------------
  LinkRuleId add_rule(const LinkRule& rule);
  void remove_rule(LinkRuleId rule);
  std::uint64_t frames_stopped(LinkRuleId rule) const;
  void set_drift(NodeIndex node, std::int64_t drift);  // parts per 10^9
  std::int64_t drift(NodeIndex node) const;
  void step_wall(NodeIndex node, Duration step);
  // How likely a rare path is on this machine, whether its node runs or not: parts per 10^9 of the times that somebody
  // comes by.
  void set_rare_path(NodeIndex node, env::RarePath path, std::uint64_t parts);
  // Disks of machines, whether their nodes run or not. The speed that is left, of reads, writes and syncs: parts per
  // 10^9, above 0.
  void set_disk_speed(NodeIndex node, std::uint64_t left);
  // What others write beside the node, and erase again. free: of what Hardware::disk_size leaves; none without a size.
  std::uint64_t disk_free(NodeIndex node) const;
  void take_disk_space(NodeIndex node, std::uint64_t bytes);
  void give_disk_space(NodeIndex node, std::uint64_t bytes);
  // One byte each of a part of what is stored, values and blobs (parts per 10^9), becomes another. Returns how many.
  std::size_t damage_disk(NodeIndex node, std::uint64_t parts, Generator& draws);
  void lose_disk(NodeIndex node);  // not running: it starts with an empty one

  // --- chains ------------------------------------------------------------------------------------------------------
  std::uint32_t add_chain(ChainConfig config);  // before the first run_until(); returns its index
  std::size_t chain_count() const;
  const Chain& chain(std::uint32_t index) const;
  std::optional<std::uint32_t> find_chain(std::string_view name) const;
  void set_balance(std::uint32_t chain, const std::string& address, std::string units);
  std::uint64_t reorg(std::uint32_t chain, std::uint64_t depth);  // blocks taken back; nodes learn with their delay
  // Unreachable for these nodes: silence, submit() and balance() fail. Calls nest by count.
  void begin_outage(std::uint32_t chain, std::span<const NodeIndex> nodes);
  void end_outage(std::uint32_t chain, std::span<const NodeIndex> nodes);
  // Adds to (or takes from) what these nodes wait for the chain on top of their own latency.
  void add_chain_delay(std::uint32_t chain, std::span<const NodeIndex> nodes, Duration extra);
  // A transaction that no node of ours sent (a message event made by a user). False when the mempool is full.
  bool inject(std::uint32_t chain, env::ChainEvent event);

  // --- time --------------------------------------------------------------------------------------------------------
  Instant now() const;
  Wall wall() const;                             // of the run: epoch + now, without any node's offset
  void at(Instant time, Callback<void()> call);  // after the nodes' events of that instant; not in any digest
  // Handles every event up to and including `until`; now() is `until` afterwards unless it ended early.
  RunEnd run_until(Instant until, std::uint64_t events_max = ~std::uint64_t{0});
  void stop();  // from a call given to at(): run_until() returns after it

  // --- what happened -----------------------------------------------------------------------------------------------
  std::uint64_t events() const;  // taken from the queue
  std::uint64_t loop_events(NodeIndex node) const;
  DigestChain digest_chain(NodeIndex node) const;
  // scenario-format.md section 7. state_digests: by node, or empty when states are not compared (32 zero bytes each).
  Hash256 run_digest(std::span<const Hash256> state_digests) const;
  void observe(LoopObserver* observer);         // null: nobody; must outlive the run
  TrafficCounts traffic(NodeIndex node) const;  // over all incarnations
  Duration up_time(NodeIndex node) const;       // that it ran until now, all incarnations
  // Millijoules drawn while it ran, by Hardware: what it draws idle, and a part of the rest for each core at work.
  // Empty when the hardware does not say. EngineConfig::energy: the part that the physics sees is what SimGrid says.
  std::optional<std::uint64_t> energy(NodeIndex node) const;
  Duration cpu_busy(NodeIndex node) const;  // core time spent on executor jobs until now, all incarnations
  DiskUsage disk_usage(NodeIndex node) const;
  // All blobs that lie on disks of the run, whether their nodes run or not; one that many nodes have comes once for
  // each.
  void visit_blobs(const std::function<void(std::string_view name, const Bytes& blob)>& visit) const;
  std::uint64_t queued_events() const;
  const EngineConfig& config() const;

 private:
  explicit Engine(std::unique_ptr<Kernel> kernel);
  std::unique_ptr<Kernel> kernel_;
};

}  // namespace lastmile::sim
