// The real gossip router against the bare event queue, on one workload (simulation-engine.md section 1): opaque
// payloads of 1 KiB over a random 8-regular graph, a new one every 100 ms, latencies from synthetic places (mean about
// 90 ms). An item is one delivery of a message copy to a node; heartbeats, IHAVE and IWANT are paid for but not counted
// as items.
//
//   build/release/bench/gossip_bench
//
// prints, beside the rates, `ratio` = router / bare queue of the same run (target: at least 0.1, aim 0.2), and the
// bytes of state per router before traffic.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <vector>

#include "core/base/random.hpp"
#include "core/gossip/router.hpp"
#include "scenarios/engine/overlay/graph.hpp"
#include "sim/env/event_ring.hpp"

namespace lastmile::sim {
namespace {

constexpr std::uint32_t kDegree = 8;
constexpr Duration kMessageEvery = milliseconds(100);
constexpr Duration kWarmUp = seconds(10);  // meshes form before the clock of the benchmark starts
constexpr std::uint32_t kPayloadBytes = 1024;

struct Link {
  std::uint32_t to;
  env::PeerId back;  // how the other end numbers us
  Duration latency;
};

struct Workload {
  std::uint32_t nodes;
  std::uint32_t messages;
  std::vector<std::vector<Link>> links;  // by node, then PeerId
  std::vector<std::uint32_t> origin;

  explicit Workload(std::uint32_t n) : nodes(n), messages(std::max(20U, 4'000'000 / (7 * n))), links(n) {
    Generator draws(7);
    const scenario::Graph graph = std::move(scenario::random_regular(n, kDegree, draws)).value();
    std::vector<std::pair<double, double>> place;
    place.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) place.emplace_back(draws.unit() * 0.153, draws.unit() * 0.153);
    for (std::uint32_t a = 0; a < n; ++a) {
      for (const std::uint32_t b : graph.neighbours(a)) {
        if (b < a) continue;
        const double x = place[a].first - place[b].first;
        const double y = place[a].second - place[b].second;
        const Duration latency = Duration{static_cast<std::int64_t>(1e9 * std::sqrt(x * x + y * y))} + milliseconds(10);
        const env::PeerId at_a{static_cast<std::uint32_t>(links[a].size())};
        const env::PeerId at_b{static_cast<std::uint32_t>(links[b].size())};
        links[a].push_back({b, at_b, latency});
        links[b].push_back({a, at_a, latency});
      }
    }
    for (std::uint32_t i = 0; i < messages; ++i) origin.push_back(static_cast<std::uint32_t>(draws.below(n)));
  }
};

const Workload& workload(std::uint32_t nodes) {
  static std::map<std::uint32_t, Workload> made;
  return made.try_emplace(nodes, nodes).first->second;
}

struct Outcome {
  std::uint64_t deliveries = 0;
  double seconds = 0;  // of CPU
  double state_bytes = 0;
  std::uint64_t other_frames = 0;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Outcome run_bare(const Workload& load) {
  EventRing ring;
  std::vector<std::uint64_t> counters(load.nodes, 0);
  std::vector<std::uint64_t> seen(std::size_t{load.messages} * ((load.nodes + 63) / 64));
  const auto push = [&](std::uint32_t from, const Link& link, std::int64_t now, std::uint64_t message) {
    ring.push({now + link.latency.ns, make_route({link.to}, {from}), make_tail(counters[from]++, EventKind::frame, 0),
               message, 0, link.back.value});
  };
  Outcome outcome;
  const double begin = cpu_seconds();
  for (std::uint32_t m = 0; m < load.messages; ++m) {
    const std::uint32_t at = load.origin[m];
    ring.push(
        {m * kMessageEvery.ns, make_route({at}, {at}), make_tail(counters[at]++, EventKind::call, 0), m, 0, kDegree});
  }
  while (const Event* next = ring.peek()) {
    const Event event = *next;
    ring.pop();
    const std::uint32_t node = event.destination().value;
    outcome.deliveries += event.kind() == EventKind::frame ? 1 : 0;
    std::uint64_t& word = seen[event.argument * ((load.nodes + 63) / 64) + node / 64];
    const std::uint64_t bit = std::uint64_t{1} << (node % 64);
    if ((word & bit) != 0) continue;
    word |= bit;
    for (std::uint32_t p = 0; p < load.links[node].size(); ++p) {
      if (p != event.extra) push(node, load.links[node][p], event.time, event.argument);
    }
  }
  outcome.seconds = cpu_seconds() - begin;
  return outcome;
}

// Routers of one network in one queue.
class Routers {
 public:
  Routers(const Workload& load, const gossip::Params& params, const gossip::TopicScoreParams& score) : load_(load) {
    topics_->add(gossip::kMessageTopicName, score);
    topics_->add(gossip::kAliveTopicName, score);
    const auto shared = std::make_shared<const gossip::Params>(params);
    Generator draws(3);
    nodes_.reserve(load.nodes);
    for (std::uint32_t n = 0; n < load.nodes; ++n) nodes_.push_back(std::make_unique<Node>(*this, n, shared));
    for (std::uint32_t n = 0; n < load.nodes; ++n) {
      nodes_[n]->router.join(gossip::TopicId{0}, now_);
      nodes_[n]->router.join(gossip::TopicId{1}, now_);
      for (std::uint32_t p = 0; p < load.links[n].size(); ++p) {
        const Link& link = load.links[n][p];
        nodes_[n]->router.on_connected(
            env::PeerId{p}, {link.to > n ? env::Direction::outbound : env::Direction::inbound, false, link.to + 1, 0},
            now_);
      }
      ring_.push({draws.uniform({}, params.heartbeat).ns, make_route({n}, {n}),
                  make_tail(nodes_[n]->counter++, EventKind::timer, 0), 0, 0, 0});
    }
  }
  ~Routers() {
    ring_.drain([](const Event& event) {
      if (event.kind() == EventKind::frame) env::Frame::adopt(reinterpret_cast<const env::FrameBody*>(event.argument));
    });
  }

  void run_until(Instant end) {
    while (const Event* next = ring_.peek(end.ns)) {
      const Event event = *next;
      ring_.pop();
      prefetch();
      now_ = Instant{event.time};
      Node& node = *nodes_[event.destination().value];
      if (event.kind() == EventKind::frame) {
        const env::Frame frame = env::Frame::adopt(reinterpret_cast<const env::FrameBody*>(event.argument));
        node.router.on_frame(env::PeerId{event.extra}, frame, now_);
      } else {
        node.router.heartbeat(now_);
        ring_.push({event.time + seconds(1).ns, event.route, make_tail(node.counter++, EventKind::timer, 0), 0, 0, 0});
      }
    }
    now_ = end;
  }

  // As the engine does: each step reads only what an earlier one has asked for.
  [[gnu::always_inline]] inline void prefetch() const {
    if (const Event* event = ring_.glimpse(10)) {
      const Node& node = *nodes_[event->destination().value];
      __builtin_prefetch(&node.counter, 1);
      node.router.prefetch();
    }
    if (const Event* event = ring_.glimpse(5); event != nullptr && event->kind() == EventKind::frame) {
      nodes_[event->destination().value]->router.prefetch(env::PeerId{event->extra});
    }
  }

  void publish(std::uint32_t m) {
    gossip::MessageFields fields;
    fields.from = gossip::Field::synthetic(38, load_.origin[m]);
    fields.data = gossip::Field::synthetic(kPayloadBytes, m);
    fields.seqno = gossip::seqno_field(m);
    fields.topic = gossip::Field::of(gossip::kMessageTopicName);
    fields.signature = gossip::Field::synthetic(256, m);
    const auto message = gossip::make_message(std::move(fields), *topics_, {}, numbers_.get());
    nodes_[load_.origin[m]]->router.publish(message, now_);
  }

  Outcome sum() const {
    Outcome outcome;
    for (const auto& node : nodes_) {
      const gossip::Statistics& s = node->router.statistics();
      outcome.deliveries += s.first_deliveries + s.duplicates;
      outcome.other_frames += s.control_frames_sent;
      outcome.state_bytes += static_cast<double>(node->router.memory_bytes()) / load_.nodes;
    }
    return outcome;
  }
  Instant now() const { return now_; }

 private:
  struct Node final : gossip::Actions {
    Node(Routers& routers, std::uint32_t n, const gossip::SharedParams& params)
        : all(routers),
          links(routers.load_.links[n].data()),
          number(n),
          random(substream(5, n, "gossip")),
          router(params, routers.topics_, routers.numbers_, n + 1, random, *this) {}
    bool send(env::PeerId to, const env::Frame& frame) override {
      const Link& link = links[to.value];
      env::Frame copy = frame;
      all.ring_.push({all.now_.ns + link.latency.ns, make_route({link.to}, {number}),
                      make_tail(counter++, EventKind::frame, 0), reinterpret_cast<std::uint64_t>(copy.detach()), 0,
                      link.back.value});
      return true;
    }
    gossip::Check verify(const gossip::MessageRef&, env::PeerId) override { return gossip::Check::good; }
    gossip::Verdict validate(const gossip::MessageRef&, env::PeerId) override { return gossip::Verdict::accept; }
    void deliver(const gossip::MessageRef&, env::PeerId) override {}
    Routers& all;
    const Link* links;
    std::uint32_t number;
    std::uint64_t counter = 0;
    Generator random;
    gossip::Router router;
  };

  const Workload& load_;
  std::shared_ptr<gossip::Topics> topics_ = std::make_shared<gossip::Topics>();
  std::shared_ptr<gossip::MessageNumbers> numbers_ = std::make_shared<gossip::MessageNumbers>();
  EventRing ring_;
  Instant now_{};
  std::vector<std::unique_ptr<Node>> nodes_;
};

Outcome run_routers(const Workload& load, const gossip::Params& params, const gossip::TopicScoreParams& score = {}) {
  Routers routers(load, params, score);
  routers.run_until(Instant{kWarmUp.ns});
  const Outcome before = routers.sum();
  const double begin = cpu_seconds();
  for (std::uint32_t m = 0; m < load.messages; ++m) {
    routers.publish(m);
    routers.run_until(routers.now() + kMessageEvery);
  }
  routers.run_until(routers.now() + seconds(2));
  Outcome outcome = routers.sum();
  outcome.seconds = cpu_seconds() - begin;
  outcome.state_bytes = before.state_bytes;
  outcome.deliveries -= before.deliveries;
  outcome.other_frames -= before.other_frames;
  return outcome;
}

void report(benchmark::State& state, const Outcome& bare, const Outcome& router) {
  const double rate = static_cast<double>(router.deliveries) / router.seconds;
  const double bare_rate = static_cast<double>(bare.deliveries) / bare.seconds;
  state.counters["router/s"] = rate;
  state.counters["bare/s"] = bare_rate;
  state.counters["ratio"] = rate / bare_rate;
  state.counters["idle_bytes"] = router.state_bytes;
  state.counters["copies"] = static_cast<double>(router.deliveries);
  state.counters["gossip_frames"] = static_cast<double>(router.other_frames);
  state.SetItemsProcessed(static_cast<std::int64_t>(router.deliveries));
}

void measure(benchmark::State& state, const gossip::Params& params, const gossip::TopicScoreParams& score) {
  const Workload& load = workload(static_cast<std::uint32_t>(state.range(0)));
  Outcome bare;
  Outcome router;
  for (auto turn : state) {
    (void)turn;
    const auto add = [](Outcome& to, const Outcome& more) {
      to.deliveries += more.deliveries;
      to.seconds += more.seconds;
      to.other_frames += more.other_frames;
      to.state_bytes = more.state_bytes;
    };
    add(bare, run_bare(load));
    const Outcome once = run_routers(load, params, score);
    add(router, once);
    state.SetIterationTime(once.seconds);
  }
  report(state, bare, router);
}

void opaque_payloads(benchmark::State& state) {
  gossip::Params params;
  params.checking = gossip::Checking::none;
  measure(state, params, {});
}
void checked_at_once(benchmark::State& state) { measure(state, {}, {}); }
// P3 counts duplicates too.
void mesh_delivery_scores(benchmark::State& state) {
  gossip::Params params;
  params.checking = gossip::Checking::none;
  gossip::TopicScoreParams score;
  score.mesh_deliveries_weight = -0.001;
  score.mesh_deliveries_window = seconds(2);
  measure(state, params, score);
}

BENCHMARK(opaque_payloads)->Arg(1000)->Arg(10000)->Iterations(3)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(checked_at_once)->Arg(1000)->Arg(10000)->Iterations(2)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(mesh_delivery_scores)->Arg(1000)->Iterations(2)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::sim

BENCHMARK_MAIN();
