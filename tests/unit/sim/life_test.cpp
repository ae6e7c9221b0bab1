// Starts, crashes, pauses, busy loops, clocks, timers, luck.
#include <gtest/gtest.h>

#include "sim/env/sim_clock.hpp"
#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using Stories = std::vector<std::string>;

TEST(Crash, peers_learn_of_it_and_the_next_incarnation_starts_clean) {
  Toys toys(2);
  toys.connect(0, 1);
  bool fired = false;
  toys.on(1, [&] { toys[1].env.timers.after(milliseconds(50), [&] { fired = true; }); });
  toys.send(0, 1, "on its way");
  toys.engine->crash({1}, DiskFate::kept);
  EXPECT_EQ(toys.engine->node({1}), nullptr);
  toys.run(milliseconds(1));
  toys.engine->start({1});
  toys.run(seconds(1));
  EXPECT_FALSE(fired) << "a timer of the dead incarnation fired";
  EXPECT_TRUE(toys[1].received.empty());
  EXPECT_EQ(toys[0].stories(), (Stories{"connected b", "lost b reset"}));
  EXPECT_EQ(toys[1].env.incarnation, 2U);
  toys.connect(1, 0);
  EXPECT_EQ(toys[0].stories().back(), "connected b");
}

TEST(Crash, a_peer_that_comes_back_before_the_news_of_its_death_replaces_its_connection) {
  // The farewell of the dead process is held by a cut; after keep-alive would be too late.
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({1}, {0});
  rule.cut = CutMode::hold;
  rule.direction = LinkDirection::first_to_second;
  const LinkRuleId id = toys.engine->add_rule(rule);
  toys.engine->crash({1}, DiskFate::kept);
  toys.run(milliseconds(100));
  toys.engine->start({1});
  toys.dial(1, 0);
  toys.run(milliseconds(100));
  EXPECT_EQ(toys[0].stories(), Stories{"connected b"});
  toys.engine->remove_rule(id);
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].stories(), (Stories{"connected b", "lost b reset", "connected b"}));
  EXPECT_EQ(toys[1].stories(), Stories{"connected a"});
}

TEST(Crash, a_node_behind_a_stall_is_missed_only_after_the_heal) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.cut = CutMode::stall;
  const LinkRuleId id = toys.engine->add_rule(rule);
  toys.engine->crash({1}, DiskFate::kept);
  toys.run(seconds(10));
  EXPECT_EQ(toys[0].peers.size(), 1U);
  toys.engine->remove_rule(id);
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].stories().back(), "lost b reset");
}

TEST(Stop, an_orderly_end_lets_the_node_say_its_last_word) {
  class Polite final : public SimNode, public env::PeerHandler {
   public:
    explicit Polite(const NodeEnv& env) : network_(env.network) { network_.listen_peers(*this); }
    void start() override { network_.dial("a"); }
    void stop() override { network_.send(peer_, env::Protocol::gossip, frame_of("goodbye")); }
    void on_connected(env::PeerId peer, env::Direction) override { peer_ = peer; }
    void on_lost(env::PeerId, env::CloseReason) override {}
    void on_dial_failed(std::string_view, env::CloseReason) override {}

   private:
    env::Network& network_;
    env::PeerId peer_{};
  };
  Toys toys(1);
  NodeSpec spec;
  spec.name = "polite";
  const NodeIndex polite =
      toys.engine->add_node(spec, [](const NodeEnv& env) { return std::make_unique<Polite>(env); });
  toys.engine->start(polite);
  toys.run(seconds(1));
  toys.engine->stop_node(polite);
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].texts(), Stories{"goodbye"});
  EXPECT_EQ(toys[0].stories().back(), "lost polite reset");
}

TEST(Pause, events_wait_in_order_and_the_clock_goes_on) {
  Toys toys(2);
  toys.connect(0, 1);
  std::vector<std::string> order;
  toys.on(1, [&] {
    toys[1].env.timers.after(milliseconds(300), [&] {
      order.push_back("timer at " + std::to_string(toys[1].env.clock.now().ns / 1'000'000));
    });
  });
  const Instant begin = toys.engine->now();
  toys.engine->pause({1});
  for (int i = 0; i < 3; ++i) {
    toys.send(0, 1, std::to_string(i));
    toys.run(milliseconds(200));
  }
  EXPECT_TRUE(toys[1].received.empty());
  toys.run(seconds(4));
  toys.engine->resume({1});
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].texts(), (Stories{"0", "1", "2"}));
  EXPECT_EQ(toys[1].received[0].time, begin + milliseconds(4600));
  EXPECT_EQ(order, Stories{"timer at " + std::to_string((begin.ns + 4'600'000'000) / 1'000'000)});
  EXPECT_EQ(toys[0].stories(), Stories{"connected b"});
}

TEST(Pause, a_long_one_costs_the_connections) {
  Toys toys(2);
  toys.connect(0, 1);
  toys.engine->pause({1});
  toys.run(seconds(61));
  EXPECT_EQ(toys[0].stories().back(), "lost b timeout");
  toys.engine->resume({1});
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].stories().back(), "lost a remote");
}

TEST(Pause, frames_beyond_the_limit_are_dropped_and_nothing_else) {
  EngineConfig config = Toys::quiet();
  config.network.backlog_frames_max = 4;
  Toys toys(2, std::move(config));
  toys.connect(0, 1);
  int fired = 0;
  toys.on(1, [&] {
    for (int i = 0; i < 10; ++i) toys[1].env.timers.after(milliseconds(i), [&] { ++fired; });
  });
  toys.engine->pause({1});
  for (int i = 0; i < 10; ++i) toys.send(0, 1, std::to_string(i));
  toys.run(seconds(1));
  toys.engine->resume({1});
  toys.run(seconds(1));
  EXPECT_EQ(fired, 10);
  EXPECT_EQ(toys[1].texts(), (Stories{"0", "1", "2", "3"}));
  EXPECT_EQ(toys.engine->traffic({1}).frames_dropped, 6U);
}

TEST(LoopCost, a_busy_loop_handles_events_one_after_another) {
  EngineConfig config = Toys::quiet();
  config.loop_cost.by_kind[static_cast<std::size_t>(LoopKind::frame)] = milliseconds(2);
  Toys toys(2, std::move(config));
  toys.connect(0, 1);
  const Instant begin = toys.engine->now();
  for (int i = 0; i < 4; ++i) toys.send(0, 1, std::to_string(i));
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].texts(), (Stories{"0", "1", "2", "3"}));
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(toys[1].received[i].time, begin + milliseconds(10 + 2 * static_cast<std::int64_t>(i)));
}

TEST(LoopCost, reads_of_the_disk_keep_the_loop_busy_but_not_those_of_a_job) {
  EngineConfig config = Toys::quiet();
  config.loop_cost.disk_read = milliseconds(5);
  Toys toys(1, std::move(config));
  Instant after_loop, after_job;
  toys.on(0, [&] {
    (void)toys[0].env.disk.latest().get("x");
    (void)toys[0].env.disk.snapshot()->seek("x");
    toys[0].env.timers.after({}, [&] { after_loop = toys.engine->now(); });
  });
  toys.run(seconds(1));
  EXPECT_EQ(after_loop, Instant{} + milliseconds(10));
  const Instant begin = toys.engine->now();
  toys.on(0, [&] {
    auto snapshot = toys[0].env.disk.snapshot();
    env::Job job{{1, 1}, {}, [snapshot] {
                   (void)snapshot->get("x");
                   return env::JobResult{};
                 }};
    toys[0].env.executor.submit(env::Lane::queries, std::move(job), [&](env::JobResult) {
      toys[0].env.timers.after({}, [&] { after_job = toys.engine->now(); });
    });
  });
  toys.run(seconds(1));
  EXPECT_EQ(after_job, begin);
}

TEST(SimClock, offset_and_steps_move_the_wall_alone) {
  Toys toys(1);
  NodeSpec spec;
  spec.name = "ahead";
  spec.clock.wall_offset = seconds(30);
  const NodeIndex node = toys.engine->add_node(spec, [](const NodeEnv& env) { return std::make_unique<ToyNode>(env); });
  toys.run(seconds(5));
  toys.engine->start(node);
  const env::Clock& clock = static_cast<ToyNode*>(toys.engine->node(node))->env.clock;
  EXPECT_EQ(clock.now(), Instant{} + seconds(5));
  EXPECT_EQ(clock.wall(), toys.engine->wall() + seconds(30));
  toys.engine->step_wall(node, seconds(-100));
  EXPECT_EQ(clock.now(), Instant{} + seconds(5));
  EXPECT_EQ(clock.wall(), toys.engine->wall() - seconds(70));
}

TEST(SimClock, drift_moves_both_clocks_and_timers_obey_the_node) {
  Toys toys(1);
  const env::Clock& clock = toys[0].env.clock;
  toys.engine->set_drift({0}, 100'000'000);  // a tenth too fast
  toys.run(seconds(10));
  EXPECT_EQ(clock.now(), Instant{} + seconds(11));
  EXPECT_EQ(clock.wall(), toys.engine->wall() + seconds(1));
  Instant fired;
  toys.on(0, [&] { toys[0].env.timers.after(seconds(11), [&] { fired = toys.engine->now(); }); });
  toys.run(seconds(20));
  EXPECT_EQ(fired, Instant{} + seconds(20));
  // Slowed down while a timer waits: it does not fire early by the node's own clock.
  const Instant due = clock.now() + seconds(11);
  Instant local;
  toys.on(0, [&] { toys[0].env.timers.after(seconds(11), [&] { local = clock.now(); }); });
  toys.engine->set_drift({0}, -500'000'000);
  toys.run(seconds(60));
  EXPECT_EQ(local, due);
}

// Faults that overlap may ask for more than a clock can do. What is asked is kept, so that each is undone exactly.
TEST(SimClock, is_held_within_what_a_clock_can_be) {
  Toys toys(1);
  const env::Clock& clock = toys[0].env.clock;
  toys.engine->set_drift({0}, -1'200'000'000);
  toys.run(seconds(10));
  EXPECT_GT(clock.now(), Instant{}) << "it stood still";
  EXPECT_LT(clock.now(), Instant{} + seconds(1));
  EXPECT_EQ(toys.engine->drift({0}), -1'200'000'000);
  const Instant slow = clock.now();
  toys.engine->set_drift({0}, 50 * kBillion);
  toys.run(seconds(20));
  EXPECT_LE(clock.now() - slow, seconds(40)) << "more than twice as fast";
  toys.engine->set_drift({0}, 0);
  const Wall before = clock.wall();
  constexpr Duration kLong{4 * kBillion * kBillion};
  for (int i = 0; i < 9; ++i) toys.engine->step_wall({0}, kLong);
  EXPECT_EQ(clock.wall(), Wall{SimClock::kWallMost});
  for (int i = 0; i < 18; ++i) toys.engine->step_wall({0}, Duration{} - kLong);
  EXPECT_EQ(clock.wall(), Wall{}) << "before 1970";
  for (int i = 0; i < 9; ++i) toys.engine->step_wall({0}, kLong);
  EXPECT_EQ(clock.wall(), before);
}

TEST(SimClock, that_is_made_with_an_impossible_drift_goes_on_all_the_same) {
  Toys toys(1);
  NodeSpec spec;
  spec.name = "still";
  spec.clock.drift = -3 * kBillion;
  const NodeIndex node = toys.engine->add_node(spec, [](const NodeEnv& env) { return std::make_unique<ToyNode>(env); });
  toys.engine->start(node);
  toys.run(seconds(10));
  EXPECT_GT(static_cast<ToyNode*>(toys.engine->node(node))->env.clock.now(), Instant{});
}

TEST(SimClock, never_goes_back_under_any_drift) {
  Toys toys(1);
  Generator draws(4);
  const env::Clock& clock = toys[0].env.clock;
  Instant last = clock.now();
  for (int i = 0; i < 2000; ++i) {
    toys.engine->set_drift({0}, draws.between(-999'999'999, 2'000'000'000));
    toys.run(nanoseconds(draws.between(0, 3)));
    EXPECT_GE(clock.now(), last);
    last = clock.now();
  }
}

TEST(SimTimers, fire_in_time_and_creation_order_and_not_when_cancelled) {
  Toys toys(1);
  std::vector<int> order;
  toys.on(0, [&] {
    auto& timers = toys[0].env.timers;
    timers.after(milliseconds(2), [&] { order.push_back(2); });
    timers.after(milliseconds(1), [&] { order.push_back(10); });
    const env::TimerId dropped = timers.after(milliseconds(1), [&] { order.push_back(99); });
    timers.after(milliseconds(1), [&] {
      order.push_back(11);
      timers.after({}, [&] { order.push_back(12); });
    });
    timers.cancel(dropped);
    // The slot is used again: the old id must not reach the new timer.
    timers.after(milliseconds(3), [&] { order.push_back(3); });
    timers.cancel(dropped);
    timers.after(seconds(-5), [&] { order.push_back(0); });
    EXPECT_TRUE(order.empty());
  });
  toys.run(seconds(1));
  EXPECT_EQ(order, (std::vector<int>{0, 10, 11, 12, 2, 3}));
}

TEST(SimRandom, luck_belongs_to_seed_node_incarnation_and_name) {
  const auto draw = [](std::uint64_t seed, std::uint32_t node, int crashes, const char* name) {
    EngineConfig config = Toys::quiet();
    config.seed = seed;
    Toys toys(2, std::move(config));
    for (int i = 0; i < crashes; ++i) {
      toys.engine->crash({node}, DiskFate::kept);
      toys.engine->start({node});
    }
    (void)toys[node].env.random.stream("another").next();
    return toys[node].env.random.stream(name).next();
  };
  const std::uint64_t base = draw(1, 0, 0, "gossip");
  EXPECT_EQ(base, draw(1, 0, 0, "gossip"));
  EXPECT_NE(base, draw(2, 0, 0, "gossip"));
  EXPECT_NE(base, draw(1, 1, 0, "gossip"));
  EXPECT_NE(base, draw(1, 0, 1, "gossip"));
  EXPECT_NE(base, draw(1, 0, 0, "sync"));
}

}  // namespace
}  // namespace lastmile::sim::test
