// Faults as the timeline orders them: each begins and ends when it should, and undoes only what it did.
#include <gtest/gtest.h>

#include "sim/fault/fault_plane.hpp"
#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::Action;

// Toys and the faults of a scenario, begun and ended by hand.
class Faulty {
 public:
  explicit Faulty(std::uint32_t nodes)
      : toys(nodes, Toys::quiet(), Hardware{.disk_sync = milliseconds(1), .disk_size = 1000}),
        plane(*toys.engine, scenario) {
    scenario.faults.reserve(16);
  }

  std::uint32_t add(scenario::FaultBody body) {
    scenario::Fault fault;
    fault.body = std::move(body);
    scenario.faults.push_back(std::move(fault));
    return static_cast<std::uint32_t>(scenario.faults.size() - 1);
  }
  static Action action(std::uint32_t entry, std::vector<scenario::Node> first, std::vector<scenario::Node> second) {
    Action action;
    action.entry = entry;
    action.first = std::move(first);
    action.second = std::move(second);
    return action;
  }
  void begin(std::uint32_t entry, std::vector<scenario::Node> first, std::vector<scenario::Node> second = {}) {
    plane.begin(action(entry, std::move(first), std::move(second)));
  }
  void end(std::uint32_t entry, std::vector<scenario::Node> first, std::vector<scenario::Node> second = {}) {
    plane.end(action(entry, std::move(first), std::move(second)));
  }

  scenario::Scenario scenario;
  Toys toys;
  FaultPlane plane;
};

TEST(FaultPlane, a_partition_stops_frames_counts_them_and_lets_them_go) {
  Faulty f(2);
  f.toys.connect(0, 1);
  scenario::PartitionFault stall;
  stall.mode = scenario::CutMode::stall;
  const auto cut = f.add(stall);
  f.begin(cut, {0}, {1});
  for (int i = 0; i < 10; ++i) {
    f.toys.send(0, 1, std::to_string(i));
    f.toys.run(seconds(1));
  }
  EXPECT_TRUE(f.toys[1].received.empty());
  f.end(cut, {0}, {1});
  f.toys.run(seconds(1));
  EXPECT_EQ(f.toys[1].received.size(), 10U);
  EXPECT_EQ(f.plane.frames_stopped(cut, 0), 10U);
}

TEST(FaultPlane, a_cut_of_one_direction_lets_the_other_pass) {
  Faulty f(2);
  f.toys.connect(0, 1);
  scenario::PartitionFault stall;
  stall.mode = scenario::CutMode::stall;
  stall.direction = scenario::Direction::first_to_second;
  const auto cut = f.add(stall);
  f.begin(cut, {0}, {1});
  f.toys.send(0, 1, "there");
  f.toys.send(1, 0, "back");
  f.toys.run(seconds(1));
  EXPECT_TRUE(f.toys[1].received.empty());
  EXPECT_EQ(f.toys[0].texts(), std::vector<std::string>{"back"});
}

TEST(FaultPlane, only_faults_of_paths_stop_frames) {
  Faulty f(1);
  const auto pause = f.add(scenario::PauseFault{});
  f.begin(pause, {0});
  f.end(pause, {0});
  EXPECT_EQ(f.plane.frames_stopped(pause, 0), std::nullopt);
}

TEST(FaultPlane, of_two_pauses_the_longer_one_counts) {
  Faulty f(1);
  const auto first = f.add(scenario::PauseFault{});
  const auto second = f.add(scenario::PauseFault{});
  f.begin(first, {0});
  f.begin(second, {0});
  f.end(first, {0});
  EXPECT_TRUE(f.toys.engine->paused({0})) << "the first pause ended the second";
  f.end(second, {0});
  EXPECT_FALSE(f.toys.engine->paused({0}));
}

TEST(FaultPlane, a_crash_ends_the_pauses_of_its_life) {
  Faulty f(1);
  const auto before = f.add(scenario::PauseFault{});
  const auto after = f.add(scenario::PauseFault{});
  f.begin(before, {0});
  f.toys.engine->crash({0}, DiskFate::kept);
  f.toys.engine->start({0});
  EXPECT_FALSE(f.toys.engine->paused({0}));
  f.begin(after, {0});
  f.end(before, {0});
  EXPECT_TRUE(f.toys.engine->paused({0})) << "a pause of an earlier life ended one of this";
  f.end(after, {0});
  EXPECT_FALSE(f.toys.engine->paused({0}));
}

TEST(FaultPlane, the_pause_of_a_node_that_is_down_does_nothing) {
  Faulty f(1);
  const auto pause = f.add(scenario::PauseFault{});
  f.toys.engine->crash({0}, DiskFate::kept);
  f.begin(pause, {0});
  f.toys.engine->start({0});
  EXPECT_FALSE(f.toys.engine->paused({0}));
  f.end(pause, {0});
  EXPECT_TRUE(f.toys.engine->running({0}));
}

TEST(FaultPlane, two_drifts_that_together_would_stop_a_clock_are_both_undone) {
  Faulty f(1);
  const auto slow = f.add(scenario::ClockFault{.who = {}, .offset = {}, .drift = {-600'000'000}, .step = {}});
  const auto slower = f.add(scenario::ClockFault{.who = {}, .offset = {}, .drift = {-600'000'000}, .step = {}});
  f.begin(slow, {0});
  f.begin(slower, {0});
  f.toys.run(seconds(1));
  f.end(slow, {0});
  EXPECT_EQ(f.toys.engine->drift({0}), -600'000'000);
  f.end(slower, {0});
  EXPECT_EQ(f.toys.engine->drift({0}), 0);
}

TEST(FaultPlane, offsets_and_drifts_are_undone_steps_stay) {
  Faulty f(2);
  const auto offset = f.add(scenario::ClockFault{.who = {}, .offset = minutes(3), .drift = {}, .step = seconds(7)});
  const auto drift = f.add(scenario::ClockFault{.who = {}, .offset = {}, .drift = {50'000'000}, .step = {}});
  f.begin(offset, {0});
  f.begin(drift, {1});
  f.begin(offset, {1});
  EXPECT_EQ(f.toys[0].env.clock.wall(), f.toys.engine->wall() + minutes(3) + seconds(7));
  f.toys.run(seconds(4));
  f.end(offset, {0});
  f.end(offset, {1});
  f.end(drift, {1});
  EXPECT_EQ(f.toys[0].env.clock.wall(), f.toys.engine->wall() + seconds(7));
  EXPECT_EQ(f.toys[1].env.clock.wall(), f.toys.engine->wall() + seconds(7) + milliseconds(200));  // 4 s, 5 % too fast
  EXPECT_EQ(f.toys.engine->drift({1}), 0);
}

scenario::DiskFault disk(scenario::DiskTrouble mode, std::uint32_t parts) {
  return {.who = {}, .mode = mode, .amount = {parts}};
}

TEST(FaultPlane, of_two_slow_disks_the_product_counts_and_each_undoes_its_own) {
  Faulty f(1);
  const auto duration = [&] {
    const Instant begin = f.toys.engine->now();
    Duration took;
    f.toys.on(
        0, [&] { f.toys[0].env.disk.commit({}, [&](const Result<Unit>&) { took = f.toys.engine->now() - begin; }); });
    f.toys.run(seconds(10));
    return took;
  };
  const auto half = f.add(disk(scenario::DiskTrouble::slow, 500'000'000));
  const auto tenth = f.add(disk(scenario::DiskTrouble::slow, 100'000'000));
  EXPECT_EQ(duration(), milliseconds(1));
  f.begin(half, {0});
  EXPECT_EQ(duration(), milliseconds(2));
  f.begin(tenth, {0});
  EXPECT_EQ(duration(), milliseconds(20));
  f.end(half, {0});
  EXPECT_EQ(duration(), milliseconds(10));
  f.end(tenth, {0});
  EXPECT_EQ(duration(), milliseconds(1));
}

TEST(FaultPlane, each_full_disk_takes_a_part_of_what_is_free_and_gives_that_back) {
  Faulty f(2);
  const auto half = f.add(disk(scenario::DiskTrouble::full, 500'000'000));
  const auto all = f.add(disk(scenario::DiskTrouble::full, 1'000'000'000));
  const auto free = [&] { return f.toys.engine->disk_free({0}); };
  f.begin(half, {0});
  EXPECT_EQ(free(), 500U);
  f.begin(all, {0});
  EXPECT_EQ(free(), 0U);
  f.end(half, {0});
  EXPECT_EQ(free(), 500U);
  f.end(all, {0});
  EXPECT_EQ(free(), 1000U);
  EXPECT_EQ(f.toys.engine->disk_free({1}), 1000U) << "a disk that nobody named";
}

TEST(FaultPlane, each_disk_is_damaged_with_luck_of_its_own) {
  Faulty f(2);
  for (std::uint32_t node = 0; node < 2; ++node) {
    f.toys.on(node, [&, node] {
      env::Batch batch;
      for (char c = '0'; c <= '9'; ++c) batch.put(std::string(1, c), std::string(20, c));
      f.toys[node].env.disk.commit(std::move(batch), [](const Result<Unit>&) {});
    });
  }
  f.toys.run(seconds(1));
  const auto contents = [&](std::uint32_t node) {
    std::string all;
    for (auto at = f.toys[node].env.disk.latest().seek(""); at->valid(); at->next()) all += at->value();
    return all;
  };
  const std::string whole = contents(0);
  const auto damage = f.add(disk(scenario::DiskTrouble::corrupt, 500'000'000));
  f.begin(damage, {0, 1});
  EXPECT_NE(contents(0), whole);
  EXPECT_NE(contents(1), whole);
  EXPECT_NE(contents(0), contents(1));
  const std::string damaged = contents(0);
  f.end(damage, {0, 1});
  EXPECT_EQ(contents(0), damaged) << "nobody can bring it back";
}

TEST(FaultPlane, chains_fall_silent_lag_and_fork) {
  Faulty f(2);
  f.toys.engine->add_chain(
      {.name = "chain", .block_time = [](Generator&) { return seconds(1); }, .finality_blocks = 5});
  class Count final : public env::ChainHandler {
   public:
    void on_block(std::string_view, const env::ChainBlock& block) override { height = block.height.value; }
    void on_reorg(std::string_view, env::Height) override { ++reorgs; }
    void on_final(std::string_view, env::Height) override {}
    std::uint64_t height = 0;
    int reorgs = 0;
  } a, b;
  f.toys.on(0, [&] { f.toys[0].env.chains.follow("chain", {0}, {}, a); });
  f.toys.on(1, [&] { f.toys[1].env.chains.follow("chain", {0}, {}, b); });
  scenario::ChainFault chain;
  chain.chain = "chain";
  const auto outage = f.add(chain);
  chain.mode = scenario::ChainTrouble::delay;
  chain.delay = seconds(3);
  const auto lag = f.add(chain);
  chain.mode = scenario::ChainTrouble::reorg;
  chain.depth = 3;
  const auto fork = f.add(chain);

  f.toys.run(seconds(10));
  f.begin(outage, {0});
  f.begin(lag, {1});
  f.toys.run(milliseconds(9'900));
  EXPECT_LE(a.height, 10U);
  EXPECT_GE(b.height, 15U);
  EXPECT_LE(b.height, 17U);
  f.end(outage, {0});
  f.end(lag, {1});
  f.toys.run(seconds(10));
  f.begin(fork, {0, 1});
  f.toys.run(seconds(5));
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.reorgs, 1);
  EXPECT_EQ(b.reorgs, 1);
}

}  // namespace
}  // namespace lastmile::sim::test
