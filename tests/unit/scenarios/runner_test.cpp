// What a runner orders of a world, and how it ends a run.
#include "scenarios/engine/run/runner.hpp"

#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> with_usual_check(std::vector<std::string> sets) {
  sets.insert(sets.begin(), R"(/checks=[{"name": "all_processed"}])");
  return sets;
}

// Five nodes that take every message and process it everywhere at once, unless the test says otherwise; checked for
// all_processed, unless `sets` say otherwise.
class Story final : public RunWorld {
 public:
  explicit Story(std::vector<std::string> sets = {}, RunOptions options = {})
      : scenario_(sample(with_usual_check(std::move(sets)))), runner(scenario_, std::move(options), *this) {
    EXPECT_FALSE(runner.open(view).has_value());
    first_nodes = runner.first_nodes();
    runner.begin();
  }

  // Until the run ends, or its time is `s`.
  void until(double s) {
    while (!runner.finished() && runner.next_stop() <= at(s)) {
      now = std::max(now, runner.next_stop());
      runner.advance(now);
    }
  }
  Summary end() {
    until(1e6);
    auto summary = runner.close(runner.summary(now));
    EXPECT_TRUE(summary.ok());
    return *std::move(summary);
  }

  void carry_out(const Action& action) override { orders.push_back(action.kind); }
  bool reachable(Node node) const override { return view.running(node); }
  void publish(const Publication& publication) override {
    published.push_back(publication.number);
    if (!answer) return;
    runner.receipt(now, publication.node, publication.number, *answer);
    if (*answer != Status::processed) return;
    for (Node node = 0; node < 5; ++node) {
      view.statuses[{node, publication.item_hash.text()}] = Status::processed;
      view.readables.insert({node, publication.item_hash.text()});
      runner.on_event(now, node, {Kind::status_changed, publication.item_hash.view(), 0, 2, 0});
      runner.on_event(now, node, {Kind::message_processed, publication.item_hash.view(), 0, 0, 0});
    }
  }
  std::uint64_t events() const override { return published.size(); }
  std::uint64_t other_memory_bytes() const override { return other_memory; }

 private:
  const Scenario scenario_;

 public:
  FakeWorld view;
  Runner runner;
  Instant now{};
  std::vector<bool> first_nodes;
  std::vector<Action::Kind> orders;
  std::vector<std::uint64_t> published;
  std::optional<Status> answer = Status::processed;
  std::uint64_t other_memory = 0;
};

TEST(Runner, PlaysTimelineAndTrafficUntilEverythingHolds) {
  Story story;
  const Summary summary = story.end();
  EXPECT_THAT(story.first_nodes, Each(true));
  EXPECT_THAT(story.orders, Contains(Action::Kind::fault_started));
  EXPECT_THAT(story.orders, Contains(Action::Kind::fault_ended));
  EXPECT_GT(story.published.size(), 100U);
  EXPECT_EQ(summary.end, at(80));  // the first sample of settle
  EXPECT_FALSE(summary.limit_hit);
}

TEST(Runner, ANodeThatIsDownFromTheStartIsNotAmongTheFirst) {
  Story story({R"(/world/groups/1/start="trouble")"});
  EXPECT_EQ(story.first_nodes, (std::vector<bool>{true, true, true, false, false}));
}

TEST(Runner, NobodyOwesAMessageThatANodeHadNoRoomFor) {
  Story story;
  story.answer = Status::none;
  EXPECT_EQ(story.end().checks.front().verdict, Verdict::unknown);  // there was nothing to look at
}

TEST(Runner, ARejectedMessageIsOwed) {
  Story story;
  story.answer = Status::rejected;
  EXPECT_EQ(story.end().checks.front().verdict, Verdict::fail);
}

TEST(Runner, ANodeThatCannotBeReachedIsNotHandedMessages) {
  Story story;
  for (Node node = 0; node < 5; ++node) story.view.down.insert(node);
  story.until(30);
  EXPECT_THAT(story.published, IsEmpty());
}

TEST(Runner, TheReceiptOfANodeThatDiedChangesNothingAnyMore) {
  Story story;
  story.answer.reset();
  story.until(30);
  ASSERT_THAT(story.published, Not(IsEmpty()));
  for (Node node = 0; node < 5; ++node) {
    story.runner.no_more_receipts(story.now, node);
    for (const std::uint64_t number : story.published) {
      story.runner.receipt(story.now, node, number, Status::rejected);
    }
  }
  story.answer = Status::none;
  EXPECT_EQ(story.end().checks.front().verdict, Verdict::unknown);
}

// --- early ends

TEST(Runner, ALimitThatFaultsPassEndsTheRunAsUnknown) {
  Story story({R"(/faults=[{"name": "l", "kind": "link", "between": ["group:west", "group:east"], "loss": "1%",
                            "from": {"rate": "100/s"}, "for": "50s"}])"});
  const Summary summary = story.end();
  EXPECT_EQ(summary.limit_hit, "more than 1,000 partitions, links and holds at once");
  EXPECT_EQ(summary.verdict, Verdict::unknown);
}

TEST(Runner, AnInterruptedRunIsUnknownAndEndsAtOnce) {
  bool interrupted = false;
  RunOptions options;
  options.interrupted = [&interrupted] { return interrupted; };
  Story story({}, std::move(options));
  story.until(30);
  EXPECT_FALSE(story.runner.limit_reached());
  interrupted = true;
  const auto published = story.published.size();
  const Summary summary = story.end();
  EXPECT_EQ(summary.limit_hit, "interrupted");
  EXPECT_EQ(summary.verdict, Verdict::unknown);
  EXPECT_LE(summary.end, at(31));
  EXPECT_EQ(story.published.size(), published);
}

TEST(Runner, AViolationBeforeAnEarlyEndStaysAFailure) {
  bool interrupted = false;
  RunOptions options;
  options.interrupted = [&interrupted] { return interrupted; };
  Story story({R"(/checks=[{"name": "bounded_queues"}])"}, std::move(options));
  story.until(30);
  story.view.queues[{1, trace::Queue::inbox}] = {11, 10};
  interrupted = true;  // the sample at the end sees it
  EXPECT_EQ(story.end().verdict, Verdict::fail);
}

TEST(Runner, AnyLimitOfTheScenarioEndsTheRunByName) {
  EXPECT_EQ(Story({R"(/limits={"events": 20})"}).end().limit_hit, "events");
  EXPECT_EQ(Story({R"(/limits={"wall_time": "1ns"})"}).end().limit_hit, "wall time");
  Story large({R"(/limits={"memory": "1TiB"})"});
  large.other_memory = std::uint64_t{1} << 40;
  EXPECT_EQ(large.end().limit_hit, "memory");
}

// Nodes that only come and go make no event of the world.
TEST(Runner, StartsAndEndsOfNodesCountAsEvents) {
  Story story({"/traffic=[]", R"(/limits={"events": 50})",
               R"(/faults=[{"name": "c", "kind": "churn", "who": "one", "session": "3ms", "absence": "3ms"}])"});
  const Summary summary = story.end();
  EXPECT_EQ(summary.limit_hit, "events");
  EXPECT_EQ(summary.events, 50U);
}

TEST(Runner, TheFirstReasonOfAnEarlyEndCounts) {
  Story story;
  story.runner.end_early("west-1 does not answer");
  story.runner.end_early("east-0 does not answer");
  EXPECT_EQ(story.end().limit_hit, "west-1 does not answer");
}

}  // namespace
}  // namespace lastmile::scenario::test
