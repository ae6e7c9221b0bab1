#include <array>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "tests/env_conformance/recorders.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

std::vector<std::uint64_t> draw(World& world, std::size_t node, std::string_view name, int count) {
  std::vector<std::uint64_t> out;
  world.on_loop(node, [&] {
    for (int i = 0; i < count; ++i) out.push_back(world.random(node).stream(name).next());
  });
  return out;
}

TEST_P(RandomConformance, one_name_is_one_generator_for_life) {
  auto world = make(1);
  Generator* first = nullptr;
  world->on_loop(0, [&] { first = &world->random(0).stream("gossip"); });
  for (int i = 0; i < 100; ++i) draw(*world, 0, "other " + std::to_string(i), 1);
  world->on_loop(0, [&] { EXPECT_EQ(&world->random(0).stream("gossip"), first); });
}

TEST_P(RandomConformance, streams_do_not_disturb_each_other) {
  auto alone = make(2, 5);
  const auto expected = draw(*alone, 0, "a", 50);
  auto busy = make(2, 5);
  std::vector<std::uint64_t> mixed;
  std::array<std::uint8_t, 32> secret{};
  for (int i = 0; i < 50; ++i) {
    draw(*busy, 0, "b", i % 3);
    draw(*busy, 0, "never seen before " + std::to_string(i), 1);
    draw(*busy, 1, "a", 2);
    busy->on_loop(0, [&] { busy->random(0).secret(secret); });
    mixed.push_back(draw(*busy, 0, "a", 1)[0]);
  }
  EXPECT_EQ(mixed, expected);
}

TEST_P(RandomConformance, names_nodes_and_seeds_give_different_streams) {
  auto world = make(2, 5);
  auto other = make(2, 6);
  std::set<std::vector<std::uint64_t>> all;
  all.insert(draw(*world, 0, "a", 4));
  all.insert(draw(*world, 0, "b", 4));
  all.insert(draw(*world, 0, "", 4));
  all.insert(draw(*world, 1, "a", 4));
  all.insert(draw(*other, 0, "a", 4));
  EXPECT_EQ(all.size(), 5U);
}

TEST_P(RandomConformance, secrets_fill_everything_and_do_not_repeat) {
  auto world = make(1);
  std::set<std::vector<std::uint8_t>> seen;
  world->on_loop(0, [&] {
    for (int i = 0; i < 50; ++i) {
      std::vector<std::uint8_t> bytes(32, 0);
      world->random(0).secret(bytes);
      seen.insert(bytes);
    }
    std::vector<std::uint8_t> large(5000, 0);
    world->random(0).secret(large);
    std::array<int, 256> histogram{};
    for (std::uint8_t byte : large) ++histogram[byte];
    EXPECT_LT(histogram[0], 100);  // 20 expected
    world->random(0).secret({});
  });
  EXPECT_EQ(seen.size(), 50U);
}

struct Number final : env::JobOutput {
  explicit Number(std::uint64_t n) : value(n) {}
  std::uint64_t value;
};

// A job that takes about so long in either world: its cost is charged by the simulator, the sleep is real. Sleeping
// stands in for work so that a busy machine does not change what the tests see.
env::Job job(std::uint64_t number, Duration length) {
  env::Job out;
  out.key = {0x10b, number};
  out.cost = length;
  out.run = [number, length]() -> env::JobResult {
    std::this_thread::sleep_for(std::chrono::nanoseconds(length.ns));
    return std::make_shared<Number>(number);
  };
  return out;
}
std::uint64_t number_of(const env::JobResult& result) { return static_cast<const Number&>(*result).value; }

TEST_P(ExecutorConformance, the_result_comes_on_the_loop_and_never_inside_submit) {
  NodeLog log;
  auto world = make(1);
  std::vector<std::uint64_t> results;
  const auto test_thread = std::this_thread::get_id();
  for (auto lane : {env::Lane::signatures, env::Lane::hashing, env::Lane::queries}) {
    call(*world, 0, log, [&] {
      world->executor(0).submit(
          lane, job(40 + static_cast<std::uint64_t>(lane), Duration{}), [&](env::JobResult result) {
            log.outside();
            EXPECT_EQ(std::this_thread::get_id(), test_thread);  // the thread that runs the world is its loop
            results.push_back(number_of(result));
          });
      EXPECT_EQ(world->executor(0).in_flight(lane), 1U);
    });
  }
  ASSERT_TRUE(world->run_until([&] { return results.size() == 3; }, seconds(5)));
  EXPECT_EQ(std::set<std::uint64_t>(results.begin(), results.end()), (std::set<std::uint64_t>{40, 41, 42}));
}

// Only a world that shares results asks for it, and never after the job has run.
TEST_P(ExecutorConformance, a_key_made_late_is_made_at_most_once_and_before_the_job_runs) {
  NodeLog log;
  auto world = make(1);
  std::atomic<int> keys = 0, runs = 0, late = 0;
  bool answered = false;
  call(*world, 0, log, [&] {
    env::Job one;
    one.make_key = [&] {
      ++keys;
      late += runs.load();
      return env::JobKey{5, 6};
    };
    one.run = [&]() -> env::JobResult {
      ++runs;
      return std::make_shared<Number>(9);
    };
    world->executor(0).submit(env::Lane::hashing, std::move(one), [&](const env::JobResult& result) {
      answered = true;
      EXPECT_EQ(number_of(result), 9U);
    });
  });
  ASSERT_TRUE(world->run_until([&] { return answered; }, seconds(5)));
  EXPECT_LE(keys, 1);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(late, 0);
}

TEST_P(ExecutorConformance, the_caller_gets_the_very_object_the_job_made) {
  NodeLog log;
  auto world = make(1);
  const auto made = std::make_shared<const Number>(9);
  env::JobResult got;
  call(*world, 0, log, [&] {
    env::Job one;
    one.key = {77, 77};
    one.run = [made]() -> env::JobResult { return made; };
    world->executor(0).submit(env::Lane::hashing, std::move(one),
                              [&](env::JobResult result) { got = std::move(result); });
  });
  ASSERT_TRUE(world->run_until([&] { return got != nullptr; }, seconds(5)));
  EXPECT_EQ(got, made);
}

TEST_P(ExecutorConformance, results_of_a_lane_come_in_submission_order) {
  NodeLog log;
  auto world = make(1);
  std::array<std::vector<std::uint64_t>, env::kLaneCount> results;
  call(*world, 0, log, [&] {
    for (std::uint64_t i = 0; i < 30; ++i) {
      const auto lane = static_cast<env::Lane>(i % env::kLaneCount);
      // The first ones of each lane are the slowest.
      const auto length = microseconds(static_cast<std::int64_t>(i < 6 ? 12000 - i * 1500 : (i % 4) * 200));
      world->executor(0).submit(lane, job(i, length), [&, lane](env::JobResult result) {
        log.outside();
        results[static_cast<std::size_t>(lane)].push_back(number_of(result));
      });
    }
  });
  const auto finished = [&] { return results[0].size() + results[1].size() + results[2].size() == 30; };
  ASSERT_TRUE(world->run_until(finished, seconds(10)));
  for (const auto& lane : results) {
    EXPECT_EQ(lane.size(), 10U);
    EXPECT_TRUE(std::is_sorted(lane.begin(), lane.end()));
  }
}

TEST_P(ExecutorConformance, a_slow_lane_does_not_hold_up_another) {
  NodeLog log;
  auto world = make(1);
  std::vector<std::uint64_t> order;
  const auto note = [&](env::JobResult result) { order.push_back(number_of(result)); };
  call(*world, 0, log, [&] {
    world->executor(0).submit(env::Lane::hashing, job(1, milliseconds(400)), note);
    world->executor(0).submit(env::Lane::hashing, job(2, milliseconds(1)), note);
    world->executor(0).submit(env::Lane::signatures, job(3, milliseconds(1)), note);
  });
  ASSERT_TRUE(world->run_until([&] { return order.size() == 3; }, seconds(10)));
  EXPECT_EQ(order, (std::vector<std::uint64_t>{3, 1, 2}));
}

TEST_P(ExecutorConformance, in_flight_counts_per_lane) {
  NodeLog log;
  auto world = make(1);
  std::size_t finished = 0;
  call(*world, 0, log, [&] {
    auto& executor = world->executor(0);
    for (std::uint64_t i = 0; i < 5; ++i) {
      executor.submit(env::Lane::hashing, job(100 + i, milliseconds(1)), [&](env::JobResult) { ++finished; });
    }
    EXPECT_EQ(executor.in_flight(env::Lane::hashing), 5U);
    EXPECT_EQ(executor.in_flight(env::Lane::signatures), 0U);
  });
  ASSERT_TRUE(world->run_until([&] { return finished == 5; }, seconds(5)));
  call(*world, 0, log, [&] { EXPECT_EQ(world->executor(0).in_flight(env::Lane::hashing), 0U); });
}

TEST_P(ExecutorConformance, an_answer_may_submit_more) {
  NodeLog log;
  auto world = make(1);
  std::uint64_t last = 0;
  std::function<void(env::JobResult)> next = [&](env::JobResult result) {
    last = number_of(result);
    if (last == 20) return;
    ++log.in_call;
    world->executor(0).submit(env::Lane::signatures, job(last + 1, Duration{}), [&](env::JobResult more) {
      log.outside();
      next(std::move(more));
    });
    --log.in_call;
  };
  call(*world, 0, log, [&] { world->executor(0).submit(env::Lane::signatures, job(1, Duration{}), next); });
  EXPECT_TRUE(world->run_until([&] { return last == 20; }, seconds(5)));
}

TEST_P(ExecutorConformance, a_crash_drops_jobs_and_their_answers) {
  NodeLog log;
  auto world = make(1);
  bool dead = false;
  call(*world, 0, log, [&] {
    for (std::uint64_t i = 0; i < 8; ++i) {
      world->executor(0).submit(env::Lane::queries, job(200 + i, milliseconds(10)),
                                [&](env::JobResult) { EXPECT_FALSE(dead); });
    }
  });
  world->run_for(milliseconds(5));
  world->crash(0);
  dead = true;
  world->reopen(0);
  bool alive = false;
  call(*world, 0, log, [&] {
    EXPECT_EQ(world->executor(0).in_flight(env::Lane::queries), 0U);
    world->executor(0).submit(env::Lane::queries, job(300, Duration{}), [&](env::JobResult) { alive = true; });
  });
  EXPECT_TRUE(world->run_until([&] { return alive; }, seconds(5)));
  world->run_for(milliseconds(100));
}

}  // namespace
}  // namespace lastmile::env_conformance
