// Figures that the simulated world keeps, each in a run that moves it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

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

// Kind of traffic -> bytes so far, by second. From metrics.csv of a run.
class TrafficByKind : public ::testing::Test {
 protected:
  ~TrafficByKind() override { std::filesystem::remove_all(folder_); }
  std::map<std::string, std::vector<std::uint64_t>> sent(const SmallWorld& w, std::vector<std::string> sets = {}) {
    std::filesystem::create_directories(folder_);
    RunOptions options;
    options.folder = folder_;
    summary_ = *run_scenario(measured(w, std::move(sets)), std::move(options));
    std::map<std::string, std::vector<std::uint64_t>> out;
    std::ifstream file(folder_ + "/metrics.csv");
    for (std::string line; std::getline(file, line);) {
      const auto name = line.find(",all,sent_bytes.");
      if (name == std::string::npos) continue;
      const auto value = line.rfind(',');
      out[line.substr(name + 16, value - name - 16)].push_back(std::stoull(line.substr(value + 1)));
    }
    return out;
  }

  scenario::Summary summary_;
  const std::string folder_ =
      ::testing::TempDir() + "traffic-" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(TrafficByKind, grows_and_adds_up_to_what_was_sent_crashes_included) {
  SmallWorld w;
  w.roads = R"({"gossip": true, "reconciliation": true, "chain": true, "content_store": true})";
  w.chains = R"({"name": "ethereum", "kind": "evm", "block_time": "2s", "finality_blocks": 3, "archive_every": "5s",
                 "synchronizers": ["node:west-0", "node:east-0"]})";
  w.parameters = R"("intervals.archive_every": "5s")";  // for heads, which tell of archives
  w.types = R"({"POST": "50%", "STORE": "50%"})";
  w.files = R"({"size": "300KiB"})";
  w.faults = kCut + R"(, {"name": "fall", "kind": "crash", "who": "node:west-2", "disk": "kept", "restart_after": "3s",
                          "from": "trouble+5s", "until": "heal"})";
  const auto kinds = sent(w);
  ASSERT_EQ(kinds.size(), scenario::kTrafficKindCount);
  double all = 0;
  for (const auto& [kind, bytes] : kinds) {
    EXPECT_GT(bytes.back(), 0U) << kind;
    EXPECT_TRUE(std::is_sorted(bytes.begin(), bytes.end())) << kind;
    all += static_cast<double>(bytes.back());
  }
  EXPECT_NEAR(figure(summary_, "bytes_per_message").value * figure(summary_, "deliveries").value / all, 1, 1e-6);
  const double of_messages = static_cast<double>(kinds.at("messages").back() + kinds.at("bulk").back());
  EXPECT_NEAR(figure(summary_, "control_share").value, 1 - of_messages / all, 1e-6);
}

TEST_F(TrafficByKind, of_a_road_that_is_off_is_none) {
  SmallWorld w;
  w.roads = R"({"gossip": true, "reconciliation": false, "chain": false, "content_store": false})";
  const auto kinds = sent(w);
  EXPECT_EQ(kinds.at("reconciliation").back(), 0U);
  EXPECT_EQ(kinds.at("heads").back(), 0U);
  EXPECT_GT(kinds.at("messages").back(), 0U);
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
