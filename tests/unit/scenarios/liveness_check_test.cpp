// Each liveness check: planted fault, good run, nothing to look at; and runs that a limit ended.
#include <functional>

#include "scenarios/engine/folder/summary.hpp"
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

// --- healed

constexpr const char* kHealed = R"({"name":"healed","within":"20s"})";

TEST(Healed, FailsWhenAMessageOfTheCutIsMissingSomewhere) {
  FakeRun run(kHealed);
  run.until(25);
  run.publish(0, 0);
  for (Node node = 0; node < 4; ++node) run.process(0, node);
  expect_violation(run.result_at_end(), 140, "east-1", hash_of(0).text(), "still none on east-1 at the end");
}

TEST(Healed, FailsWhenItTookTooLong) {
  FakeRun run(kHealed);
  run.until(25);
  run.publish(0, 0);
  run.until(75);  // the cut ended at 50 s
  run.process_everywhere(0);
  const CheckResult r = run.result_at_end();
  expect_violation(r, 70, "", "", "not healed 20.0 s after the last fault");
  EXPECT_EQ(r.held_at, at(75));
}

TEST(Healed, PassesInTimeAndToTheEvent) {
  FakeRun run(kHealed);
  run.until(25);
  run.publish(0, 0);
  run.until(50.5);
  run.process_everywhere(0);
  run.until(60);
  run.publish(1, 0);  // after the last fault: not its business
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass);
  EXPECT_EQ(r.held_at, at(50.5));
  EXPECT_EQ(r.detail, "1 of 1 messages on 5 of 5 nodes, 500.0 ms after the last fault");
}

TEST(Healed, DoesNotWaitForNodesThatAreDownOrDishonest) {
  FakeRun run(kHealed);
  run.world.dishonest = {3};
  run.until(25);
  run.publish(0, 0);
  run.crash(4, DiskFate::kept);
  for (Node node = 0; node < 3; ++node) run.process(0, node);
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass);
  EXPECT_THAT(r.detail, ::testing::HasSubstr("on 3 of 4 nodes"));
}

TEST(Healed, IsUnknownWithoutAFaultOrWithoutMessages) {
  FakeRun without_messages(kHealed);
  EXPECT_EQ(without_messages.result_at_end().verdict, Verdict::unknown);
  FakeRun without_fault(kHealed, {"/faults=[]"});
  without_fault.until(5);
  without_fault.publish(0, 0);
  EXPECT_EQ(without_fault.result_at_end().verdict, Verdict::unknown);
}

// --- converged

constexpr const char* kConverged = R"({"name":"converged","within":"20s"})";

TEST(Converged, FailsWhenOneStateDiffers) {
  FakeRun run(kConverged);
  run.world.digests[2] = crypto::sha256("other");
  const CheckResult r = run.result_at_end();
  expect_violation(r, 140, "west-2", "", "its state differs");
  EXPECT_EQ(r.detail, "4 of 5 nodes equal");
}

TEST(Converged, FailsWhenItTookTooLong) {
  FakeRun run(kConverged);
  run.until(5);
  run.publish(0, 0);
  run.world.digests[2] = crypto::sha256("other");
  run.until(105);
  run.world.digests.clear();
  expect_violation(run.result_at_end(), 100, "", "", "states still differed");
}

TEST(Converged, PassesAndForgetsAgreementThatBroke) {
  FakeRun run(kConverged);
  run.until(5);
  run.publish(0, 0);
  run.until(81);
  run.world.digests[2] = crypto::sha256("other");
  run.until(90);
  run.world.digests.clear();
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass);
  EXPECT_EQ(r.held_at, at(91));
}

TEST(Converged, IsUnknownWithFewerThanTwoNodes) {
  FakeRun run(kConverged);
  run.until(5);
  for (Node node = 1; node < 5; ++node) run.crash(node, DiskFate::kept);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
}

// --- all_processed and acknowledged_everywhere

TEST(AllProcessed, FailsForAMessageThatOneNodeRefused) {
  FakeRun run(R"({"name":"all_processed"})");
  run.until(5);
  run.publish(0, 0);
  for (Node node = 0; node < 4; ++node) run.process(0, node);
  run.move(0, 4, Status::none, Status::rejected, 4);
  expect_violation(run.result_at_end(), 140, "east-1", hash_of(0).text(), "rejected on east-1 at the end");
}

TEST(AllProcessed, PassesWhenProcessedForgottenOrRemovedEverywhere) {
  FakeRun run(R"({"name":"all_processed"})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.move(0, 1, Status::processed, Status::forgotten);
  run.move(0, 2, Status::processed, Status::removing);
  run.move(0, 2, Status::removing, Status::removed);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::pass);
}

// A node that rejects what wallets of the run wrote is wrong, even when it says so to the wallet.
TEST(RejectedByItsEntryNode, IsOwedAllTheSame) {
  FakeRun run(R"({"name":"all_processed"},{"name":"healed"},{"name":"acknowledged_everywhere"})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.acknowledge(0, 0);
  run.publish(1, 0);
  run.move(1, 0, Status::none, Status::rejected, 1);
  run.watch().on_refusal(at(5), 0, 1, Refusal::rejected);
  expect_violation(run.result_at_end(), 140, "west-0", hash_of(1).text(), "rejected on west-0 at the end");
  EXPECT_EQ(run.result(1).verdict, Verdict::fail) << run.result(1).detail;
  EXPECT_THAT(run.result(2).detail, ::testing::StartsWith("1 of 1 acknowledged")) << "the second never was";
  EXPECT_THAT(run.result(0).detail, ::testing::Not(::testing::HasSubstr("excused")));
}

TEST(RejectedByItsEntryNode, IsExcusedWhenWhatItNeedsWasNeverTaken) {
  FakeRun run(R"({"name":"all_processed"})");
  run.until(5);
  run.publish(0, 0);
  run.watch().on_refusal(at(5), 0, 0, Refusal::no_answer);
  run.publish(1, 1, message::Type::FORGET, {0});
  run.move(1, 1, Status::none, Status::rejected, 501);
  run.watch().on_refusal(at(5), 1, 1, Refusal::rejected);
  run.publish(2, 0);
  run.process_everywhere(2);
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass) << r.detail;
  EXPECT_THAT(r.detail, ::testing::HasSubstr("2 excused"));
}

TEST(AllProcessed, ExcusesWhatWasNotTakenAndWhatBuiltOnIt) {
  FakeRun run(R"({"name":"all_processed"})");
  run.until(5);
  run.publish(0, 0);
  run.watch().on_refusal(at(5), 0, 0, Refusal::no_room);
  run.publish(1, 0, message::Type::FORGET, {0});
  run.publish(2, 0);
  run.process_everywhere(2);
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass);
  EXPECT_THAT(r.detail, ::testing::HasSubstr("2 excused"));
}

TEST(AllProcessed, IsUnknownWhenNothingWasPublished) {
  FakeRun run(R"({"name":"all_processed"})");
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
}

TEST(AcknowledgedEverywhere, FailsForAnAcknowledgedMessageOnly) {
  FakeRun run(R"({"name":"acknowledged_everywhere"},{"name":"all_processed"})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.acknowledge(0, 0);
  run.publish(1, 0);
  run.process(1, 0);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::pass) << "nobody acknowledged the second one";
  EXPECT_EQ(run.result(1).verdict, Verdict::fail);
  run.acknowledge(1, 0);
  expect_violation(run.result(), 140, "west-1", hash_of(1).text(), "none on west-1 at the end");
}

TEST(AcknowledgedEverywhere, ExcusesMessagesWhoseEveryHolderLostItsDisk) {
  FakeRun run(R"({"name":"acknowledged_everywhere"})");
  run.until(5);
  run.publish(0, 0);
  run.process(0, 0);
  run.acknowledge(0, 0);
  run.crash(0, DiskFate::lost);
  run.world.statuses.clear();
  run.until(10);
  run.restart(0);
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::unknown) << "nothing is left to ask for";
  EXPECT_THAT(r.detail, ::testing::HasSubstr("1 excused"));
}

TEST(AcknowledgedEverywhere, IsUnknownWhenNothingWasAcknowledged) {
  FakeRun run(R"({"name":"acknowledged_everywhere"})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
}

// --- confirmed

TEST(Confirmed, FailsWithoutAFinalConfirmation) {
  FakeRun run(R"({"name":"confirmed"})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.event(0, {Kind::message_confirmed, hash_of(0).view(), 0, 12, 0});  // seen in a block, not final
  expect_violation(run.result_at_end(), 140, "west-0", hash_of(0).text(), "no final confirmation on ethereum");
}

TEST(Confirmed, PassesByEventOrByAskingEveryNode) {
  FakeRun run(R"({"name":"confirmed","chains":["ethereum"]})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.publish(1, 0);
  run.process_everywhere(1);
  for (Node node = 0; node < 5; ++node) {
    run.event(node, {Kind::message_confirmed, hash_of(0).view(), 0, 12, 1});
    run.world.final_on.insert({node, 0, hash_of(1).text()});
  }
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass);
  EXPECT_EQ(r.detail, "10 of 10 confirmations are final on 5 of 5 nodes");
}

TEST(Confirmed, FailsWhenOneNodeOfFiveDoesNotKnow) {
  FakeRun run(R"({"name":"confirmed"})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  for (Node node = 0; node < 4; ++node) run.event(node, {Kind::message_confirmed, hash_of(0).view(), 0, 12, 1});
  expect_violation(run.result_at_end(), 140, "east-1", hash_of(0).text(), "no final confirmation on ethereum");
}

// Events name chains by code: the second chain of this world is ETH, whose code is 0.
TEST(Confirmed, CreditsTheChainWhoseCodeTheEventNames) {
  FakeRun run(R"({"name":"confirmed","chains":["tezos"]},{"name":"confirmed","chains":["ethereum"]})",
              {R"(/world/chains=[{"name":"tezos","kind":"tezos","synchronizers":"all"},)"
               R"({"name":"ethereum","synchronizers":"all"}])"});
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  const auto eth = static_cast<std::uint64_t>(crypto::Chain::ETH);
  for (Node node = 0; node < 5; ++node) run.event(node, {Kind::message_confirmed, hash_of(0).view(), eth, 12, 1});
  EXPECT_EQ(run.result_at_end().verdict, Verdict::fail);
  EXPECT_EQ(run.result(1).verdict, Verdict::pass) << run.result(1).detail;
}

TEST(Confirmed, IsUnknownWhenNothingWasProcessed) {
  FakeRun run(R"({"name":"confirmed"})");
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
}

// --- backlog_drained, overlay_connected

TEST(BacklogDrained, FailsAboveItsBound) {
  FakeRun run(R"({"name":"backlog_drained","at_most":2})");
  run.until(5);
  run.world.pendings = {{0, 1}, {3, 2}};
  expect_violation(run.result_at_end(), 140, "east-0", "", "2 still wait on east-0");
  run.world.pendings = {{0, 1}, {3, 1}};
  EXPECT_EQ(run.result().verdict, Verdict::pass);
}

// Equal states and empty queues of nodes that were told nothing are no evidence.
TEST(Converged, IsUnknownWithoutAMessage) {
  FakeRun run(kConverged);
  run.until(140);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
  EXPECT_THAT(run.result_at_end().detail, ::testing::HasSubstr("no message"));
}

TEST(BacklogDrained, IsUnknownWithoutAMessage) {
  FakeRun run(R"({"name":"backlog_drained"})");
  run.until(140);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
  EXPECT_THAT(run.result_at_end().detail, ::testing::HasSubstr("no message"));
}

TEST(MeasureCheck, PassesWhenWhatItCountsNeverCame) {
  FakeRun run(R"({"name":"measure","of":"rejected.5","at_most":0})");
  run.until(5);
  run.publish(0, 0);
  run.until(140);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::pass);
}

TEST(BacklogDrained, IsUnknownWhenNobodyRuns) {
  FakeRun run(R"({"name":"backlog_drained"})");
  run.until(5);
  for (Node node = 0; node < 5; ++node) run.crash(node, DiskFate::kept);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
}

TEST(OverlayConnected, FailsForTwoComponentsAndIsUnknownWithoutAMesh) {
  FakeRun run(R"({"name":"overlay_connected"})");
  EXPECT_EQ(run.result_at_end().verdict, Verdict::unknown);
  run.world.meshes = {{0, {1, 2}}, {1, {0}}, {2, {0}}, {3, {4}}, {4, {3}}};
  expect_violation(run.result(), 140, "east-1", "", "its component does not hold all honest nodes");
  run.world.meshes[2] = {3};
  EXPECT_EQ(run.result().verdict, Verdict::pass);
}

// --- within: every check that holds at last, and held too late

// Settle begins at 80 s.
struct Late {
  std::string name;
  std::string sets;  // of the check
  std::function<void(FakeRun&)> broken;
  std::function<void(FakeRun&)> repair;
  std::string event;
};

void expect_too_late(const Late& late, double repaired, double bound, bool fails) {
  const std::string within = std::to_string(static_cast<int>(bound)) + "s";
  FakeRun run(R"({"name":")" + late.name + R"(","within":")" + within + "\"" + late.sets + "}");
  run.until(5);
  late.broken(run);
  run.until(repaired);
  late.repair(run);
  const CheckResult r = run.result_at_end();
  if (!fails) {
    EXPECT_EQ(r.verdict, Verdict::pass) << late.name << ": " << r.detail;
    return;
  }
  expect_violation(r, 80 + bound, "", "", late.event);
  EXPECT_THAT(r.detail, ::testing::HasSubstr("after the start of settle, expected within")) << late.name;
  EXPECT_GT(r.held_at, at(80 + bound)) << late.name;
}

std::vector<Late> all_that_may_be_late() {
  const auto one_misses = [](FakeRun& run) {
    run.publish(0, 0);
    for (Node node = 0; node < 4; ++node) run.process(0, node);
    run.acknowledge(0, 0);
  };
  const auto it_comes = [](FakeRun& run) { run.process(0, 4); };
  const auto confirm = [](FakeRun& run, Node node) {
    run.event(node, {Kind::message_confirmed, hash_of(0).view(), 0, 12, 1});
  };
  return {
      {"all_processed", "", one_misses, it_comes, "messages were still missing"},
      {"acknowledged_everywhere", "", one_misses, it_comes, "messages were still missing"},
      {"confirmed", "",
       [=](FakeRun& run) {
         run.publish(0, 0);
         run.process_everywhere(0);
         for (Node node = 0; node < 4; ++node) confirm(run, node);
       },
       [=](FakeRun& run) { confirm(run, 4); }, "final confirmations were still missing"},
      {"backlog_drained", R"(,"at_most":2)",
       [](FakeRun& run) {
         run.publish(0, 0);
         run.world.pendings = {{3, 3}};
       },
       [](FakeRun& run) { run.world.pendings = {{3, 2}}; }, "more messages still waited"},
      {"overlay_connected", "",
       [](FakeRun& run) { run.world.meshes = {{0, {1, 2}}, {1, {0}}, {2, {0}}, {3, {4}}, {4, {3}}}; },
       [](FakeRun& run) { run.world.meshes[2] = {3}; }, "the mesh was still in several components"},
  };
}

TEST(Within, FailsWhatHeldOnlyLater) {
  for (const Late& late : all_that_may_be_late()) expect_too_late(late, 105, 20, true);
}

TEST(Within, PassesWhatHeldInTime) {
  for (const Late& late : all_that_may_be_late()) expect_too_late(late, 95, 20, false);
  for (const Late& late : all_that_may_be_late()) expect_too_late(late, 40, 0, false);
}

// --- measure

TEST(MeasureCheck, FailsAboveAtMostAndBelowAtLeast) {
  FakeRun run(R"({"name":"measure","of":"published","at_most":1},{"name":"measure","of":"published","at_least":3})");
  run.until(5);
  run.publish(0, 0);
  run.publish(1, 0);
  const CheckResult most = run.result_at_end();
  expect_violation(most, 140, "", "", "published is 2 messages, at most 1");
  expect_violation(run.result(1), 140, "", "", "published is 2 messages, at least 3");
}

TEST(MeasureCheck, PassesWithinAndIsUnknownWhenNothingWasSeen) {
  FakeRun run(R"({"name":"measure","of":"propagation_s","stat":"p50","at_most":"2s"})");
  run.until(5);
  run.publish(0, 0);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
  run.until(6);
  run.process(0, 0);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::pass);
}

// --- a run that ended early

// As Runner ends one.
Summary ended_early(FakeRun& run, double time) {
  run.until(time);
  Summary summary = make_summary(*run.scenario, 7, *run.timeline, run.watch(), at(time));
  end_early(summary, "interrupted");
  return summary;
}

TEST(CutShort, LeavesUnknownWhatMightStillHaveHeld) {
  FakeRun run(R"({"name":"all_processed"},{"name":"converged"},{"name":"measure","of":"published","at_least":5})");
  run.until(5);
  run.publish(0, 0);
  run.world.digests[2] = crypto::sha256("other");
  for (const CheckResult& check : ended_early(run, 30).checks) {
    EXPECT_EQ(check.verdict, Verdict::unknown) << check.detail;
    EXPECT_FALSE(check.first_violation);
  }
}

TEST(CutShort, GivesEveryUndecidedCheckItsReason) {
  FakeRun run(
      R"({"name":"healed"},{"name":"diverged","during":"cut"},{"name":"all_processed"},{"name":"finality_respected"},)"
      R"({"name":"measure","of":"time_to_heal_s","stat":"value","at_most":"5s"})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.until(25);
  run.publish(1, 0);
  run.process_everywhere(1);
  const auto checks = ended_early(run, 30).checks;  // while the cut lasts
  EXPECT_EQ(checks[0].detail, "the fault cut was still in force; the run was ended early (interrupted)");
  EXPECT_EQ(checks[1].detail, "no difference yet; the run was ended early (interrupted)");
  EXPECT_EQ(checks[2].verdict, Verdict::pass) << "nothing is open about it";
  EXPECT_EQ(checks[3].detail, "no block became final; the run was ended early (interrupted)");
  EXPECT_EQ(checks[4].detail, "time_to_heal_s: nothing was seen; the run was ended early (interrupted)");
}

TEST(CutShort, StillFailsWhereABoundHadPassed) {
  FakeRun late(kHealed);
  late.until(25);
  late.publish(0, 0);
  late.until(75);
  late.process_everywhere(0);
  EXPECT_EQ(ended_early(late, 76).checks.front().verdict, Verdict::fail) << "healed, but too late";
  FakeRun never(kHealed);
  never.until(25);
  never.publish(0, 0);
  EXPECT_EQ(ended_early(never, 69).checks.front().verdict, Verdict::unknown)
      << "the cut ended at 50 s, 20 s are allowed";
  FakeRun overdue(kHealed);
  overdue.until(25);
  overdue.publish(0, 0);
  EXPECT_EQ(ended_early(overdue, 76).checks.front().verdict, Verdict::fail) << "not healed when it had to be";
}

TEST(CutShort, OfWhatMustHoldSoonAfterTrafficIsDecidedThen) {
  for (const double end : {99.0, 101.0}) {
    FakeRun run(R"({"name":"all_processed","within":"20s"})");
    run.until(5);
    run.publish(0, 0);
    EXPECT_EQ(ended_early(run, end).checks.front().verdict, end > 100 ? Verdict::fail : Verdict::unknown);
  }
}

TEST(CutShort, IsNotARunThatEndsBecauseAllHolds) {
  FakeRun run(R"({"name":"all_processed"},{"name":"measure","of":"published","at_most":0})");
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.until(82);
  EXPECT_TRUE(run.watch().settled());
  EXPECT_EQ(run.result(1).verdict, Verdict::fail) << "a measure never holds a run back";
}

}  // namespace
}  // namespace lastmile::scenario::test
