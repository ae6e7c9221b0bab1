// The injector: faults begin and end when they should, and undo only what they did.
#include "sim/fault/injector.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using Stories = std::vector<std::string>;

Instant at(std::int64_t s) { return Instant{} + seconds(s); }

TEST(Injector, a_partition_begins_ends_and_counts) {
  Toys toys(2);
  toys.connect(0, 1);
  Injector injector(*toys.engine, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.cut = CutMode::stall;
  const std::size_t cut = injector.schedule({"cut", at(10), at(20), LinkFault{rule}});
  Stories changes;
  injector.on_change([&](const FaultRecord& record, bool begin) {
    changes.push_back(record.name + (begin ? " begins " : " ends ") +
                      std::to_string(toys.engine->now().ns / 1'000'000'000));
  });
  for (int i = 0; i < 30; ++i) {
    toys.send(0, 1, std::to_string(i));
    toys.run(seconds(1));
  }
  EXPECT_EQ(changes, (Stories{"cut begins 10", "cut ends 20"}));
  EXPECT_EQ(toys[1].received.size(), 30U);
  const FaultRecord record = injector.record(cut);
  EXPECT_EQ(record.nodes, 2U);
  EXPECT_EQ(record.frames_stopped, 10U);
  EXPECT_EQ(record.ended, at(20));
}

TEST(Injector, crashes_restart_at_the_end_by_law_or_never) {
  Toys toys(4);
  Injector injector(*toys.engine, 1);
  injector.schedule({"all at the end", at(1), at(10), CrashFault{{{0}}, DiskFate::kept, {}}});
  injector.schedule(
      {"after a while", at(1), at(2), CrashFault{{{1}}, DiskFate::kept, [](Generator&) { return seconds(5); }}});
  injector.schedule(
      {"never", at(1), at(2), CrashFault{{{2}}, DiskFate::lost, [](Generator&) { return std::nullopt; }}});
  const auto up = [&] {
    std::string out;
    for (std::uint32_t i = 0; i < 4; ++i) out += toys.engine->running({i}) ? '1' : '0';
    return out;
  };
  toys.run(seconds(3));
  EXPECT_EQ(up(), "0001");
  toys.run(seconds(4));
  EXPECT_EQ(up(), "0101");
  toys.run(seconds(10));
  EXPECT_EQ(up(), "1101");
  EXPECT_EQ(injector.record(2).crashes, 1U);
}

TEST(Injector, faults_that_overlap_undo_only_what_they_did) {
  Toys toys(2);
  Injector injector(*toys.engine, 1);
  injector.schedule({"long crash", at(1), at(10), CrashFault{{{0}}, DiskFate::kept, {}}});
  injector.schedule({"short crash", at(2), at(3), CrashFault{{{0}, {1}}, DiskFate::kept, {}}});
  injector.schedule({"pause", at(2), at(5), PauseFault{{{0}}}});
  toys.run(seconds(4));
  EXPECT_FALSE(toys.engine->running({0})) << "the short crash ended the long one";
  EXPECT_TRUE(toys.engine->running({1}));
  toys.run(seconds(10));
  EXPECT_TRUE(toys.engine->running({0}));
  EXPECT_FALSE(toys.engine->paused({0}));
  EXPECT_EQ(toys.engine->incarnation({0}), 2U);
}

TEST(Injector, a_crash_during_a_pause_ends_the_pause) {
  Toys toys(1);
  Injector injector(*toys.engine, 1);
  injector.schedule({"pause", at(1), at(10), PauseFault{{{0}}}});
  injector.schedule({"crash", at(2), at(3), CrashFault{{{0}}, DiskFate::kept, {}}});
  injector.schedule({"second pause", at(4), at(20), PauseFault{{{0}}}});
  toys.run(seconds(12));
  EXPECT_TRUE(toys.engine->paused({0})) << "the first pause ended the second";
  toys.run(seconds(10));
  EXPECT_FALSE(toys.engine->paused({0}));
}

TEST(Injector, churn_brings_everybody_back) {
  Toys toys(5);
  Injector injector(*toys.engine, 1);
  const std::size_t churn =
      injector.schedule({"churn", at(1), at(60),
                         ChurnFault{{{1}, {2}, {3}},
                                    [](Generator& g) { return milliseconds(g.between(100, 4000)); },
                                    [](Generator& g) { return milliseconds(g.between(100, 4000)); },
                                    DiskFate::kept}});
  bool down = false;
  for (int i = 0; i < 200; ++i) {
    toys.run(milliseconds(300));
    for (const std::uint32_t node : {1U, 2U, 3U}) down = down || !toys.engine->running({node});
    EXPECT_TRUE(toys.engine->running({0}) && toys.engine->running({4}));
  }
  EXPECT_TRUE(down);
  toys.run(seconds(20));
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_TRUE(toys.engine->running({i}));
  const std::uint64_t crashes = injector.record(churn).crashes;
  EXPECT_GT(crashes, 20U);
  toys.run(minutes(5));
  EXPECT_EQ(injector.record(churn).crashes, crashes);
}

TEST(Injector, clocks_are_put_back) {
  Toys toys(2);
  Injector injector(*toys.engine, 1);
  injector.schedule({"step", at(1), at(5), ClockFault{{{0}}, minutes(3), true, 0}});
  injector.schedule({"drift", at(1), at(5), ClockFault{{{1}}, {}, true, 50'000'000}});
  toys.run(seconds(3));
  EXPECT_EQ(toys[0].env.clock.wall(), toys.engine->wall() + minutes(3));
  toys.run(seconds(10));
  EXPECT_EQ(toys[0].env.clock.wall(), toys.engine->wall());
  EXPECT_EQ(toys[1].env.clock.wall(), toys.engine->wall() + milliseconds(200));  // four seconds at a twentieth too fast
  EXPECT_EQ(toys.engine->drift({1}), 0);
}

TEST(Injector, chains_fall_silent_lag_and_fork) {
  Toys toys(2);
  toys.engine->add_chain({.name = "chain", .block_time = [](Generator&) { return seconds(1); }, .finality_blocks = 5});
  Injector injector(*toys.engine, 1);
  injector.schedule({"outage", at(10), at(20), ChainOutageFault{0, {{0}}}});
  injector.schedule({"lag", at(10), at(20), ChainDelayFault{0, {{1}}, seconds(3)}});
  const std::size_t fork = injector.schedule({"fork", at(30), at(30), ChainReorgFault{0, 3}});
  class Count final : public env::ChainHandler {
   public:
    void on_block(std::string_view, const env::ChainBlock& block) override { height = block.height.value; }
    void on_reorg(std::string_view, env::Height) override { ++reorgs; }
    void on_final(std::string_view, env::Height) override {}
    std::uint64_t height = 0;
    int reorgs = 0;
  } a, b;
  toys.on(0, [&] { toys[0].env.chains.follow("chain", {0}, {}, a); });
  toys.on(1, [&] { toys[1].env.chains.follow("chain", {0}, {}, b); });
  toys.run(milliseconds(19'900));
  EXPECT_LE(a.height, 10U);
  EXPECT_GE(b.height, 15U);
  EXPECT_LE(b.height, 17U);
  toys.run(seconds(15));
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.reorgs, 1);
  EXPECT_EQ(injector.record(fork).blocks_taken_back, 3U);
}

}  // namespace
}  // namespace lastmile::sim::test
