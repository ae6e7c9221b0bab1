// When what happens: phases, faults inside trouble only, repetitions, events that are awaited.
#include "scenarios/engine/timeline/timeline.hpp"

#include "scenarios/engine/folder/summary.hpp"
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The sample with one fault, and everything its timeline says.
class Plan {
 public:
  explicit Plan(const std::string& faults, std::vector<std::string> sets = {}, std::uint64_t seed = 7) {
    sets.insert(sets.begin(), "/faults=[" + faults + "]");
    scenario = std::make_unique<Scenario>(sample(sets));
    nodes = std::make_unique<NodeTable>(*scenario, seed);
    timeline = std::make_unique<Timeline>(*scenario, seed, *nodes);
  }
  // "20 fault_started cut", "22.5 node_down west-0", ...
  std::vector<std::string> until(double s) {
    std::vector<std::string> out;
    while (const auto next = timeline->next()) {
      if (*next > at(s)) break;
      for (const Action& action : timeline->advance(*next)) add(out, action);
    }
    timeline->advance(at(s));
    return out;
  }
  std::vector<std::string> all() { return until(1000); }
  void happens(double s, Kind kind) { timeline->on_event(at(s), {kind, {}, 0, 0, 0}); }

  std::unique_ptr<Scenario> scenario;
  std::unique_ptr<NodeTable> nodes;
  std::unique_ptr<Timeline> timeline;

 private:
  void add(std::vector<std::string>& out, const Action& action) const {
    std::string time = std::to_string(static_cast<double>(action.time.ns) / 1e9);
    time.erase(time.find_last_not_of('0') + 1);
    if (time.back() == '.') time.pop_back();
    const auto fault = [&] { return scenario->faults[action.entry].name; };
    switch (action.kind) {
      case Action::Kind::fault_started:
        out.push_back(time + " begins " + fault());
        break;
      case Action::Kind::fault_ended:
        out.push_back(time + " ends " + fault());
        break;
      case Action::Kind::node_down:
        out.push_back(time + " down " + (*nodes)[action.node].name);
        break;
      case Action::Kind::node_up:
        out.push_back(time + " up " + (*nodes)[action.node].name);
        break;
      default:
        break;
    }
  }
};

const std::string kPause = R"("kind":"pause","who":"one")";

TEST(Timeline, WalksThroughThePhases) {
  Plan plan("");
  plan.until(75);
  EXPECT_EQ(plan.timeline->phase(), Phase::heal);
  EXPECT_FALSE(plan.timeline->finished());
  plan.all();
  EXPECT_TRUE(plan.timeline->finished());
  const auto spans = plan.timeline->phase_spans();
  ASSERT_EQ(spans.size(), 4U);
  EXPECT_EQ(spans[1].from, at(10));
  EXPECT_EQ(spans[1].until, at(70));
  EXPECT_EQ(spans[3].until, at(140));
  EXPECT_EQ(plan.timeline->traffic_end(), at(80));
}

TEST(Timeline, MayEndBeforeTheBoundOfSettle) {
  Plan plan("");
  plan.until(100);
  plan.timeline->finish(at(100));
  EXPECT_TRUE(plan.timeline->finished());
  EXPECT_EQ(plan.timeline->next(), std::nullopt);
  EXPECT_EQ(plan.timeline->phase_spans().back().until, at(100));
}

TEST(Timeline, EndsEveryFaultWithTrouble) {
  Plan plan(R"({"name":"a",)" + kPause + R"(,"from":"trouble+50s"},{"name":"b",)" + kPause +
            R"(,"from":{"every":"25s","from":"trouble+30s"},"for":"20s"})");
  EXPECT_THAT(plan.all(),
              ElementsAre("40 begins b", "60 ends b", "60 begins a", "65 begins b", "70 ends a", "70 ends b"));
  EXPECT_EQ(plan.timeline->last_fault_end(), at(70));
}

TEST(Timeline, RepeatsEveryInterval) {
  Plan plan(R"({"name":"p",)" + kPause +
            R"(,"from":{"every":"10s","from":"trouble+5s","until":"trouble+30s"},"for":"1s"})");
  EXPECT_THAT(plan.all(),
              ElementsAre("15 begins p", "16 ends p", "25 begins p", "26 ends p", "35 begins p", "36 ends p"));
}

TEST(Timeline, DrawsAPoissonProcessFromItsOwnStream) {
  const std::string poisson = R"({"name":"p",)" + kPause + R"(,"from":{"rate":"30/min"},"for":"10ms"})";
  const auto first = Plan(poisson).all();
  EXPECT_EQ(Plan(poisson).all(), first);
  EXPECT_NE(Plan(poisson, {}, 8).all(), first);
  // 30 expected in the minute of trouble; four standard deviations are 22.
  EXPECT_GT(first.size(), 2U * 8);
  EXPECT_LT(first.size(), 2U * 52);
  for (const auto& line : first) {
    EXPECT_GE(std::stod(line), 10) << line;
    EXPECT_LE(std::stod(line), 70) << line;
  }
}

TEST(Timeline, WaitsForTheCountedEvent) {
  Plan plan(R"({"name":"p",)" + kPause + R"(,"from":{"on":"block_final","count":2,"after":"5s"},"for":"1s"})");
  plan.until(5);
  plan.happens(5, Kind::block_final);  // before trouble: does not count
  plan.until(20);
  plan.happens(20, Kind::block_final);
  plan.happens(20, Kind::node_started);
  plan.until(22);
  plan.happens(22, Kind::block_final);
  plan.happens(23, Kind::block_final);
  EXPECT_THAT(plan.all(), ElementsAre("27 begins p", "28 ends p"));
  EXPECT_THAT(plan.timeline->never_reached(), IsEmpty());
}

TEST(Timeline, CountsDepthsOfAQueue) {
  Plan plan(R"({"name":"p",)" + kPause + R"(,"from":{"on":"queue_above:inbox:500"},"for":"1s"})");
  plan.until(20);
  const auto depth = [&](trace::Queue queue, std::uint64_t n) {
    plan.timeline->on_event(at(20), {Kind::queue_depth, {}, static_cast<std::uint64_t>(queue), n, 1000});
  };
  depth(trace::Queue::inbox, 500);
  depth(trace::Queue::verify, 900);
  EXPECT_THAT(plan.until(21), IsEmpty());
  depth(trace::Queue::inbox, 501);
  EXPECT_THAT(plan.all(), ElementsAre("21 begins p", "22 ends p"));
}

TEST(Timeline, StartsAFaultWhenAPartitionHeals) {
  Plan plan(
      R"({"name":"cut","kind":"partition","between":["group:west","group:east"],"until":"trouble+20s"},{"name":"p",)" +
      kPause + R"(,"from":{"on":"partition_healed"},"for":"1s"})");
  EXPECT_THAT(plan.all(), ElementsAre("10 begins cut", "30 ends cut", "30 begins p", "31 ends p"));
}

TEST(Timeline, ListsEventsThatNeverCame) {
  Plan plan(R"({"name":"late",)" + kPause + R"(,"from":{"on":"node_crashed"},"for":"1s"})");
  plan.all();
  EXPECT_THAT(plan.timeline->never_reached(), ElementsAre("event node_crashed of fault late"));
  EXPECT_EQ(plan.timeline->last_fault_end(), std::nullopt);
}

TEST(Timeline, TakesNoFaultFromAnEventAfterTrouble) {
  for (const std::string& body : {kPause, std::string(R"("kind":"chain","chain":"ethereum","mode":"reorg")"),
                                  std::string(R"("kind":"crash","who":"one","restart_after":"1s")")}) {
    Plan plan(R"({"name":"late",)" + body + R"(,"from":{"on":"block_final","after":"50s"},"for":"1s"})");
    plan.until(30);
    plan.happens(30, Kind::block_final);
    EXPECT_THAT(plan.all(), IsEmpty()) << body;
  }
}

TEST(Timeline, TakesNoFaultFromAnEventAtTheVeryEndOfTrouble) {
  Plan plan(R"({"name":"late","kind":"crash","who":"one","from":{"on":"block_final"}})");
  plan.until(69);
  plan.happens(70, Kind::block_final);
  EXPECT_THAT(plan.all(), IsEmpty());
}

TEST(AwaitedEvent, MakesARunAtBestUnknown) {
  FakeRun run(R"({"name":"all_processed"})",
              {R"(/faults=[{"name":"late","kind":"pause","who":"one","from":{"on":"node_crashed"},"for":"1s"}])"});
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.until(140);
  const Summary summary = make_summary(*run.scenario, 7, *run.timeline, run.watch(), at(140));
  EXPECT_EQ(summary.checks.at(0).verdict, Verdict::pass);
  EXPECT_EQ(summary.verdict, Verdict::unknown);
  EXPECT_THAT(summary.never_reached, ElementsAre("event node_crashed of fault late"));
}

TEST(Crash, TakesNodesDownAndUpAgain) {
  Plan plan(R"({"name":"c","kind":"crash","who":"group:east","from":"trouble","restart_after":"3s"})");
  EXPECT_THAT(plan.all(), ElementsAre("10 begins c", "10 down east-0", "10 down east-1", "13 up east-0", "13 up east-1",
                                      "13 ends c"));
}

TEST(Crash, WithoutARestartLawLastsAsLongAsTheFault) {
  Plan plan(R"({"name":"c","kind":"crash","who":"node:east-0","from":"trouble","for":"5s"})");
  EXPECT_THAT(plan.all(), ElementsAre("10 begins c", "10 down east-0", "15 up east-0", "15 ends c"));
}

TEST(Crash, MayBeForGood) {
  Plan plan(R"({"name":"c","kind":"crash","who":"node:east-0","from":"trouble","restart_after":"never"})");
  EXPECT_THAT(plan.all(), ElementsAre("10 begins c", "10 down east-0", "70 ends c"));
}

TEST(Crash, IsOverBeforeItsNodeComesBack) {
  // A law may draw zero.
  Plan plan(R"({"name":"c","kind":"crash","who":"node:east-0","from":"trouble","restart_after":"0s"})");
  const auto lines = plan.all();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[1], "10 down east-0");
  EXPECT_THAT(lines[2], ::testing::HasSubstr("up east-0"));
}

TEST(Crash, OfANodeThatIsDownAlreadyWaitsForBoth) {
  Plan plan(R"({"name":"a","kind":"crash","who":"node:east-0","from":"trouble","for":"10s"},)"
            R"({"name":"b","kind":"crash","who":"node:east-0","from":"trouble+5s","for":"10s"})");
  EXPECT_THAT(plan.all(),
              ElementsAre("10 begins a", "10 down east-0", "15 begins b", "20 ends a", "25 up east-0", "25 ends b"));
}

TEST(Churn, LeavesAndReturnsUntilItEnds) {
  Plan plan(
      R"({"name":"c","kind":"churn","who":"node:east-0","session":"10s","absence":"4s","from":"trouble","for":"30s"})");
  EXPECT_THAT(plan.all(), ElementsAre("10 begins c", "20 down east-0", "24 up east-0", "34 down east-0", "38 up east-0",
                                      "40 ends c"));
}

TEST(Churn, OfZeroLengthsStillMovesOn) {
  Plan plan(
      R"({"name":"c","kind":"churn","who":"node:east-0","session":"0s","absence":"0s","from":"trouble","for":"100ns"})");
  const auto lines = plan.all();
  EXPECT_GT(lines.size(), 10U);
  EXPECT_LT(lines.size(), 300U);
}

TEST(Groups, MayStartLater) {
  Plan plan("", {"/world/groups/1/start=trouble+5s"});
  EXPECT_THAT(plan.all(), ElementsAre("0 down east-0", "0 down east-1", "15 up east-0", "15 up east-1"));
}

const std::string kCut = R"("kind":"partition","between":["group:west","group:east"],"islands":["l","r"])";

TEST(Islands, AreThoseOfTheOccurrenceThatGoesOn) {
  Plan plan(R"({"name":"cut","kind":"partition","between":["random:2","all"],"islands":["l","r"],)"
            R"("from":{"every":"10s","until":"trouble+15s"},"for":"15s"})");
  plan.until(24);
  ASSERT_EQ(plan.timeline->spans().size(), 2U);
  const auto left = [&] { return plan.nodes->select(Selector{{{Atom{AtomKind::island, false, "l", 0, {}}}}}, "x"); };
  EXPECT_EQ(left(), plan.timeline->spans()[1].first);
  plan.until(26);  // the first has ended
  EXPECT_EQ(left(), plan.timeline->spans()[1].first);
  plan.until(36);
  EXPECT_THAT(left(), IsEmpty());
}

// A fault of nobody demonstrates nothing.
TEST(Islands, ThatAreNotThereMakeARunAtBestUnknown) {
  FakeRun run(R"({"name":"all_processed"})",
              {"/faults=[{\"name\":\"cut\"," + kCut + R"(,"from":"trouble+30s"},)" +
               R"({"name":"early","kind":"pause","who":"island:r","from":"trouble+1s","for":"1s"}])"});
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.until(140);
  const Summary summary = make_summary(*run.scenario, 7, *run.timeline, run.watch(), at(140));
  EXPECT_EQ(summary.checks.at(0).verdict, Verdict::pass);
  EXPECT_EQ(summary.verdict, Verdict::unknown);
  EXPECT_EQ(summary.faults.size(), 1U) << "the pause of nobody counts as one";
  EXPECT_THAT(summary.never_reached, ElementsAre("nodes of fault early"));
}

TEST(Islands, ThatAreNotThereTakeNoTraffic) {
  Plan plan("{\"name\":\"cut\"," + kCut + "}", {R"(/traffic/0/into="island:l")"});
  plan.all();
  EXPECT_THAT(plan.timeline->never_reached(), ElementsAre("nodes of traffic wallets"));
}

TEST(PathFaults, ThatNobodyCouldForeseeEndTheRunWhenTheyAreTooMany) {
  Plan plan(R"({"name":"l","kind":"link","between":["group:west","group:east"],"loss":"1%","from":{"rate":"100/s"},)"
            R"("for":"50s"})");
  plan.until(12);
  EXPECT_FALSE(plan.timeline->exceeded());
  plan.until(59);
  EXPECT_EQ(plan.timeline->spans().size(), kPathFaultsMax);
  EXPECT_EQ(plan.timeline->exceeded(), "more than 1,000 partitions, links and holds at once");
}

TEST(Islands, ExistWhileTheirPartitionRuns) {
  Plan plan(
      R"({"name":"cut","kind":"partition","between":["group:west","group:east"],"islands":["l","r"],"until":"heal"},)"
      R"({"name":"p","kind":"pause","who":"island:r","from":"trouble+1s","for":"1s"})");
  plan.until(11);
  ASSERT_EQ(plan.timeline->spans().size(), 2U);
  EXPECT_THAT(plan.timeline->spans()[1].first, ElementsAre(3, 4));
  EXPECT_EQ((*plan.timeline->islands(0))[1], "r");
}

}  // namespace
}  // namespace lastmile::scenario::test
