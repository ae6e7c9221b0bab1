// loss_reported: what no disk has any more is said to be unavailable, and nothing else is missing.
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

using ::testing::HasSubstr;

constexpr int kFileUnavailable = 4;
constexpr int kAmendTargetNotFound = 101;
constexpr int kPermissionDenied = 2;

const message::ItemHash kFile = hash_of(1000);

// A STORE whose file only its entry node has: that node applies it, the others wait, and its disk is lost.
class Loss : public testing::Test {
 protected:
  explicit Loss(const std::string& check = R"({"name":"loss_reported"})") : run(check) {
    run.until(25);
    run.publish(0, 0, message::Type::STORE, {}, {{kFile, std::make_shared<const Bytes>(10)}});
    run.process(0, 0);
    for (Node node = 1; node < 5; ++node) run.move(0, node, Status::none, Status::pending, kFileUnavailable);
  }
  void lose() {
    run.crash(0, DiskFate::lost);
    run.until(30);
    run.world.statuses.erase({0, hash_of(0).text()});
    run.restart(0);
    run.move(0, 0, Status::none, Status::pending, kFileUnavailable);
  }
  void give_up(Node node, int code = kFileUnavailable) { run.move(0, node, Status::pending, Status::rejected, code); }
  void give_up_everywhere() {
    for (Node node = 0; node < 5; ++node) give_up(node);
  }
  FakeRun run;
};

TEST_F(Loss, PassesWhenEveryNodeSaysThatTheFileIsUnavailable) {
  lose();
  give_up_everywhere();
  run.publish(1, 1);
  run.process_everywhere(1);
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass) << r.detail;
  EXPECT_EQ(r.examined, 5U);
  EXPECT_EQ(
      r.detail,
      "1 lost (0 messages, 1 files or contents, 0 that build on them), 5 of 5 reports of nodes that know of them; "
      "1 of 1 others are where they should be");
}

class LossInTime : public Loss {
 protected:
  LossInTime() : Loss(R"({"name":"loss_reported","within":"20s"})") {}
};

TEST_F(LossInTime, FailsWhenItIsReportedLater) {
  lose();
  run.until(105);
  give_up_everywhere();
  expect_violation(run.result_at_end(), 100, "", "", "losses were not reported yet");
}

TEST_F(LossInTime, PassesWhenItIsReportedByThen) {
  lose();
  run.until(95);
  give_up_everywhere();
  EXPECT_EQ(run.result_at_end().verdict, Verdict::pass);
}

TEST_F(Loss, FailsWhenANodeWaitsForEver) {
  lose();
  for (Node node = 0; node < 4; ++node) give_up(node);
  expect_violation(run.result_at_end(), 140, "east-1", hash_of(0).text(),
                   "pending on east-1 at the end, though it is lost for good");
}

TEST_F(Loss, FailsWhenANodeGivesAnotherReasonThanALack) {
  lose();
  for (Node node = 0; node < 4; ++node) give_up(node);
  give_up(4, kPermissionDenied);
  expect_violation(run.result_at_end(), 140, "east-1", hash_of(0).text(), "rejected on east-1");
}

TEST_F(Loss, FailsWhenANodeHasNotHeardOfWhatOthersKnow) {
  lose();
  give_up_everywhere();
  run.move(0, 4, Status::rejected, Status::none);
  expect_violation(run.result_at_end(), 140, "east-1", hash_of(0).text(), "none on east-1");
}

TEST_F(Loss, FailsWhenSomethingElseIsMissing) {
  lose();
  give_up_everywhere();
  run.publish(1, 1);
  for (Node node = 0; node < 4; ++node) run.process(1, node);
  const CheckResult r = run.result_at_end();
  expect_violation(r, 140, "east-1", hash_of(1).text(), "none on east-1 at the end, and it is not lost");
  EXPECT_THAT(r.detail, HasSubstr("1 message missing without being lost"));
}

TEST_F(Loss, FailsWhenWhatIsTakenForLostLiesOnADisk) {
  lose();
  give_up_everywhere();
  run.world.on_disks = {kFile.text()};
  expect_violation(run.result_at_end(), 140, "", hash_of(0).text(), "lies on disks of the run");
}

TEST_F(Loss, IsNoneWhenTheDiskIsKept) {
  run.crash(0, DiskFate::kept);
  run.until(30);
  run.restart(0);
  for (Node node = 1; node < 5; ++node) give_up(node);
  expect_violation(run.result_at_end(), 140, "west-1", hash_of(0).text(), "and it is not lost");
}

TEST_F(Loss, IsNoneWhileADownNodesDiskStillHasIt) {
  run.crash(0, DiskFate::kept);
  for (Node node = 1; node < 5; ++node) give_up(node);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::fail) << "it is missing, and could come back";
}

TEST(LossOfADamagedDisk, IsCertainWhenItIsThrownAway) {
  FakeRun run(R"({"name":"loss_reported"})", {R"(/faults=[{"name":"rot","kind":"disk","who":"node:west-0",
                                               "mode":"corrupt","amount":1,"from":"trouble","until":"trouble+20s"}])"});
  run.until(25);
  run.publish(0, 0, message::Type::STORE, {}, {{kFile, std::make_shared<const Bytes>(10)}});
  run.process(0, 0);
  for (Node node = 1; node < 5; ++node) {
    run.move(0, node, Status::none, Status::pending, kFileUnavailable);
    run.move(0, node, Status::pending, Status::rejected, kFileUnavailable);
  }
  run.world.statuses.erase({0, hash_of(0).text()});
  run.until(60);  // it began again with an empty disk
  run.move(0, 0, Status::none, Status::pending, kFileUnavailable);
  run.move(0, 0, Status::pending, Status::rejected, kFileUnavailable);
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass) << r.detail;
  EXPECT_EQ(r.examined, 5U);
}

TEST_F(Loss, OfWhatBuildsOnItIsReportedToo) {
  lose();
  give_up_everywhere();
  run.publish(1, 1, message::Type::PROGRAM, {0});
  for (Node node = 0; node < 5; ++node) run.move(1, node, Status::none, Status::pending, kAmendTargetNotFound);
  for (Node node = 0; node < 4; ++node) run.move(1, node, Status::pending, Status::rejected, kAmendTargetNotFound);
  expect_violation(run.result_at_end(), 140, "east-1", hash_of(1).text(), "pending on east-1");
}

TEST_F(Loss, IsUnknownWhenNothingWasLost) {
  FakeRun sound(R"({"name":"loss_reported"})");
  sound.until(25);
  sound.publish(0, 0);
  sound.process_everywhere(0);
  const CheckResult r = sound.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::unknown);
  EXPECT_EQ(r.detail, "nothing was lost");
}

TEST_F(Loss, IsUnknownWhenNobodyIsLeftWhoKnowsOfIt) {
  FakeRun alone(R"({"name":"loss_reported"})");
  alone.until(25);
  alone.publish(0, 0);
  alone.process(0, 0);
  alone.crash(0, DiskFate::lost);
  alone.until(30);
  alone.world.statuses.clear();
  alone.restart(0);
  const CheckResult r = alone.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::unknown);
  EXPECT_EQ(r.detail, "1 lost, and no node that runs knows of them");
  FakeRun archived(R"({"name":"loss_reported"})");
  archived.until(25);
  archived.publish(0, 0);
  archived.process(0, 0);
  archived.crash(0, DiskFate::lost);
  archived.until(30);
  archived.world.statuses.clear();
  archived.restart(0);
  archived.world.archived = {hash_of(0).text()};
  EXPECT_EQ(archived.result_at_end().verdict, Verdict::fail) << "an archive has it, and nobody took it in";
}

// The other checks excuse what is lost, and nothing that only they take for lost.
TEST(WhatIsExcused, LiesOnNoDisk) {
  for (const bool on_disk : {false, true}) {
    FakeRun run(R"({"name":"all_processed"})");
    run.until(25);
    run.publish(0, 0, message::Type::STORE, {}, {{kFile, std::make_shared<const Bytes>(10)}});
    run.publish(1, 1);
    run.process_everywhere(1);
    run.process(0, 0);
    for (Node node = 1; node < 5; ++node) run.move(0, node, Status::none, Status::pending, kFileUnavailable);
    run.crash(0, DiskFate::lost);
    if (on_disk) run.world.on_disks = {kFile.text()};
    const CheckResult r = run.result_at_end();
    EXPECT_EQ(r.verdict, on_disk ? Verdict::fail : Verdict::pass) << r.detail;
    if (on_disk) expect_violation(r, 140, "", hash_of(0).text(), "lies on disks of the run");
  }
}

TEST_F(Loss, HoldsTheRunBackUntilItIsReported) {
  lose();
  run.until(100);
  EXPECT_FALSE(run.watch().settled());
  give_up_everywhere();
  run.until(101);
  EXPECT_TRUE(run.watch().settled());
}

}  // namespace
}  // namespace lastmile::scenario::test
