// Level `flow`: machines that go off with their nodes, long jobs on their cores, and what they draw. By ctest, as
// flow_test.cpp says.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

constexpr double kBucket = 0.0000656;  // what is stopped or goes on does so at the end of one

EngineConfig at_level(NetworkLevel level) {
  EngineConfig config = Toys::quiet();
  config.level = level;
  config.energy = true;
  return config;
}

// Nodes on two cores; 10 W idle, 30 W with both at work.
class Machines : public testing::Test {
 protected:
  static constexpr Hardware kHardware{.uplink_bits = 80'000'000,
                                      .downlink_bits = 80'000'000,
                                      .cores = 2,
                                      .disk_read_bytes = 20'000'000,
                                      .disk_write_bytes = 10'000'000,
                                      .idle_milliwatts = 10'000,
                                      .busy_milliwatts = 30'000};

  void SetUp() override {
    static bool used = false;
    if (std::exchange(used, true)) GTEST_SKIP() << "a process has one engine at level flow: run by ctest";
    begin(hardware_);
  }
  void begin(const Hardware& hardware, NetworkLevel level = NetworkLevel::flow) {
    toys_ = std::make_unique<Toys>(4, std::move(Engine::create(at_level(level))).value(), hardware);
  }

  void submit(std::uint32_t node, const std::string& name, Duration cost, env::Lane lane = env::Lane::hashing) {
    toys_->on(node, [&] {
      env::Job job;
      job.cost = cost;
      job.run = [] { return env::JobResult{}; };
      (*toys_)[node].env.executor.submit(lane, std::move(job),
                                         [this, name](env::JobResult) { ended_[name] = toys_->engine->now(); });
    });
  }
  double ended(const std::string& name) {
    const auto found = ended_.find(name);
    return found == ended_.end() ? -1 : (found->second - Instant{}).seconds();
  }
  // Millijoules; 10 W while it ran, 10 W for each core at work.
  void expect_drawn(std::uint32_t node, Duration up, Duration core_time) {
    EXPECT_EQ(toys_->engine->up_time({node}), up);
    EXPECT_EQ(toys_->engine->cpu_busy({node}), core_time);
    const auto expected = static_cast<double>((up + core_time).ns) / 1e5;
    EXPECT_NEAR(static_cast<double>(toys_->engine->energy({node}).value()), expected, 1) << "rounded to millijoules";
  }

  explicit Machines(const Hardware& hardware = kHardware) : hardware_(hardware) {}

  const Hardware hardware_;
  std::unique_ptr<Toys> toys_;
  std::map<std::string, Instant> ended_;
};

TEST_F(Machines, LongJobsTakeTheCoreThatIsFreeFirst) {
  submit(0, "a", milliseconds(100));
  submit(0, "b", milliseconds(30));
  submit(0, "c", milliseconds(50), env::Lane::queries);                  // behind b
  submit(0, "short behind c", microseconds(40), env::Lane::signatures);  // at 80 ms
  submit(0, "d", milliseconds(10), env::Lane::queries);                  // behind that
  submit(0, "short behind d", microseconds(60), env::Lane::signatures);  // and that
  submit(0, "in its lane behind a", microseconds(1));
  EXPECT_EQ((*toys_)[0].env.executor.in_flight(env::Lane::hashing), 3U);
  toys_->run(milliseconds(90));
  EXPECT_EQ(toys_->engine->cpu_busy({0}), milliseconds(180)) << "two cores, without a pause";
  toys_->run(seconds(1));
  EXPECT_EQ(ended_["b"], Instant{} + milliseconds(100)) << "behind a in its lane";
  EXPECT_EQ(ended_["c"], Instant{} + milliseconds(80));
  EXPECT_EQ(ended_["short behind c"], Instant{} + microseconds(80'040));
  EXPECT_EQ(ended_["d"], Instant{} + microseconds(90'040));
  EXPECT_EQ(ended_["short behind d"], Instant{} + microseconds(90'100));
  EXPECT_EQ(ended_["in its lane behind a"], Instant{} + milliseconds(100));
  EXPECT_EQ((*toys_)[0].env.executor.in_flight(env::Lane::hashing), 0U);
  expect_drawn(0, milliseconds(1090), microseconds(190'101));
}

// Nodes that submit jobs of all kinds at odd times, some of them from answers, and send frames between.
Hash256 digest_of_odd_jobs(Toys& toys, std::uint64_t& answers) {
  for (std::uint32_t node = 0; node + 1 < 4; ++node) toys.dial(node, node + 1);
  toys.run(milliseconds(200));
  toys.engine->set_rare_path({3}, env::RarePath::job_late, kBillion / 50);
  struct Load {
    Toys& toys;
    std::uint32_t node;
    Generator draws;
    std::uint64_t& answers;

    void submit(int depth) {
      env::Job job;
      // From 1 us to 16 ms, half of them long; whole milliseconds make ends of several cores coincide.
      const std::uint64_t scale = draws.below(15);
      job.cost = draws.below(4) == 0 ? milliseconds(static_cast<std::int64_t>(1 + draws.below(8)))
                                     : nanoseconds(static_cast<std::int64_t>((1000 << scale) + draws.below(1000)));
      job.key = {node, draws.next()};
      job.run = [] { return env::JobResult{}; };
      toys[node].env.executor.submit(static_cast<env::Lane>(draws.below(3)), std::move(job),
                                     [this, depth](env::JobResult) {
                                       ++answers;
                                       if (depth > 0) submit(depth - 1);
                                     });
    }
  };
  std::vector<std::unique_ptr<Load>> loads;
  for (std::uint32_t node = 0; node < 4; ++node)
    loads.push_back(std::make_unique<Load>(Load{toys, node, Generator(node + 1), answers}));
  for (int turn = 0; turn < 500; ++turn) {
    Load& load = *loads[static_cast<std::size_t>(turn) % 4];
    toys.on(load.node, [&] {
      for (std::uint64_t jobs = load.draws.below(4); jobs > 0; --jobs) load.submit(2);
    });
    if (load.node > 0) toys.send(load.node, load.node - 1, "frame " + std::to_string(turn));
    toys.run(nanoseconds(static_cast<std::int64_t>(load.draws.below(4'000'000))));
  }
  toys.run(seconds(60));
  return toys.engine->run_digest({});
}

// The whole digest: nanoseconds and the order within one.
TEST_F(Machines, WithoutAPauseTheCountersOfTheOtherLevelsSayTheSame) {
  std::uint64_t flow = 0, access = 0;
  const Hash256 digest = digest_of_odd_jobs(*toys_, flow);
  const auto busy = toys_->engine->cpu_busy({0});
  const auto drawn = toys_->engine->energy({0}).value();
  begin(kHardware, NetworkLevel::access);
  EXPECT_EQ(digest, digest_of_odd_jobs(*toys_, access));
  EXPECT_EQ(flow, access);
  EXPECT_GT(flow, 1000U);
  EXPECT_EQ(busy, toys_->engine->cpu_busy({0}));
  EXPECT_NEAR(static_cast<double>(drawn), static_cast<double>(toys_->engine->energy({0}).value()), 1);
}

// Answers of odd length on one core, whose machine is three times as fast as the reference.
class MachinesOfOneFastCore : public Machines {
 protected:
  static constexpr Hardware kFast{.cores = 1, .speed = 3 * std::uint64_t{kBillion} + 1, .busy_milliwatts = 30'000};
  MachinesOfOneFastCore() : Machines(kFast) {}
};

TEST_F(MachinesOfOneFastCore, SayTheSameAsTheCounters) {
  std::uint64_t flow = 0, access = 0;
  const Hash256 digest = digest_of_odd_jobs(*toys_, flow);
  begin(kFast, NetworkLevel::access);
  EXPECT_EQ(digest, digest_of_odd_jobs(*toys_, access));
}

TEST_F(Machines, ACrashLosesWhatComputes) {
  submit(0, "lost", seconds(2));
  submit(0, "lost too", seconds(2));
  submit(0, "behind them", seconds(2));
  toys_->run(milliseconds(1500));
  toys_->engine->crash({0}, DiskFate::kept);
  expect_drawn(0, milliseconds(1500), seconds(3));
  toys_->run(milliseconds(500));
  toys_->engine->start({0});
  submit(0, "after", seconds(1));
  toys_->run(seconds(8));
  EXPECT_EQ(ended("lost"), -1);
  EXPECT_EQ(ended("behind them"), -1);
  EXPECT_EQ(ended_["after"], Instant{} + seconds(3)) << "nothing of before is on its cores";
  expect_drawn(0, milliseconds(1500) + seconds(8), seconds(4));
  expect_drawn(1, seconds(10), {});
}

TEST_F(Machines, ACrashBetweenTwoLongJobsBeginsNoOther) {
  submit(0, "short", microseconds(900));
  submit(0, "short as well", microseconds(900));
  submit(0, "long, soon", seconds(1));
  toys_->run(microseconds(500));
  toys_->engine->crash({0}, DiskFate::kept);
  toys_->engine->start({0});
  toys_->run(seconds(5));
  EXPECT_EQ(ended("long, soon"), -1);
  expect_drawn(0, microseconds(500) + seconds(5), microseconds(1000));
}

TEST_F(Machines, APauseStopsWhatComputes) {
  submit(0, "a", seconds(1));
  submit(0, "b", seconds(2));
  submit(0, "behind a", seconds(1));
  submit(0, "short behind a", microseconds(100), env::Lane::signatures);
  toys_->run(milliseconds(500));
  toys_->engine->pause({0});
  toys_->run(seconds(10));
  EXPECT_EQ(toys_->engine->cpu_busy({0}), seconds(1)) << "nothing while it lasts";
  toys_->engine->resume({0});
  toys_->run(seconds(5));
  EXPECT_NEAR(ended("a"), 11, 2 * kBucket);
  EXPECT_NEAR(ended("b"), 12, 2 * kBucket);
  EXPECT_NEAR(ended("behind a"), 12, 2 * kBucket);
  EXPECT_NEAR(ended("short behind a"), 12.0001, 2 * kBucket);
  submit(0, "after", seconds(1));
  toys_->run(seconds(2));
  EXPECT_EQ(ended("after"), 16.5) << "the counters know what the pause has cost";
  expect_drawn(0, milliseconds(17'500), microseconds(5'000'100));
}

TEST_F(Machines, ALongJobThatWouldBeginDuringAPauseBeginsAfterIt) {
  submit(0, "a", microseconds(900));
  submit(0, "b", microseconds(900));
  submit(0, "long", seconds(1), env::Lane::queries);
  submit(0, "behind b", microseconds(500), env::Lane::signatures);
  toys_->run(microseconds(100));
  toys_->engine->pause({0});
  toys_->run(seconds(10));
  toys_->engine->resume({0});
  toys_->run(seconds(5));
  EXPECT_NEAR(ended("long"), 11.0001, 2 * kBucket);
  EXPECT_NEAR(ended("behind b"), 10.0001, 2 * kBucket) << "handed on after the pause";
  expect_drawn(0, microseconds(15'000'100), microseconds(1'002'300));
}

TEST_F(Machines, APauseThatIsCutShortByACrashLeavesNothing) {
  submit(0, "a", seconds(1));
  toys_->run(milliseconds(500));
  toys_->engine->pause({0});
  toys_->run(seconds(1));
  toys_->engine->crash({0}, DiskFate::lost);
  toys_->engine->start({0});
  submit(0, "after", seconds(1));
  toys_->run(seconds(10));
  EXPECT_EQ(ended("a"), -1);
  EXPECT_EQ(ended_["after"], Instant{} + milliseconds(2500));
  expect_drawn(0, milliseconds(11'500), milliseconds(1500));
}

// Long jobs, short ones, crashes with a restart, an end for good, and pauses in which a machine draws what it does
// idle: by closed form, to the rounding.
TEST_F(Machines, DrawWhatTheLinearLawSaysWhateverHappens) {
  for (int turn = 0; turn < 40; ++turn) {
    for (std::uint32_t node = 0; node < 2; ++node) {
      submit(node, "x", milliseconds(7 + 3 * turn));
      submit(node, "y", nanoseconds(1'234'567 + turn));
      for (int i = 0; i < 20; ++i) submit(node, "z", microseconds(43), env::Lane::signatures);
    }
    toys_->run(nanoseconds(5'777'777));
    toys_->engine->crash({0}, DiskFate::kept);  // one core of it is at work
    toys_->run(milliseconds(3));
    toys_->engine->start({0});
    if (turn == 20) toys_->engine->stop_node({3});
    if (turn % 10 == 5) {
      toys_->engine->pause({1});
      toys_->run(milliseconds(20));
      toys_->engine->resume({1});
    }
    toys_->run(milliseconds(50));
  }
  toys_->run(seconds(10));
  const Duration length = toys_->engine->now() - Instant{};
  const Duration off = milliseconds(3) * 40;
  Duration all, cut_short;
  for (int turn = 0; turn < 40; ++turn) {
    const Duration others = nanoseconds(1'234'567 + turn) + microseconds(43) * 20;
    all = all + milliseconds(7 + 3 * turn) + others;
    cut_short = cut_short + nanoseconds(5'777'777) + others;
  }
  expect_drawn(0, length - off, cut_short);
  expect_drawn(1, length, all);
  expect_drawn(2, length, {});
  const Duration until_its_end =
      nanoseconds(5'777'777) * 21 + milliseconds(3) * 21 + milliseconds(50) * 20 + milliseconds(20) * 2;
  expect_drawn(3, until_its_end, {});
}

TEST_F(Machines, WhatIsSentToAMachineThatIsOffIsLostAndHoldsNothingUp) {
  Shelf shelf;
  toys_->dial(0, 1);
  toys_->dial(2, 1);
  toys_->run(milliseconds(200));
  toys_->on(1, [&] { (*toys_)[1].env.network.listen_content(shelf); });
  std::vector<std::string> stories;
  const auto fetch = [&](std::uint32_t asker, std::uint64_t bytes) {
    toys_->on(asker, [&] {
      (*toys_)[asker].env.network.fetch(
          toys_->peer(asker, 1), {std::to_string(bytes)}, seconds(100), [&, asker](Result<Bytes> got) {
            stories.push_back(std::to_string(asker) + " " + (got.ok() ? "got it" : got.error().text) + " at " +
                              std::to_string(toys_->engine->now().ns / 1'000'000));
          });
    });
  };
  fetch(0, 10'000'000);
  toys_->run(milliseconds(5));
  toys_->engine->crash({0}, DiskFate::kept);  // the question is on its way to b, and so is the end of the connection
  fetch(2, 1'000'000);
  toys_->run(seconds(1));
  EXPECT_EQ(stories, (std::vector<std::string>{"2 got it at 325"})) << "b's uplink was its alone";
  fetch(2, 10'000'000);
  toys_->run(milliseconds(100));
  toys_->engine->crash({1}, DiskFate::kept);
  toys_->run(seconds(1));
  ASSERT_EQ(stories.size(), 2U);
  EXPECT_EQ(stories[1], "2 connection lost at 1315");
}

}  // namespace
}  // namespace lastmile::sim::test
