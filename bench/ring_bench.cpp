// Rates of the event queue, bare and under the whole engine, on one workload (simulation-engine.md section 1): messages
// of 1 KiB flooded over a random graph of degree 8, a new one every 100 ms, latencies from synthetic places (mean about
// 90 ms). About 7 copies of each message reach each node; an item is one delivery.
//
//   build/release/bench/ring_bench --benchmark_min_time=2
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/random.hpp"
#include "scenarios/engine/overlay/graph.hpp"
#include "sim/env/engine.hpp"
#include "sim/env/event_ring.hpp"

namespace lastmile::sim {
namespace {

constexpr std::uint32_t kDegree = 8;
constexpr std::int64_t kMessageEvery = 100'000'000;
constexpr std::int64_t kAccess = 5'000'000;

struct Flood {
  std::uint32_t nodes;
  std::uint32_t messages;
  scenario::Graph graph;
  std::vector<std::pair<double, double>> place;
  std::vector<std::uint32_t> origin;

  explicit Flood(std::uint32_t n) : nodes(n), messages(std::max(4U, 2'000'000 / (7 * n))), graph(0) {
    Generator draws(7);
    graph = std::move(scenario::random_regular(n, kDegree, draws)).value();
    for (std::uint32_t i = 0; i < n; ++i) place.emplace_back(draws.unit() * 0.153, draws.unit() * 0.153);
    for (std::uint32_t i = 0; i < messages; ++i) origin.push_back(static_cast<std::uint32_t>(draws.below(n)));
  }
  std::int64_t latency(std::uint32_t a, std::uint32_t b) const {
    const double x = place[a].first - place[b].first;
    const double y = place[a].second - place[b].second;
    return static_cast<std::int64_t>(1e9 * std::sqrt(x * x + y * y)) + 2 * kAccess;
  }
};

// The queue and nothing else: neighbours, latencies and a table of who has what.
void bare_ring(benchmark::State& state) {
  const Flood flood(static_cast<std::uint32_t>(state.range(0)));
  struct Link {
    std::uint32_t to;
    std::int64_t latency;
  };
  std::vector<Link> links;
  for (std::uint32_t i = 0; i < flood.nodes; ++i) {
    const auto& near = flood.graph.neighbours(i);
    for (std::uint32_t k = 0; k < kDegree; ++k)
      links.push_back(k < near.size() ? Link{near[k], flood.latency(i, near[k])} : Link{i, 0});
  }
  std::uint64_t delivered = 0;
  for (auto turn : state) {
    (void)turn;
    EventRing ring;
    std::vector<std::uint64_t> counters(flood.nodes, 0);
    std::vector<std::uint8_t> seen(std::size_t{flood.nodes} * flood.messages, 0);
    for (std::uint32_t m = 0; m < flood.messages; ++m)
      ring.push(
          {m * kMessageEvery, make_route({flood.origin[m]}, kEngineNode), make_tail(m, EventKind::frame, 0), m, 0, 0});
    while (const Event* next = ring.peek()) {
      const Event event = *next;
      ring.pop();
      ++delivered;
      const std::uint32_t node = event.destination().value;
      std::uint8_t& had = seen[event.argument * flood.nodes + node];
      if (had != 0) continue;
      had = 1;
      const std::uint32_t from = event.source().value;
      for (std::uint32_t k = 0; k < kDegree; ++k) {
        const Link& link = links[std::size_t{node} * kDegree + k];
        if (link.to == from || link.to == node) continue;
        ring.push({event.time + link.latency, make_route({link.to}, {node}),
                   make_tail(counters[node]++, EventKind::frame, 0), event.argument, 0, 0});
      }
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(delivered));
}
BENCHMARK(bare_ring)->Arg(100)->Arg(1000)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

class OpaqueBody final : public env::FrameBody {
 public:
  OpaqueBody(std::uint32_t id, std::size_t size) : FrameBody(env::FrameKind::opaque, size, id), id_(id) {}
  Bytes encode() const override { return Bytes(wire_size(), 0); }
  std::uint32_t id() const { return id_; }

 private:
  std::uint32_t id_;
};

class FloodNode final : public SimNode, public env::FrameHandler, public env::PeerHandler {
 public:
  FloodNode(const NodeEnv& env, const Flood& flood, std::uint64_t& delivered)
      : network_(env.network), index_(env.index.value), flood_(flood), delivered_(delivered), seen_(flood.messages, 0) {
    network_.listen(env::Protocol::gossip, *this);
    network_.listen_peers(*this);
  }
  void start() override {
    for (const std::uint32_t near : flood_.graph.neighbours(index_))
      if (near > index_) network_.dial(std::to_string(near));
  }
  void publish(std::uint32_t id) { spread(env::Frame::make<OpaqueBody>(id, std::size_t{1024}), ~0U); }
  void on_frame(env::PeerId from, const env::Frame& frame) override {
    ++delivered_;
    const std::uint32_t id = static_cast<const OpaqueBody*>(frame.get())->id();
    if (seen_[id] == 0) spread(frame, from.value);
  }
  void on_request(env::PeerId, const env::Frame&, env::Reply) override {}
  void on_connected(env::PeerId peer, env::Direction) override { peers_.push_back(peer); }
  void on_lost(env::PeerId, env::CloseReason) override {}
  void on_dial_failed(std::string_view, env::CloseReason) override {}

 private:
  void spread(const env::Frame& frame, std::uint32_t except) {
    seen_[static_cast<const OpaqueBody*>(frame.get())->id()] = 1;
    for (const env::PeerId peer : peers_)
      if (peer.value != except) network_.send(peer, env::Protocol::gossip, frame);
  }
  env::Network& network_;
  std::uint32_t index_;
  const Flood& flood_;
  std::uint64_t& delivered_;
  std::vector<env::PeerId> peers_;
  std::vector<std::uint8_t> seen_;
};

// The same flood through the engine: connections, jitter, digests. Set-up and handshakes are not counted.
void flood_engine(benchmark::State& state, NetworkLevel level) {
  const Flood flood(static_cast<std::uint32_t>(state.range(0)));
  std::uint64_t delivered = 0;
  for (auto turn : state) {
    (void)turn;
    state.PauseTiming();
    EngineConfig config;
    config.level = level;
    config.regions.delay = {milliseconds(80)};
    {
      auto engine = std::move(Engine::create(std::move(config))).value();
      Generator draws(9);
      for (std::uint32_t i = 0; i < flood.nodes; ++i) {
        NodeSpec spec;
        spec.name = std::to_string(i);
        spec.hardware.access_latency = draws.uniform(milliseconds(1), milliseconds(9));
        spec.hardware.uplink_bits = spec.hardware.downlink_bits = 1'000'000'000;
        engine->add_node(std::move(spec),
                         [&](const NodeEnv& env) { return std::make_unique<FloodNode>(env, flood, delivered); });
      }
      for (std::uint32_t i = 0; i < flood.nodes; ++i) engine->start({i});
      const Instant begin = Instant{} + seconds(5);
      engine->run_until(begin);
      for (std::uint32_t m = 0; m < flood.messages; ++m) {
        engine->at(begin + Duration{m * kMessageEvery}, [&, m] {
          const NodeIndex node{flood.origin[m]};
          engine->on_loop(node, [&] { static_cast<FloodNode*>(engine->node(node))->publish(m); });
        });
      }
      state.ResumeTiming();
      engine->run_until(begin + Duration{flood.messages * kMessageEvery} + seconds(20));
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(delivered));
}
BENCHMARK_CAPTURE(flood_engine, delay, NetworkLevel::delay)
    ->Arg(1000)
    ->Arg(10000)
    ->Arg(100000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(flood_engine, access, NetworkLevel::access)
    ->Arg(1000)
    ->Arg(10000)
    ->Arg(100000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::sim

BENCHMARK_MAIN();
