// Level `flow`: what a scenario says of machines, seen in what they draw. One run at that level for each test: a
// process holds no second one.
#include "sim/run/twin.hpp"
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

const std::string kServer = "/world/hardware/server/";

scenario::Scenario drawing(SmallWorld w, const std::string& level, const std::string& idle, const std::string& busy) {
  w.checks = R"(, {"name": "measure", "of": "energy_wh", "stat": "max", "at_least": 0})";
  return small_scenario(w, {"/network=" + level, kServer + "idle_power=" + idle, kServer + "busy_power=" + busy});
}

// 36 W whatever they do: a hundredth of a watt hour for each second.
TEST(MachinesOfAScenario, are_off_while_their_nodes_are_away_and_on_in_a_pause) {
  SmallWorld w;
  w.types = R"({"POST": "30%", "STORE": "60%", "FORGET": "10%"})";
  w.files = R"({"size": "3MiB"})";
  w.rate = "2/s";
  w.faults = R"({"name": "fall", "kind": "crash", "who": "node:east-2", "disk": "kept", "restart_after": "3s",
                 "from": "trouble+4s"},
                {"name": "stop", "kind": "pause", "who": "node:east-3", "from": "trouble+4s", "for": "5s"},
                {"name": "come-and-go", "kind": "churn", "who": "node:west-1", "session": "4s", "absence": "2s",
                 "disk": "torn", "from": "trouble", "until": "heal"})";
  const auto summary = run(drawing(w, "flow", "36W", "36W"));
  expect_pass(summary);
  const double seconds = (summary.end - Instant{}).seconds();
  const auto drawn = figure(summary, "energy_wh");
  ASSERT_EQ(drawn.count, 8U);
  EXPECT_NEAR(drawn.max, seconds / 100, 1e-6);
  EXPECT_NEAR(drawn.min, (seconds - 3 * 2) / 100, 1e-6) << "three absences of two seconds";
  EXPECT_NEAR(drawn.mean, (8 * seconds - 3 * 2 - 3) / 8 / 100, 1e-6) << "a crash of three";
}

// Hashes of 3 MiB take 2 ms, and transfers of them share links at one of the two levels.
TEST(MachinesOfAScenario, draw_the_same_for_their_work_at_both_levels) {
  SmallWorld w;
  w.types = R"({"STORE": "100%"})";
  w.files = R"({"size": "3MiB"})";
  w.rate = "1/s";
  const auto access = run(drawing(w, "access", "0W", "10W"));
  const auto flow = run(drawing(w, "flow", "0W", "10W"));
  EXPECT_NE(access.digest, flow.digest) << "nothing shares anything";
  const auto least = figure(flow, "energy_wh").min;
  EXPECT_GT(least, 5.0 * 34 * 0.002 / 3600) << "34 hashes by each, of one core of two";
  EXPECT_NEAR(least, figure(access, "energy_wh").min, 1e-6);
  EXPECT_NEAR(figure(flow, "energy_wh").max, figure(access, "energy_wh").max, 1e-6);
}

TEST(MachinesOfAScenario, whose_draw_nobody_asks_for_do_the_same) {
  SmallWorld w;
  w.types = R"({"STORE": "100%"})";
  w.files = R"({"size": "3MiB"})";
  w.rate = "1/s";
  w.faults = R"({"name": "fall", "kind": "crash", "who": "node:east-2", "disk": "kept", "restart_after": "3s",
                 "from": "trouble+4s"})";
  const auto twins = compare_runs(drawing(w, "flow", "0W", "0W"), drawing(w, "flow", "0W", "10W"));
  ASSERT_TRUE(twins.ok()) << twins.error().text;
  EXPECT_EQ(twins->difference, "");
}

}  // namespace
}  // namespace lastmile::sim::test
