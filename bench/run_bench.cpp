// What one message costs on one node of a simulated network, against the in-memory pipeline of a node of its own: all
// core nodes with the whole pipeline behind the gossip router, signatures verified and messages read once per run, as
// runs do (simulation-engine.md section 1); the single node reads each itself. An item is one message processed on one
// node; router, engine, heartbeats and timers are paid for. They take turns, for the speed of a core changes from one
// second to the next.
//
//   build/release/bench/run_bench
//
// The single node is that of pipeline_bench. `small_node` holds as few messages as each node of the network, which fit
// the caches of the processor, as the 300,000 entries of the network never can. `entry_bytes` is what the heap grew by,
// per message and node (simulation-engine.md section 9).
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/memory_node.hpp"
#include "bench/messages.hpp"
#include "bench/process_use.hpp"
#include "core/base/random.hpp"
#include "core/trace/event.hpp"
#include "scenarios/engine/overlay/graph.hpp"
#include "sim/env/engine.hpp"
#include "sim/run/core_sim_node.hpp"

namespace lastmile::sim {
namespace {

constexpr std::uint32_t kNodes = 1000;
constexpr std::uint32_t kDegree = 8;
constexpr std::size_t kMessages = 300;
constexpr Duration kMessageEvery = milliseconds(100);
constexpr Duration kWarmUp = seconds(15);        // connections and meshes form before the clock of the benchmark starts
constexpr Duration kSpread = seconds(5);         // after the last message
constexpr Duration kTurn = seconds(1);           // the network's; about 0.4 s of CPU time
constexpr std::size_t kPipelineMessages = 4000;  // as pipeline_bench
// Content times must not lie in the future of any node.
constexpr Wall kEpoch{(bench::kFirstSecond + static_cast<std::int64_t>(kMessages)) * kBillion};

const std::vector<std::string>& messages() {
  static const std::vector<std::string> all = bench::make_messages(kMessages);
  return all;
}

using bench::cpu_seconds;
using bench::heap_bytes;

class CountingSink final : public trace::Sink {
 public:
  void record(const trace::Event& event) override { processed += event.kind == trace::Kind::message_processed ? 1 : 0; }
  std::uint64_t processed = 0;
};

// The in-memory pipeline of one node, without signature check.
class SingleNode {
 public:
  explicit SingleNode(std::size_t count) : texts_(bench::make_messages(count)) {}
  // All messages on a new node.
  void run() {
    bench::MemoryNode node;
    const double begin = cpu_seconds();
    for (const std::string& text : texts_) node.process(std::move(*message::parse_envelope(text)));
    seconds_ += cpu_seconds() - begin;
    done_ += texts_.size();
  }
  double rate() const { return static_cast<double>(done_) / seconds_; }

 private:
  std::vector<std::string> texts_;
  double seconds_ = 0;
  std::size_t done_ = 0;
};

void thousand_nodes(benchmark::State& state) {
  messages();  // signed before the clock starts
  SingleNode single(kPipelineMessages);
  SingleNode small(kMessages);
  double seconds_spent = 0;
  double entry_bytes = 0;
  std::uint64_t events = 0;
  std::uint64_t processed = 0;
  for (auto turn : state) {
    (void)turn;
    Generator draws(7);
    const scenario::Graph graph = std::move(scenario::random_regular(kNodes, kDegree, draws)).value();
    EngineConfig engine_config;
    engine_config.epoch = kEpoch;
    engine_config.regions.delay = {milliseconds(80)};
    auto engine = std::move(Engine::create(std::move(engine_config))).value();

    node::NodeConfig shared;
    shared.roads = {.gossip = true, .reconciliation = false, .chain = false, .content_store = false};
    node::use_default_gossip(shared);
    shared.message_numbers = std::make_shared<gossip::MessageNumbers>(1);
    shared.parses = std::make_shared<node::ParseCache>();
    CountingSink sink;
    for (std::uint32_t n = 0; n < kNodes; ++n) {
      NodeSpec spec;
      spec.name = std::to_string(n);
      spec.hardware.access_latency = draws.uniform(milliseconds(1), milliseconds(9));
      spec.hardware.uplink_bits = spec.hardware.downlink_bits = 1'000'000'000;
      spec.hardware.disk_sync = milliseconds(1);
      node::NodeConfig config = shared;
      for (const std::uint32_t other : graph.neighbours(n)) {
        if (((n + other) % 2 == 0) == (n < other)) config.peers.push_back(std::to_string(other));
      }
      engine->add_node(std::move(spec), [config, &sink](const NodeEnv& env) {
        return std::make_unique<CoreSimNode>(env, config, sink);
      });
    }
    for (std::uint32_t n = 0; n < kNodes; ++n) engine->start({n});
    engine->run_until(Instant{} + kWarmUp);
    for (std::size_t m = 0; m < kMessages; ++m) {
      const NodeIndex origin{static_cast<std::uint32_t>(draws.below(kNodes))};
      engine->at(Instant{} + kWarmUp + Duration{static_cast<std::int64_t>(m) * kMessageEvery.ns}, [&engine, origin, m] {
        static_cast<CoreSimNode*>(engine->node(origin))->core()->publish(messages()[m], {}, [](const node::Receipt&) {
        });
      });
    }
    const double heap = heap_bytes();
    const std::uint64_t events_before = engine->events();
    const Instant end = Instant{} + kWarmUp + Duration{kMessages * kMessageEvery.ns} + kSpread;
    double spent = 0;
    for (Instant now = Instant{} + kWarmUp; now < end; now = now + kTurn) {
      const double begin = cpu_seconds();
      engine->run_until(now + kTurn);
      spent += cpu_seconds() - begin;
      single.run();
      for (std::size_t i = 0; i < kPipelineMessages; i += kMessages) small.run();
    }
    if (sink.processed != kMessages * kNodes) return state.SkipWithError("not everything was processed everywhere");
    seconds_spent += spent;
    entry_bytes = (heap_bytes() - heap) / static_cast<double>(sink.processed);
    events += engine->events() - events_before;
    processed += sink.processed;
    state.SetIterationTime(spent);
  }
  const double rate = static_cast<double>(processed) / seconds_spent;
  state.counters["network/s"] = rate;
  state.counters["single_node/s"] = single.rate();
  state.counters["ratio"] = rate / single.rate();
  state.counters["small_node/s"] = small.rate();
  state.counters["small_ratio"] = rate / small.rate();
  state.counters["entry_bytes"] = entry_bytes;
  state.counters["events_per_item"] = static_cast<double>(events) / static_cast<double>(processed);
  state.counters["us_per_item"] = 1e6 * seconds_spent / static_cast<double>(processed);
  state.SetItemsProcessed(static_cast<std::int64_t>(processed));
}
BENCHMARK(thousand_nodes)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::sim

BENCHMARK_MAIN();
