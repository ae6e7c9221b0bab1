// A run that its user or a limit ends: soon also in worlds whose simulated second takes long, and without a trace in
// runs that go on.
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

scenario::Summary run_with(RunOptions options, std::vector<std::string> sets = {}) {
  auto summary = run_scenario(small_scenario({}, std::move(sets)), std::move(options));
  EXPECT_TRUE(summary.ok());
  return std::move(*summary);
}

TEST(EarlyEnd, LookingForItMoreOftenChangesNothing) {
  RunOptions often, seldom;
  often.events_per_look = 1;
  seldom.events_per_look = ~std::uint64_t{0};
  const auto a = run_with(std::move(often));
  const auto b = run_with(std::move(seldom));
  EXPECT_EQ(a.digest, b.digest);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.end, b.end);
  EXPECT_FALSE(a.limit_hit);
}

TEST(EarlyEnd, AnInterruptIsSeenWithinASimulatedSecond) {
  RunOptions options;
  options.events_per_look = 10;
  int looks = 0;
  options.interrupted = [&looks] { return ++looks == 40; };
  const auto summary = run_with(std::move(options));
  EXPECT_EQ(summary.limit_hit, "interrupted");
  EXPECT_EQ(summary.verdict, scenario::Verdict::unknown);
  EXPECT_LE(summary.events, 400U);
  EXPECT_LT(summary.end - Instant{}, seconds(1));
}

TEST(EarlyEnd, TheWallTimeIsLookedAtWithinASimulatedSecond) {
  RunOptions options;
  options.events_per_look = 10;
  const auto summary = run_with(std::move(options), {R"(/limits={"wall_time": "1ns"})"});
  EXPECT_EQ(summary.limit_hit, "wall time");
  EXPECT_EQ(summary.verdict, scenario::Verdict::unknown);
  EXPECT_LE(summary.events, 10U);
}

TEST(EarlyEnd, TheLimitOfEventsIsExact) {
  const auto summary = run_with({}, {R"(/limits={"events": 777})"});
  EXPECT_EQ(summary.limit_hit, "events");
  EXPECT_EQ(summary.events, 777U);
}

}  // namespace
}  // namespace lastmile::sim::test
