// Repeatability: what must not change a run, what must, and finding the first event that differs.
#include <gtest/gtest.h>

#include <list>

#include "sim/env/loop_record.hpp"
#include "sim/env/run_digest.hpp"
#include "sim/fault/injector.hpp"
#include "sim/world/topology.hpp"
#include "tests/unit/sim/chatter.hpp"

namespace lastmile::sim::test {
namespace {

struct Options {
  std::uint64_t seed = 7;
  NetworkLevel level = NetworkLevel::access;
  CryptoMode crypto = CryptoMode::cached;
  std::uint64_t bandwidth_bits = 20'000'000;
  Instant lie_at{INT64_MAX};  // of node 5
  LoopObserver* observer = nullptr;
  bool allocation_noise = false;
  bool in_small_steps = false;
  bool faults = true;
  Duration loop_cost = {};
  std::uint64_t state_byte = 0;  // in the state digest of node 3
};

constexpr std::uint32_t kNodes = 24;

void add_faults(Injector& injector) {
  const auto nodes = [](std::uint32_t from, std::uint32_t to) {
    std::vector<NodeIndex> out;
    for (std::uint32_t i = from; i < to; ++i) out.push_back({i});
    return out;
  };
  const auto at = [](std::int64_t s) { return Instant{} + seconds(s); };
  LinkRule cut{nodes(0, 12), nodes(12, 24)};
  cut.cut = CutMode::stall;
  injector.schedule({"cut", at(3), at(7), LinkFault{cut}});
  LinkRule bad{nodes(0, 4), nodes(4, 24)};
  bad.quality.loss = 50'000'000;
  bad.quality.jitter = milliseconds(20);
  injector.schedule({"bad", at(8), at(12), LinkFault{bad}});
  injector.schedule({"crash", at(5), at(9), CrashFault{nodes(6, 9), DiskFate::torn, {}}});
  injector.schedule({"pause", at(6), at(8), PauseFault{nodes(14, 16)}});
  injector.schedule({"drift", at(2), at(12), ClockFault{nodes(20, 22), seconds(5), true, 20'000}});
  injector.schedule({"fork", at(10), at(10), ChainReorgFault{0, 2}});
  injector.schedule({"churn", at(4), at(11),
                     ChurnFault{nodes(17, 19), [](Generator& g) { return milliseconds(g.between(200, 1500)); },
                                [](Generator& g) { return milliseconds(g.between(50, 500)); }, DiskFate::kept}});
}

Hash256 run(const Options& options) {
  EngineConfig config;
  config.seed = options.seed;
  config.level = options.level;
  config.crypto = options.crypto;
  config.regions = {2, {milliseconds(5), milliseconds(40), milliseconds(45), milliseconds(8)}};
  config.loop_cost.by_kind.fill(options.loop_cost);
  auto engine = std::move(Engine::create(std::move(config))).value();
  engine->observe(options.observer);
  ChainConfig chain;
  chain.name = "chain";
  chain.block_time = [](Generator& g) { return milliseconds(g.between(300, 1500)); };
  chain.finality_blocks = 4;
  engine->add_chain(std::move(chain));

  Generator draws(options.seed);
  const Graph graph = std::move(random_regular(kNodes, 6, draws)).value();
  std::list<Bytes> noise;
  std::uint64_t noise_state = 12345;
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    NodeSpec spec;
    spec.name = "n" + std::to_string(i);
    spec.region = i % 2;
    spec.hardware.uplink_bits = spec.hardware.downlink_bits = options.bandwidth_bits;
    spec.hardware.access_latency = microseconds(draws.between(100, 3000));
    spec.hardware.disk_sync = microseconds(700);
    ChatterPlan plan;
    for (const std::uint32_t each : graph.neighbours(i))
      if (each > i) plan.friends.push_back(each);
    if (i == 5) plan.lie_at = options.lie_at;
    engine->add_node(std::move(spec), [plan](const NodeEnv& env) { return std::make_unique<Chatter>(env, plan); });
    if (options.allocation_noise) noise.emplace_back(997 * (i + 1));
  }
  Injector injector(*engine, options.seed);
  if (options.faults) add_faults(injector);
  for (std::uint32_t i = 0; i < kNodes; ++i) engine->start({i});
  const Instant end = Instant{} + seconds(14);
  if (options.in_small_steps || options.allocation_noise) {
    while (engine->now() < end) {
      engine->run_until(std::min(end, engine->now() + microseconds(333)), 50);
      if (!options.allocation_noise) continue;
      // Blocks of changing size come and go, so that the addresses of everything differ.
      noise_state = noise_state * 6364136223846793005U + 1;
      noise.emplace_back(16 + (noise_state >> 33) % 4000);
      if (noise.size() > 50)
        noise.erase(std::next(noise.begin(), static_cast<std::ptrdiff_t>((noise_state >> 40) % 50)));
    }
  } else {
    engine->run_until(end);
  }
  std::vector<Hash256> states(kNodes);
  states[3].bytes[0] = static_cast<std::uint8_t>(options.state_byte);
  return engine->run_digest(states);
}

TEST(RunDigest, the_same_seed_gives_the_same_digest_and_another_seed_another) {
  EXPECT_EQ(run({}), run({}));
  EXPECT_NE(run({}), run({.seed = 8}));
}

TEST(RunDigest, does_not_depend_on_addresses_steps_or_observers) {
  const Hash256 plain = run({});
  LoopRecord record;
  EXPECT_EQ(plain, run({.observer = &record}));
  EXPECT_EQ(plain, run({.allocation_noise = true}));
  EXPECT_EQ(plain, run({.in_small_steps = true}));
  EXPECT_GT(record.events().size(), 20'000U);
}

TEST(RunDigest, is_the_same_for_jobs_cached_and_real) { EXPECT_EQ(run({}), run({.crypto = CryptoMode::real})); }

TEST(RunDigest, is_the_same_for_delay_and_access_with_infinite_bandwidth) {
  const Hash256 delay = run({.level = NetworkLevel::delay});
  EXPECT_EQ(delay, run({.bandwidth_bits = 0}));
  EXPECT_NE(delay, run({})) << "20 Mbit/s are felt";
  // The links pass events on under their own key: almost infinite differs by nanoseconds only.
  EXPECT_EQ(delay, run({.level = NetworkLevel::delay, .bandwidth_bits = 1000}));
}

TEST(RunDigest, covers_states_faults_and_the_cost_of_the_loop) {
  const Hash256 plain = run({});
  EXPECT_NE(plain, run({.state_byte = 1}));
  EXPECT_NE(plain, run({.faults = false}));
  EXPECT_NE(plain, run({.loop_cost = microseconds(50)}));
  EXPECT_EQ(run({.loop_cost = microseconds(50)}), run({.loop_cost = microseconds(50)}));
}

// Release, debug and sanitized builds must agree; the value changes only with the model, on purpose.
TEST(RunDigest, is_the_one_of_every_build) {
  EXPECT_EQ(run({}).hex(), "a43d4c20e38f7aef7776d389a7380b7b2033febf6cf905a1526ae34dfe060a9a");
}

TEST(LoopRecord, names_the_first_event_in_which_twins_differ) {
  LoopRecord honest, lying;
  const Hash256 a = run({.observer = &honest});
  const Instant planted = Instant{} + milliseconds(2500);
  const Hash256 b = run({.lie_at = planted, .observer = &lying});
  EXPECT_NE(a, b);
  const auto difference = first_difference(honest, lying);
  ASSERT_TRUE(difference.has_value());
  ASSERT_TRUE(difference->first && difference->second);
  // A frame from node 5, shortly after it lied, with another payload at the same moment and place.
  EXPECT_EQ(difference->second->kind, LoopKind::frame);
  EXPECT_EQ(difference->second->source, NodeIndex{5});
  EXPECT_EQ(difference->first->time, difference->second->time);
  EXPECT_EQ(difference->first->node, difference->second->node);
  EXPECT_NE(difference->first->payload, difference->second->payload);
  EXPECT_GT(difference->second->time, planted);
  EXPECT_LT(difference->second->time, planted + milliseconds(200));
  EXPECT_NE(difference->text().find("frame from 5"), std::string::npos) << difference->text();
  EXPECT_FALSE(first_difference(honest, honest).has_value());
}

TEST(LoopCheckpoints, find_the_interval_that_a_second_pair_of_runs_records) {
  const Instant planted = Instant{} + milliseconds(9700);
  LoopCheckpoints first(milliseconds(500)), second(milliseconds(500));
  run({.observer = &first});
  run({.lie_at = planted, .observer = &second});
  const auto interval = LoopCheckpoints::first_difference(first, second);
  ASSERT_TRUE(interval.has_value());
  LoopRecord a(*interval, *interval + first.interval());
  LoopRecord b(*interval, *interval + first.interval());
  run({.observer = &a});
  run({.lie_at = planted, .observer = &b});
  EXPECT_LT(a.events().size(), 5000U);
  const auto difference = first_difference(a, b);
  ASSERT_TRUE(difference.has_value() && difference->second);
  EXPECT_EQ(difference->second->source, NodeIndex{5});
  EXPECT_FALSE(LoopCheckpoints::first_difference(first, first).has_value());
}

TEST(DigestChain, depends_on_order_time_kind_and_payload) {
  const auto chain = [](std::initializer_list<std::array<std::uint64_t, 3>> events) {
    DigestChain value;
    for (const auto& [time, kind, payload] : events) value.add(time, kind, payload);
    return value;
  };
  EXPECT_EQ(chain({{1, 2, 3}, {4, 5, 6}}), chain({{1, 2, 3}, {4, 5, 6}}));
  EXPECT_FALSE(chain({{1, 2, 3}, {4, 5, 6}}) == chain({{4, 5, 6}, {1, 2, 3}}));
  EXPECT_FALSE(chain({{1, 2, 3}}) == chain({{1, 3, 2}}));
  EXPECT_FALSE(chain({{0, 0, 0}}) == DigestChain{});
  EXPECT_FALSE(chain({{0, 0, 0}}) == chain({{0, 0, 0}, {0, 0, 0}}));
}

TEST(DigestChain, single_bits_reach_every_later_value) {
  Generator draws(3);
  for (int bit = 0; bit < 192; ++bit) {
    DigestChain a, b;
    std::array<std::uint64_t, 3> event{draws.next(), draws.next(), draws.next()};
    a.add(event[0], event[1], event[2]);
    event[static_cast<std::size_t>(bit / 64)] ^= std::uint64_t{1} << (bit % 64);
    b.add(event[0], event[1], event[2]);
    for (int i = 0; i < 4; ++i) {
      EXPECT_FALSE(a == b);
      a.add(static_cast<std::uint64_t>(i), 1, 2);
      b.add(static_cast<std::uint64_t>(i), 1, 2);
    }
    const int differing = std::popcount(a.low ^ b.low) + std::popcount(a.high ^ b.high);
    EXPECT_GT(differing, 30) << "bit " << bit;
  }
}

}  // namespace
}  // namespace lastmile::sim::test
