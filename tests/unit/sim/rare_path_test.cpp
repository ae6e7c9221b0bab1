// Rare paths: how likely a run makes them, whose luck it is, and those that the simulated world takes by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using env::RarePath;

constexpr std::uint64_t kAlways = kBillion;

// "-x-": of so many times, those in which it happened.
std::string luck(Toys& toys, std::uint32_t node, RarePath path, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += toys[node].env.random.happens(path) ? 'x' : '-';
  return out;
}

TEST(RarePaths, never_happen_unless_somebody_makes_them_likely) {
  Toys toys(2);
  EXPECT_EQ(luck(toys, 0, RarePath::inbox_full, 5), "-----");
  toys.engine->set_rare_path({0}, RarePath::inbox_full, kAlways);
  EXPECT_EQ(luck(toys, 0, RarePath::inbox_full, 5), "xxxxx");
  EXPECT_EQ(luck(toys, 0, RarePath::heads_full, 5), "-----") << "another path";
  EXPECT_EQ(luck(toys, 1, RarePath::inbox_full, 5), "-----") << "another node";
  toys.engine->set_rare_path({0}, RarePath::inbox_full, 0);
  EXPECT_EQ(luck(toys, 0, RarePath::inbox_full, 5), "-----");
}

TEST(RarePaths, happen_as_often_as_asked_for) {
  Toys toys(1);
  toys.engine->set_rare_path({0}, RarePath::inbox_full, kBillion / 10);
  const std::string seen = luck(toys, 0, RarePath::inbox_full, 10'000);
  EXPECT_NEAR(static_cast<double>(std::count(seen.begin(), seen.end(), 'x')), 1000, 120);  // four deviations
}

TEST(RarePaths, draw_by_seed_node_and_path_and_go_on_after_a_crash) {
  const auto draws = [](std::uint64_t seed, std::uint32_t node, RarePath path, bool crash) {
    EngineConfig config = Toys::quiet();
    config.seed = seed;
    Toys toys(2, std::move(config));
    toys.engine->set_rare_path({node}, path, kBillion / 2);
    std::string out = luck(toys, node, path, 32);
    if (crash) {
      toys.engine->crash({node}, DiskFate::kept);
      toys.engine->start({node});
    }
    return out + luck(toys, node, path, 32);
  };
  const std::string base = draws(1, 0, RarePath::inbox_full, false);
  EXPECT_EQ(base, draws(1, 0, RarePath::inbox_full, false));
  EXPECT_EQ(base, draws(1, 0, RarePath::inbox_full, true));
  EXPECT_NE(base, draws(2, 0, RarePath::inbox_full, false));
  EXPECT_NE(base, draws(1, 1, RarePath::inbox_full, false));
  EXPECT_NE(base, draws(1, 0, RarePath::heads_full, false));
}

// --- of the world's own

TEST(RarePaths, a_dial_without_an_answer_ends_with_its_deadline) {
  Toys toys(2);
  toys.engine->set_rare_path({0}, RarePath::dial_unanswered, kAlways);
  toys.dial(0, 1);
  toys.run(seconds(20));
  EXPECT_EQ(toys[0].stories(), std::vector<std::string>{"failed b timeout"});
  EXPECT_TRUE(toys[1].changes.empty());
  toys.engine->set_rare_path({0}, RarePath::dial_unanswered, 0);
  toys.connect(0, 1);
  EXPECT_EQ(toys[0].stories().back(), "connected b");
}

TEST(RarePaths, a_question_without_an_answer_ends_with_its_deadline) {
  Toys toys(2);
  toys.connect(0, 1);
  toys.engine->set_rare_path({0}, RarePath::request_unanswered, kAlways);
  const Instant begin = toys.engine->now();
  std::vector<Duration> ends;
  const env::PeerId peer = toys.peer(0, 1);
  toys.on(0, [&] {
    const auto failed = [&](const auto& answer) {
      EXPECT_FALSE(answer.ok());
      ends.push_back(toys.engine->now() - begin);
    };
    toys[0].env.network.request(peer, env::Protocol::gossip, frame_of("?"), seconds(3), failed);
    toys[0].env.network.fetch(peer, {"name"}, seconds(4), failed);
  });
  toys.run(seconds(10));
  EXPECT_EQ(ends, (std::vector{seconds(3), seconds(4)}));
  EXPECT_TRUE(toys[1].questions.empty());
}

class Nothing final : public env::JobOutput {};

TEST(RarePaths, a_late_job_comes_a_second_later_and_those_behind_it_wait) {
  Toys toys(1);
  std::vector<std::pair<int, Duration>> done;
  const auto submit = [&](env::Lane lane, int number) {
    env::Job job;
    job.cost = milliseconds(10);
    job.run = [] { return std::make_shared<const Nothing>(); };
    toys[0].env.executor.submit(lane, std::move(job), [&, number](const env::JobResult&) {
      done.emplace_back(number, toys.engine->now() - Instant{});
    });
  };
  toys.engine->set_rare_path({0}, RarePath::job_late, kAlways);
  toys.on(0, [&] { submit(env::Lane::signatures, 1); });
  toys.engine->set_rare_path({0}, RarePath::job_late, 0);
  toys.on(0, [&] {
    submit(env::Lane::signatures, 2);
    submit(env::Lane::hashing, 3);
  });
  toys.run(seconds(5));
  ASSERT_EQ(done.size(), 3U);
  EXPECT_EQ(done[0].first, 3) << "another lane";
  EXPECT_LT(done[0].second, milliseconds(100));
  EXPECT_EQ(done[1], (std::pair{1, milliseconds(1010)}));
  EXPECT_EQ(done[2], (std::pair{2, milliseconds(1010)}));
}

TEST(RarePaths, a_late_commit_is_durable_a_second_later) {
  Hardware hardware;
  hardware.disk_sync = milliseconds(10);
  Toys toys(1, Toys::quiet(), hardware);
  const auto time_to_commit = [&] {
    const Instant begin = toys.engine->now();
    Instant end;
    toys.on(0, [&] {
      env::Batch batch;
      batch.put("key", "value");
      toys[0].env.disk.commit(std::move(batch), [&](const Result<Unit>&) { end = toys.engine->now(); });
    });
    toys.run(seconds(5));
    return end - begin;
  };
  const Duration usual = time_to_commit();
  toys.engine->set_rare_path({0}, RarePath::commit_late, kAlways);
  EXPECT_EQ(time_to_commit(), usual + seconds(1));
}

TEST(RarePaths, a_loop_that_is_held_up_has_later_timers_and_keeps_their_order) {
  Toys toys(1);
  toys.engine->set_rare_path({0}, RarePath::loop_held_up, kAlways);
  std::vector<std::pair<int, Duration>> fired;
  toys.on(0, [&] {
    for (const int number : {1, 2, 3}) {
      toys[0].env.timers.after(milliseconds(10 * number),
                               [&, number] { fired.emplace_back(number, toys.engine->now() - Instant{}); });
    }
  });
  toys.run(seconds(5));
  EXPECT_EQ(fired, (std::vector<std::pair<int, Duration>>{
                       {1, milliseconds(10)}, {2, milliseconds(210)}, {3, milliseconds(410)}}));
}

}  // namespace
}  // namespace lastmile::sim::test
