// Repeatability: what must not change a run, what must, and finding the first event that differs.
#include <gtest/gtest.h>

#include <list>
#include <map>
#include <memory>
#include <vector>

#include "core/base/callback.hpp"
#include "scenarios/engine/overlay/graph.hpp"
#include "sim/env/loop_record.hpp"
#include "sim/env/run_digest.hpp"
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

// What happens to the world, and when: cuts, losses, crashes, pauses, drifting clocks, a fork.
using Plan = std::multimap<Instant, Callback<void(Engine&)>>;

Plan faults() {
  const auto nodes = [](std::uint32_t from, std::uint32_t to) {
    std::vector<NodeIndex> out;
    for (std::uint32_t i = from; i < to; ++i) out.push_back({i});
    return out;
  };
  const auto at = [](std::int64_t ms) { return Instant{} + milliseconds(ms); };
  Plan plan;
  const auto rule = [&plan](Instant from, Instant until, LinkRule what) {
    auto id = std::make_shared<LinkRuleId>();
    plan.emplace(from, [id, what](Engine& engine) { *id = engine.add_rule(what); });
    plan.emplace(until, [id](Engine& engine) { engine.remove_rule(*id); });
  };
  LinkRule cut{nodes(0, 12), nodes(12, 24)};
  cut.cut = CutMode::stall;
  rule(at(3000), at(7000), cut);
  LinkRule bad{nodes(0, 4), nodes(4, 24)};
  bad.quality.loss = 50'000'000;
  bad.quality.jitter = milliseconds(20);
  rule(at(8000), at(12000), bad);
  const auto down = [&](Instant from, Instant until, NodeIndex node, DiskFate fate) {
    plan.emplace(from, [node, fate](Engine& engine) { engine.crash(node, fate); });
    plan.emplace(until, [node](Engine& engine) { engine.start(node); });
  };
  for (const NodeIndex node : nodes(6, 9)) down(at(5000), at(9000), node, DiskFate::torn);
  for (const NodeIndex node : nodes(17, 19)) {
    for (std::int64_t i = 0; i < 9; ++i) down(at(4000 + i * 800), at(4300 + i * 800), node, DiskFate::kept);
  }
  for (const NodeIndex node : nodes(14, 16)) {
    plan.emplace(at(6000), [node](Engine& engine) { engine.pause(node); });
    plan.emplace(at(8000), [node](Engine& engine) { engine.resume(node); });
  }
  for (const NodeIndex node : nodes(20, 22)) {
    plan.emplace(at(2000), [node](Engine& engine) {
      engine.step_wall(node, seconds(5));
      engine.set_drift(node, 20'000);
    });
    plan.emplace(at(12000), [node](Engine& engine) { engine.set_drift(node, 0); });
  }
  plan.emplace(at(10000), [](Engine& engine) { engine.reorg(0, 2); });
  return plan;
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
  const scenario::Graph graph = std::move(scenario::random_regular(kNodes, 6, draws)).value();
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
  Plan plan = options.faults ? faults() : Plan{};
  for (std::uint32_t i = 0; i < kNodes; ++i) engine->start({i});
  const Instant end = Instant{} + seconds(14);
  const bool steps = options.in_small_steps || options.allocation_noise;
  while (engine->now() < end) {
    const Instant stop = plan.empty() ? end : plan.begin()->first;
    const Instant step = steps ? std::min(stop, engine->now() + microseconds(333)) : stop;
    engine->run_until(step, steps ? 50 : ~std::uint64_t{0});
    while (!plan.empty() && plan.begin()->first <= engine->now()) plan.extract(plan.begin()).mapped()(*engine);
    if (!options.allocation_noise) continue;
    // Blocks of changing size come and go, so that the addresses of everything differ.
    noise_state = noise_state * 6364136223846793005U + 1;
    noise.emplace_back(16 + (noise_state >> 33) % 4000);
    if (noise.size() > 50) noise.erase(std::next(noise.begin(), static_cast<std::ptrdiff_t>((noise_state >> 40) % 50)));
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
  EXPECT_GT(record.kept().size(), 20'000U);
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
  EXPECT_EQ(run({}).hex(), "92575359a29cb6416b726fed943bbfc1dbc2cc0d6f8ca5cf43fdca87d9010a3a");
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

TEST(LoopRecord, that_is_full_does_not_end_before_a_longer_one) {
  LoopRecord few(Instant{}, Instant{INT64_MAX}, 100), more(Instant{}, Instant{INT64_MAX}, 200);
  run({.observer = &few});
  run({.observer = &more});
  EXPECT_FALSE(few.complete());
  EXPECT_EQ(few.kept().size(), 100U);
  EXPECT_FALSE(first_difference(few, more).has_value());
  LoopRecord whole;
  run({.observer = &whole});
  EXPECT_TRUE(whole.complete());
  EXPECT_FALSE(first_difference(few, whole).has_value());
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
  EXPECT_LT(a.kept().size(), 5000U);
  const auto difference = first_difference(a, b);
  ASSERT_TRUE(difference.has_value() && difference->second);
  EXPECT_EQ(difference->second->source, NodeIndex{5});
  EXPECT_FALSE(LoopCheckpoints::first_difference(first, first).has_value());
}

TEST(LoopCheckpoints, have_room_for_the_longest_run) {
  EXPECT_EQ(LoopCheckpoints::interval_for(minutes(5)), milliseconds(100));
  for (const Duration run : {hours(24 * 12), hours(24 * 366 * 4)}) {
    const Duration interval = LoopCheckpoints::interval_for(run);
    EXPECT_LT(static_cast<std::size_t>(run.ns / interval.ns), LoopCheckpoints::kIntervalsMax);
  }
  LoopCheckpoints checkpoints(LoopCheckpoints::interval_for(hours(24 * 12)));
  checkpoints.on_loop_event({Instant{} + hours(24 * 12), NodeIndex{0}, NodeIndex{0}, LoopKind::timer, 1});
  EXPECT_FALSE(checkpoints.kept().empty());
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
