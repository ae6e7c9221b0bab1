// One fault at a time under load: whatever goes wrong, the network ends with one state and has lost nothing it
// acknowledged. Each run publishes about 280 messages through eight nodes.
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

SmallWorld with(std::string faults, std::string checks = "") {
  SmallWorld w;
  w.faults = std::move(faults);
  w.checks = std::move(checks);
  return w;
}

std::string cut(const std::string& more) {
  return R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], )" + more +
         R"( "from": "trouble", "until": "heal"})";
}
const std::string kDiverged = R"(,{"name": "diverged", "between": ["group:west", "group:east"], "during": "cut"})";

TEST(Partition, that_stalls_heals) { expect_pass(with(cut(R"("mode": "stall",)"), kDiverged)); }
TEST(Partition, that_resets_connections_heals) { expect_pass(with(cut(R"("mode": "reset",)"), kDiverged)); }
TEST(Partition, of_one_direction_heals) {
  expect_pass(with(cut(R"("mode": "stall", "direction": "first_to_second",)")));
}
TEST(Partition, of_one_direction_that_resets_heals) {
  expect_pass(with(cut(R"("mode": "reset", "direction": "first_to_second",)")));
}
TEST(Partition, that_leaks_heals) { expect_pass(with(cut(R"("mode": "stall", "leak": "10%",)"))); }

std::string crash(const std::string& disk) {
  return R"({"name": "power", "kind": "crash", "who": "random:3", "disk": ")" + disk +
         R"(", "restart_after": "4s", "from": "trouble+3s", "until": "heal"})";
}

TEST(Crash, with_the_disk_kept_loses_nothing) { expect_pass(with(crash("kept"))); }
TEST(Crash, with_a_torn_disk_loses_nothing_acknowledged) { expect_pass(with(crash("torn"))); }
TEST(Crash, with_a_lost_disk_catches_up) {
  // acknowledged_kept looks only at nodes that come back with a disk.
  auto s = small_scenario(with(crash("lost")));
  std::erase_if(s.checks, [](const auto& check) { return check.name == scenario::CheckName::acknowledged_kept; });
  expect_pass(run(s));
}
TEST(Crash, again_and_again_ends_in_one_state) {
  expect_pass(with(R"({"name": "churn", "kind": "churn", "who": "random:4", "session": "3s", "absence": "1500ms",
                       "disk": "torn", "from": "trouble", "until": "heal"})"));
}
TEST(Crash, during_a_cut_ends_in_one_state) { expect_pass(with(cut(R"("mode": "stall",)") + "," + crash("torn"))); }

TEST(Link, that_loses_frames_delays_and_repeats_is_made_good) {
  expect_pass(with(R"({"name": "bad", "kind": "link", "between": ["group:west", "group:east"], "loss": "20%",
                       "latency_add": "300ms", "jitter": "100ms", "from": "trouble", "until": "heal"})"));
}
TEST(Link, that_replays_and_reorders_frames_does_no_harm) {
  expect_pass(with(
      R"({"name": "odd", "kind": "link", "between": ["group:west", "group:east"], "duplicate": "30%", "reorder": "30%",
                       "from": "trouble", "until": "heal"})"));
}
TEST(Link, that_corrupts_frames_lets_nothing_forged_through) {
  expect_pass(with(R"({"name": "noise", "kind": "link", "between": ["group:west", "group:east"], "corrupt": "2%",
                       "from": "trouble", "until": "heal"})"));
}
TEST(Link, that_holds_frames_back_ends_in_one_state) {
  expect_pass(with(R"({"name": "late", "kind": "hold", "between": ["group:west", "group:east"], "from": "trouble",
                       "until": "heal"})"));
}

TEST(Pause, of_several_nodes_ends_in_one_state) {
  expect_pass(with(R"({"name": "stop", "kind": "pause", "who": "random:3", "from": "trouble+2s", "for": "8s"},
                      {"name": "stop-again", "kind": "pause", "who": "random:3", "from": "trouble+5s", "for": "8s"})"));
}

TEST(Clocks, that_are_off_and_drift_do_not_divide_the_network) {
  expect_pass(with(R"({"name": "clock", "kind": "clock", "who": "random:3", "offset": "40s", "drift": "200ppm",
                       "from": "trouble", "until": "heal"})"));
}

}  // namespace
}  // namespace lastmile::sim::test
