// metrics.csv: what a run looks like second by second.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "scenarios/engine/folder/metrics_log.hpp"
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

class Metrics : public ::testing::Test {
 protected:
  ~Metrics() override { std::remove(path.c_str()); }
  // The rows of one sample.
  std::string rows() {
    auto log = MetricsLog::create(path, *run.nodes, *run.timeline, run.watch(), run.world);
    EXPECT_TRUE(log.ok());
    run.until(1);
    (*log)->on_sample(at(1));
    EXPECT_TRUE((*log)->close().ok());
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  void expect_row(const std::string& rows, const std::string& row) {
    EXPECT_NE(rows.find("\n" + row + "\n"), std::string::npos) << row << " is not in\n" << rows;
  }

  FakeRun run{R"({"name": "converged"})"};
  std::string path =
      ::testing::TempDir() + "metrics-" + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv";
};

TEST_F(Metrics, SayWhatEachKindOfTrafficTookSoFar) {
  run.world.totals = WireTotals{21, 7, std::array<std::uint64_t, kTrafficKindCount>{1, 2, 3, 4, 5, 6}};
  const std::string csv = rows();
  expect_row(csv, "1,all,sent_bytes.messages,1");
  expect_row(csv, "1,all,sent_bytes.gossip_control,2");
  expect_row(csv, "1,all,sent_bytes.bulk,6");
}

TEST_F(Metrics, LeaveOutTrafficThatTheWorldDoesNotTellApart) {
  run.world.totals = WireTotals{21, 7, std::nullopt};
  EXPECT_EQ(rows().find("sent_bytes"), std::string::npos);
}

TEST_F(Metrics, SayHowNodesFareOnAverageAndAtWorst) {
  for (Node node = 0; node < 5; ++node) {
    run.world.gauges[{Gauge::mesh_degree, node}] = 4 + node;
    run.world.gauges[{Gauge::cpu_busy_parts, node}] = 100'000'000 * (node + 1);
  }
  const std::string csv = rows();
  expect_row(csv, "1,all,mesh_degree,6");
  expect_row(csv, "1,all,mesh_degree_least,4");
  expect_row(csv, "1,group:east,mesh_degree,7.5");
  expect_row(csv, "1,all,cpu_busy,0.3");
  expect_row(csv, "1,all,cpu_busy_most,0.5");
  EXPECT_EQ(csv.find("disk_bytes"), std::string::npos) << "nobody could say";
}

// A partition whose sides are drawn anew each time.
TEST_F(Metrics, NameTheIslandsOfEachOccurrenceAndStopAtALimit) {
  FakeRun drawn(R"({"name": "converged"})",
                {R"(/faults=[{"name": "cut", "kind": "partition", "between": ["random:2", "all"],
                              "from": {"every": "1s"}, "for": "500ms"}])",
                 "/world/groups/0/count=20"});
  auto log = MetricsLog::create(path, *drawn.nodes, *drawn.timeline, drawn.watch(), drawn.world);
  ASSERT_TRUE(log.ok());
  for (int s = 1; s <= 70; ++s) {
    drawn.until(s);
    (*log)->on_sample(at(s));
  }
  EXPECT_TRUE((*log)->close().ok());
  std::ifstream file(path);
  std::map<std::string, int> rows;  // of one time, scope and curve
  std::set<std::string> islands;
  for (std::string line; std::getline(file, line);) {
    EXPECT_EQ(++rows[line.substr(0, line.rfind(','))], 1) << line;
    const auto scope = line.find(",island:");
    if (scope != std::string::npos) islands.insert(line.substr(scope + 1, line.find(',', scope + 1) - scope - 1));
  }
  EXPECT_EQ(islands.size(), kIslandScopesMax);
  EXPECT_TRUE(islands.contains("island:cut-first"));
  EXPECT_TRUE(islands.contains("island:cut-second:2"));
  // Each message on each node is looked at for every cut that is followed: not for all that ever were.
  const std::size_t spans = drawn.timeline->spans().size();
  ASSERT_EQ(spans, 60U);
  EXPECT_EQ(drawn.watch().divergence(0), std::nullopt);
  EXPECT_EQ(drawn.watch().divergence(spans - 1), 0U);
}

TEST_F(Metrics, CountNobodyWhoIsDown) {
  for (Node node = 0; node < 5; ++node) run.world.gauges[{Gauge::mesh_degree, node}] = node == 0 ? 0 : 8;
  run.watch();
  run.crash(0, DiskFate::kept);
  expect_row(rows(), "1,all,mesh_degree_least,8");
}

TEST_F(Metrics, SayOfEachQueueInUseHowDeepAndHowOldItIs) {
  run.world.queues[{1, trace::Queue::fetch}] = {30, 100};
  run.world.queues[{4, trace::Queue::fetch}] = {7, 100};
  run.world.queue_ages[{1, trace::Queue::fetch}] = milliseconds(500);
  run.world.queue_ages[{4, trace::Queue::fetch}] = seconds(9);
  run.world.queues[{0, trace::Queue::outbound}] = {2, 100};
  run.world.queues[{0, trace::Queue::inbox}] = {0, 100};
  run.world.queue_ages[{0, trace::Queue::inbox}] = Duration{};
  const std::string csv = rows();
  expect_row(csv, "1,all,queue_depth,30");
  expect_row(csv, "1,all,queue_depth.fetch,30");
  expect_row(csv, "1,all,queue_age_s.fetch,9");
  expect_row(csv, "1,group:west,queue_age_s.fetch,0.5");
  expect_row(csv, "1,group:east,queue_depth.fetch,7");
  expect_row(csv, "1,all,queue_depth.outbound,2");
  EXPECT_EQ(csv.find("queue_age_s.outbound"), std::string::npos) << "nobody keeps its times";
  EXPECT_EQ(csv.find("inbox"), std::string::npos) << "nobody waits there";
}

}  // namespace
}  // namespace lastmile::scenario::test
