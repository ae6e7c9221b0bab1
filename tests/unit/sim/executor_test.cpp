#include <gtest/gtest.h>

#include "sim/env/job_cache.hpp"
#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

class Number final : public env::JobOutput {
 public:
  explicit Number(int n) : value(n) {}
  int value;
};

env::Job job_of(std::uint64_t key, Duration cost, int& runs) {
  return {{key, ~key}, cost, [key, &runs] {
            ++runs;
            return std::make_shared<const Number>(static_cast<int>(key));
          }};
}

TEST(SimExecutor, a_lane_keeps_its_order_and_cores_work_side_by_side) {
  Hardware hardware;
  hardware.cores = 2;
  Toys toys(1, Toys::quiet(), hardware);
  int runs = 0;
  std::vector<std::pair<int, Duration>> done;
  toys.on(0, [&] {
    const auto submit = [&](env::Lane lane, std::uint64_t key, Duration cost) {
      toys[0].env.executor.submit(lane, job_of(key, cost, runs), [&](env::JobResult result) {
        done.emplace_back(static_cast<const Number&>(*result).value, toys.engine->now() - Instant{});
      });
    };
    submit(env::Lane::hashing, 1, milliseconds(100));    // core 1 until 100
    submit(env::Lane::signatures, 2, milliseconds(30));  // core 2 until 30
    submit(env::Lane::signatures, 3, milliseconds(10));  // core 2 until 40
    submit(env::Lane::hashing, 4, milliseconds(5));      // core 2 until 45, but behind 1 in its lane
    submit(env::Lane::signatures, 5, milliseconds(1));   // core 2 until 46
    EXPECT_EQ(toys[0].env.executor.in_flight(env::Lane::signatures), 3U);
    EXPECT_TRUE(done.empty());
  });
  EXPECT_EQ(toys.engine->cpu_busy({0}), Duration{}) << "accepted is not done";
  toys.run(milliseconds(35));
  EXPECT_EQ(toys.engine->cpu_busy({0}), milliseconds(70)) << "two cores, without a pause";
  toys.run(seconds(1));
  const std::vector<std::pair<int, Duration>> expected{{2, milliseconds(30)},
                                                       {3, milliseconds(40)},
                                                       {5, milliseconds(46)},
                                                       {1, milliseconds(100)},
                                                       {4, milliseconds(100)}};
  EXPECT_EQ(done, expected);
  EXPECT_EQ(toys[0].env.executor.in_flight(env::Lane::hashing), 0U);
  EXPECT_EQ(toys.engine->cpu_busy({0}), milliseconds(146));
}

TEST(SimExecutor, a_faster_machine_takes_less) {
  Hardware hardware;
  hardware.speed = 4 * std::uint64_t{kBillion};
  Toys toys(1, Toys::quiet(), hardware);
  int runs = 0;
  Instant done;
  toys.on(0, [&] {
    toys[0].env.executor.submit(env::Lane::queries, job_of(1, milliseconds(100), runs),
                                [&](env::JobResult) { done = toys.engine->now(); });
  });
  toys.run(seconds(1));
  EXPECT_EQ(done, Instant{} + milliseconds(25));
}

TEST(SimExecutor, cached_computes_once_for_the_run_and_charges_everybody_with_the_digest_of_real) {
  const auto run = [](CryptoMode mode, int& runs) {
    EngineConfig config = Toys::quiet();
    config.crypto = mode;
    Toys toys(3, std::move(config));
    int answers = 0;
    for (std::uint32_t i = 0; i < 3; ++i) {
      toys.on(i, [&] {
        for (std::uint64_t key = 0; key < 10; ++key)
          toys[i].env.executor.submit(
              env::Lane::signatures, job_of(key, milliseconds(1), runs),
              [&](env::JobResult result) { answers += static_cast<const Number&>(*result).value; });
      });
    }
    toys.run(seconds(1));
    EXPECT_EQ(answers, 3 * 45);
    for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(toys.engine->cpu_busy({i}), milliseconds(10));
    return toys.engine->run_digest({});
  };
  int cached = 0, real = 0;
  const Hash256 a = run(CryptoMode::cached, cached);
  const Hash256 b = run(CryptoMode::real, real);
  EXPECT_EQ(cached, 10);
  EXPECT_EQ(real, 30);
  EXPECT_EQ(a, b);
}

// The key of a large input is made once for each node, and only then is it known whether the job needs to run.
TEST(SimExecutor, a_key_that_is_made_late_is_shared_as_well) {
  Toys toys(3);
  int runs = 0, keys = 0;
  std::vector<env::JobResult> results;
  for (std::uint32_t i = 0; i < 3; ++i) {
    toys.on(i, [&] {
      env::Job job = job_of(7, milliseconds(1), runs);
      job.key = {};
      job.make_key = [&keys] {
        ++keys;
        return env::JobKey{1, 7};
      };
      toys[i].env.executor.submit(env::Lane::hashing, std::move(job),
                                  [&](env::JobResult result) { results.push_back(std::move(result)); });
    });
  }
  toys.run(seconds(1));
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(keys, 3);
  EXPECT_EQ(results[0], results[2]) << "the very same object";
}

TEST(SimExecutor, a_job_without_a_key_is_never_shared) {
  Toys toys(3);
  int runs = 0;
  for (std::uint32_t i = 0; i < 3; ++i) {
    toys.on(i, [&] {
      env::Job job = job_of(7, milliseconds(1), runs);
      job.key = {};
      toys[i].env.executor.submit(env::Lane::hashing, std::move(job), [](env::JobResult) {});
    });
  }
  toys.run(seconds(1));
  EXPECT_EQ(runs, 3);
}

class Heavy final : public env::JobOutput {
 public:
  explicit Heavy(std::size_t bytes) : bytes_(bytes) {}
  std::size_t memory_bytes() const override { return bytes_; }

 private:
  std::size_t bytes_;
};

TEST(JobCache, lets_go_of_what_was_not_used_lately_when_outputs_are_large) {
  JobCache cache;
  const std::size_t third = JobCache::kGenerationBytesMax / 3;
  const auto put = [&](std::uint64_t key) { cache.add({1, key}, std::make_shared<const Heavy>(third)); };
  for (std::uint64_t key = 0; key < 9; ++key) {
    put(key);
    EXPECT_TRUE(cache.find({1, 0})) << "in use all the time; after " << key;
  }
  EXPECT_TRUE(cache.find({1, 8}));
  EXPECT_FALSE(cache.find({1, 1}));
}

TEST(SimExecutor, a_crash_drops_what_was_under_way_without_computing_it) {
  Toys toys(1);
  int runs = 0;
  bool answered = false;
  toys.on(0, [&] {
    toys[0].env.executor.submit(env::Lane::queries, job_of(1, seconds(1), runs),
                                [&](env::JobResult) { answered = true; });
  });
  toys.engine->crash({0}, DiskFate::kept);
  toys.engine->start({0});
  toys.run(seconds(5));
  EXPECT_FALSE(answered);
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(toys[0].env.executor.in_flight(env::Lane::queries), 0U);
}

// Two cores: 10 W idle, 30 W with both at work.
TEST(Energy, is_drawn_while_a_node_runs_and_more_while_its_cores_work) {
  Toys toys(2, std::move(Engine::create(Toys::quiet())).value(),
            Hardware{.cores = 2, .idle_milliwatts = 10'000, .busy_milliwatts = 30'000});
  toys.run(seconds(100));
  EXPECT_EQ(toys.engine->energy({0}), 1'000'000U) << "10 W for 100 s";
  env::Job job;
  job.cost = seconds(50);
  job.run = [] { return env::JobResult{}; };
  toys.on(0, [&] { toys[0].env.executor.submit(env::Lane::hashing, std::move(job), [](env::JobResult) {}); });
  toys.engine->crash({1}, DiskFate::kept);
  toys.run(seconds(100));
  EXPECT_EQ(toys.engine->energy({0}), 2'500'000U) << "and 10 W more for 50 s";
  EXPECT_EQ(toys.engine->energy({1}), 1'000'000U) << "its machine was off";
  toys.engine->start({1});
  toys.run(seconds(100));
  EXPECT_EQ(toys.engine->energy({1}), 2'000'000U);
  EXPECT_EQ(toys.engine->up_time({1}), seconds(200));
  constexpr std::uint64_t kMegawatt = 1'000'000'000;
  Toys great(1, std::move(Engine::create(Toys::quiet())).value(),
             Hardware{.idle_milliwatts = kMegawatt, .busy_milliwatts = kMegawatt});
  great.run(hours(24 * 365 * 60));
  EXPECT_EQ(great.engine->energy({0}), 60ULL * 365 * 86400 * kMegawatt) << "the most that a file can ask for";
  Toys others(1);
  EXPECT_EQ(others.engine->energy({0}), std::nullopt) << "of a machine that does not say";
}

}  // namespace
}  // namespace lastmile::sim::test
