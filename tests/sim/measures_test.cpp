// Figures that the simulated world keeps, each in a run that moves it.
#include <algorithm>

#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

scenario::Scenario measured(SmallWorld w, std::vector<std::string> sets) {
  sets.insert(sets.begin(), R"(/checks=[{"name":"bounded_queues"}])");
  return small_scenario(w, std::move(sets));
}

const std::string kCut = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"],
                             "mode": "stall", "from": "trouble", "until": "heal"})";

TEST(Measured, disks_fill_with_what_is_stored) {
  const auto disk = [](const std::string& file) {
    SmallWorld w;
    w.types = R"({"STORE": "100%"})";
    return figure(run(measured(w, {"/traffic/0/files={\"size\": \"" + file + "\"}"})), "disk_bytes");
  };
  const auto small = disk("1KiB"), large = disk("100KiB");
  EXPECT_GT(small.max, small.min) << "it grows as messages come";
  // About 8 files per second for half a minute, all on every node.
  EXPECT_GT(large.max - small.max, 100 * 99 * 1024.0);
}

TEST(Measured, cores_are_busy_with_signatures_only_while_there_are_some) {
  SmallWorld w;
  const auto few = figure(run(measured(w, {})), "cpu_busy");
  EXPECT_GT(few.max, 0);
  EXPECT_LE(few.max, 1);
  EXPECT_EQ(few.min, 0) << "nothing to verify before traffic starts";
  w.rate = "80/s";
  EXPECT_GT(figure(run(measured(w, {})), "cpu_busy").mean, 4 * few.mean);
}

TEST(Measured, a_queue_ages_while_nobody_can_give_what_it_waits_for) {
  SmallWorld w;
  w.types = R"({"STORE": "100%"})";
  // Gossip passes now and then, so that nodes know of messages whose files they cannot get.
  w.faults = R"({"name": "rain", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "leak": "50%", "from": "trouble", "until": "heal"})";
  const auto rain = run(measured(w, {}));
  w.faults.clear();
  const auto dry = run(measured(w, {}));
  EXPECT_GT(figure(rain, "queue_age_s.fetch").max, 3 * figure(dry, "queue_age_s.fetch").max + 1);
  EXPECT_GE(figure(rain, "queue_age_s").max, figure(rain, "queue_age_s.fetch").max);
}

TEST(Measured, a_cut_is_as_wide_as_the_overlay_between_its_sides) {
  SmallWorld w;
  const auto whole = run(measured(w, {})).measures;
  EXPECT_TRUE(std::none_of(whole.begin(), whole.end(), [](const auto& m) { return m.name == "topology.cut"; }));
  w.faults = kCut;
  EXPECT_EQ(figure(run(measured(w, {})), "topology.cut").value, 16) << "four times four, all know each other";
  w.faults += R"(, {"name": "one-off", "kind": "hold", "between": ["node:west-0", "!node:west-0"],
                    "from": "trouble", "until": "heal"})";
  EXPECT_EQ(figure(run(measured(w, {})), "topology.cut").value, 16) << "the widest counts";
}

}  // namespace
}  // namespace lastmile::sim::test
