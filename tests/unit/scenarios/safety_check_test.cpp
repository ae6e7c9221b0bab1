// Each safety check: a planted fault turns it to fail, a good run to pass, nothing to look at to unknown.
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

// --- no_forged_message

TEST(NoForgedMessage, FailsWhenAnHonestNodeProcessesWhatNobodySigned) {
  FakeRun run(R"({"name":"no_forged_message"})");
  run.until(5);
  run.publish(0, 0);
  run.process(0, 0);
  run.until(7);
  run.event(3, {Kind::message_processed, hash_of(999).view(), 0, 0, 0});
  expect_violation(run.result(), 7, "east-0", hash_of(999).text(), "no wallet of the run signed");
}

// The hash names the content only: who else sends the same content has not been signed for.
TEST(NoForgedMessage, FailsForGenuineContentWithAnotherSignatureOrSender) {
  FakeRun run(R"({"name":"no_forged_message"})");
  run.until(5);
  run.publish(0, 0);
  run.world.signers[{3, hash_of(0).text()}] = {"wallet", "another"};
  run.process(0, 3);
  run.until(6);
  expect_violation(run.result(), 5, "east-0", hash_of(0).text(), "another signature than its wallet's");
  FakeRun other(R"({"name":"no_forged_message"})");
  other.until(5);
  other.publish(0, 0);
  other.world.signers[{1, hash_of(0).text()}] = {"thief", "its signature"};
  other.process(0, 1);
  expect_violation(other.result(), 5, "west-1", hash_of(0).text(), "another sender than its wallet's");
}

TEST(NoForgedMessage, PassesForWalletsAndForWhatTheRunItselfSigned) {
  FakeRun run(R"({"name":"no_forged_message"})");
  run.watch().on_signed(hash_of(500));
  run.until(5);
  run.publish(0, 0);
  run.process(0, 1);
  run.event(1, {Kind::message_processed, hash_of(500).view(), 0, 0, 0});
  EXPECT_EQ(run.result().verdict, Verdict::pass);
  EXPECT_EQ(run.result().examined, 2U);
}

TEST(NoForgedMessage, ForgivesNodesThatAreNotHonest) {
  FakeRun run(R"({"name":"no_forged_message"})");
  run.world.dishonest = {3};
  run.until(5);
  run.event(3, {Kind::message_processed, hash_of(999).view(), 0, 0, 0});
  EXPECT_EQ(run.result().verdict, Verdict::unknown) << "no honest node processed anything";
}

// --- acknowledged_kept

TEST(AcknowledgedKept, FailsWhenARestartedNodeMissesWhatItAcknowledged) {
  FakeRun run(R"({"name":"acknowledged_kept"})");
  run.until(5);
  run.publish(0, 1);
  run.process(0, 1);
  run.acknowledge(0, 1);
  run.until(12);
  run.crash(1, DiskFate::torn);
  run.world.statuses.clear();
  run.until(15);
  run.restart(1);
  expect_violation(run.result(), 15, "west-1", hash_of(0).text(), "does not have a message that it had acknowledged");
}

TEST(AcknowledgedKept, CallsOnlyThoseStartsRestartsThatHadSomethingToKeep) {
  FakeRun run(R"({"name":"acknowledged_kept"})");
  run.until(5);
  run.publish(0, 1);
  run.process(0, 1);
  run.acknowledge(0, 1);
  run.crash(2, DiskFate::kept);
  run.until(8);
  run.restart(2);
  EXPECT_EQ(run.result().verdict, Verdict::pass);
  EXPECT_EQ(run.result().detail, "everything acknowledged is still there");
}

TEST(AcknowledgedKept, PassesWhenItIsStillThere) {
  FakeRun run(R"({"name":"acknowledged_kept"})");
  run.until(5);
  run.publish(0, 1);
  run.process(0, 1);
  run.acknowledge(0, 1);
  run.crash(1, DiskFate::kept);
  run.until(15);
  run.restart(1);
  EXPECT_EQ(run.result().verdict, Verdict::pass);
}

TEST(AcknowledgedKept, AsksNothingOfANodeThatLostItsDisk) {
  FakeRun run(R"({"name":"acknowledged_kept"})");
  run.until(5);
  run.publish(0, 1);
  run.process(0, 1);
  run.acknowledge(0, 1);
  run.crash(1, DiskFate::lost);
  run.world.statuses.clear();
  run.until(15);
  run.restart(1);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
}

TEST(AcknowledgedKept, IsUnknownOfANodeThatCannotBeAskedAnyMore) {
  FakeRun run(R"({"name":"acknowledged_kept"})");
  run.until(5);
  run.publish(0, 1);
  run.process(0, 1);
  run.acknowledge(0, 1);
  run.world.dies_when_asked = Node{1};
  EXPECT_EQ(run.result().verdict, Verdict::unknown) << "a real node that died by itself may still have it";
}

TEST(AcknowledgedKept, CountsTheNodesThatCouldNotBeAsked) {
  FakeRun run(R"({"name":"acknowledged_kept"})");
  run.until(5);
  run.publish(0, 1);
  for (const Node node : {Node{0}, Node{1}}) {
    run.process(0, node);
    run.acknowledge(0, node);
  }
  run.world.dies_when_asked = Node{1};
  EXPECT_EQ(run.result().detail, "everything acknowledged is still there; 1 node could not be asked");
}

// --- forgotten_stays_forgotten

class Forgotten : public ::testing::Test {
 protected:
  FakeRun run{R"({"name":"forgotten_stays_forgotten"})"};
  // Message 0 is forgotten by message 1 on west-1 at 6 s.
  void SetUp() override {
    run.until(5);
    run.publish(0, 1);
    run.process(0, 1);
    run.until(6);
    run.publish(1, 1, message::Type::FORGET, {0});
    run.process(1, 1);
    run.move(0, 1, Status::processed, Status::forgotten);
  }
};

TEST_F(Forgotten, FailsWhenANodeAppliesItAgain) {
  run.until(9);
  run.move(0, 1, Status::forgotten, Status::processed);
  expect_violation(run.result(), 9, "west-1", hash_of(0).text(), "applied a message again that it had forgotten");
}

TEST_F(Forgotten, FailsWhenItCanStillBeRead) {
  run.until(9);
  run.world.readables.insert({1, hash_of(0).text()});
  expect_violation(run.result(), 9, "west-1", hash_of(0).text(), "shows the content");
}

TEST_F(Forgotten, FailsWhenARestartBringsItBack) {
  run.crash(1, DiskFate::kept);
  run.world.statuses[{1, hash_of(0).text()}] = Status::processed;
  run.world.readables.insert({1, hash_of(0).text()});
  run.until(15);
  run.restart(1);
  expect_violation(run.result(), 15, "west-1", hash_of(0).text(), "shows the content");
}

TEST_F(Forgotten, ForgivesATornDiskThatLostTheForgetToo) {
  run.crash(1, DiskFate::torn);
  run.world.statuses[{1, hash_of(0).text()}] = Status::processed;
  run.world.statuses.erase({1, hash_of(1).text()});
  run.world.readables.insert({1, hash_of(0).text()});
  run.until(15);
  run.restart(1);
  EXPECT_EQ(run.result().verdict, Verdict::unknown) << "nothing is forgotten any more";
}

TEST_F(Forgotten, ForgivesAFullDiskThatRefusedTheForget) {
  run.event(1, {Kind::node_failed, {}, 0, 0, 0});
  run.crash(1, DiskFate::kept);
  run.world.statuses[{1, hash_of(0).text()}] = Status::processed;
  run.world.statuses.erase({1, hash_of(1).text()});
  run.world.readables.insert({1, hash_of(0).text()});
  run.until(15);
  run.restart(1);
  EXPECT_EQ(run.result().verdict, Verdict::unknown) << "nothing is forgotten any more";
}

TEST_F(Forgotten, FailsWhenATornDiskKeptTheForgetButNotItsEffect) {
  run.crash(1, DiskFate::torn);
  run.world.statuses[{1, hash_of(0).text()}] = Status::processed;
  run.world.readables.insert({1, hash_of(0).text()});
  run.until(15);
  run.restart(1);
  EXPECT_EQ(run.result().verdict, Verdict::fail);
}

TEST_F(Forgotten, PassesWhenItStaysAway) {
  run.until(20);
  EXPECT_EQ(run.result().verdict, Verdict::pass);
}

TEST(ForgottenStaysForgotten, IsUnknownWhenNothingWasForgotten) {
  FakeRun run(R"({"name":"forgotten_stays_forgotten"})");
  run.until(5);
  run.publish(0, 1);
  run.process(0, 1);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
}

// --- status_moves_legal

TEST(StatusMovesLegal, FailsOnAMoveThatTheProtocolDoesNotHave) {
  FakeRun run(R"({"name":"status_moves_legal"})");
  run.until(5);
  run.publish(0, 2);
  run.process(0, 2);
  run.until(6);
  run.move(0, 2, Status::processed, Status::pending);
  expect_violation(run.result(), 6, "west-2", hash_of(0).text(), "from processed to pending");
}

TEST(StatusMovesLegal, FailsWhenANodeForgetsThatItHadForgotten) {
  FakeRun run(R"({"name":"status_moves_legal"})");
  run.until(5);
  run.publish(0, 2);
  run.process(0, 2);
  run.move(0, 2, Status::processed, Status::forgotten);
  run.until(6);
  run.move(0, 2, Status::none, Status::processed);  // legal by itself
  expect_violation(run.result(), 6, "west-2", hash_of(0).text(), "from forgotten to processed");
}

TEST(StatusMovesLegal, PassesOnLegalMovesAndIsUnknownWithoutAny) {
  FakeRun run(R"({"name":"status_moves_legal"})");
  run.until(5);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
  run.publish(0, 2);
  run.process(0, 2);
  EXPECT_EQ(run.result().verdict, Verdict::pass);
}

// --- bounded_queues

TEST(BoundedQueues, FailsWhenAnEventShowsAQueueAboveItsLimit) {
  FakeRun run(R"({"name":"bounded_queues"})");
  run.until(5);
  run.event(4, {Kind::queue_depth, {}, static_cast<std::uint64_t>(trace::Queue::inbox), 11, 10});
  expect_violation(run.result(), 5, "east-1", "",
                   "inbox (messages not looked at yet) of east-1 held 11, its limit is 10");
}

TEST(BoundedQueues, FailsWhenASampleFindsOne) {
  FakeRun run(R"({"name":"bounded_queues"})");
  run.until(5);
  run.world.queues[{0, trace::Queue::fetch}] = {1001, 1000};
  run.until(6);
  expect_violation(run.result(), 6, "west-0", "",
                   "fetch (contents being fetched) of west-0 held 1,001, its limit is 1,000");
}

TEST(BoundedQueues, PassesAtTheLimitAndTellsWhatAFullQueueTurnedAway) {
  FakeRun run(R"({"name":"bounded_queues"})");
  run.until(5);
  run.event(4, {Kind::queue_depth, {}, static_cast<std::uint64_t>(trace::Queue::inbox), 9, 10});
  EXPECT_EQ(
      run.result().detail,
      "no queue held more than its limit; fullest: inbox (messages not looked at yet) of east-1, 9 of 10 at 5.0 s");
  run.until(6);
  run.event(3, {Kind::queue_depth, {}, static_cast<std::uint64_t>(trace::Queue::inbox), 10, 10});
  run.event(3, {Kind::queue_refused, {}, static_cast<std::uint64_t>(trace::Queue::inbox), 0, 0});
  run.until(7);
  run.event(4, {Kind::queue_depth, {}, static_cast<std::uint64_t>(trace::Queue::verify), 256, 256});
  run.event(4, {Kind::queue_refused, {}, static_cast<std::uint64_t>(trace::Queue::heads), 0, 0});
  EXPECT_EQ(run.result().verdict, Verdict::pass);
  EXPECT_EQ(
      run.result().detail,
      "no queue held more than its limit; first full: inbox (messages not looked at yet) of east-0, 10 of 10 at "
      "6.0 s; turned away for lack of room, as limits are meant to: 2, first by inbox (messages not looked at yet) "
      "of east-0 at 6.0 s");
}

TEST(BoundedQueues, IsUnknownWhenNoQueueWasSeen) {
  FakeRun run(R"({"name":"bounded_queues"})");
  run.until(5);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
}

// --- finality_respected

TEST(FinalityRespected, FailsWhenAFinalBlockIsTakenBack) {
  FakeRun run(R"({"name":"finality_respected"})");
  run.until(5);
  run.event(0, {Kind::block_final, {}, 0, 20, 0});
  run.until(8);
  run.event(0, {Kind::chain_reorg, {}, 0, 19, 3});
  expect_violation(run.result(), 8, "west-0", "", "back to height 19 although 20 was final");
}

TEST(FinalityRespected, IsUnknownWithoutAFinalBlock) {
  FakeRun run(R"({"name":"finality_respected"})");
  run.until(5);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
}

TEST(FinalityRespected, PassesWhenOnlyYoungBlocksAreTakenBack) {
  FakeRun run(R"({"name":"finality_respected"})");
  run.until(5);
  run.event(0, {Kind::block_final, {}, 0, 20, 0});
  run.event(0, {Kind::chain_reorg, {}, 0, 20, 3});
  run.event(1, {Kind::chain_reorg, {}, 0, 5, 3});  // another node, which had called nothing final
  EXPECT_EQ(run.result().verdict, Verdict::pass);
}

// --- supply_conserved

constexpr const char* kSupply = R"({"name":"supply_conserved"})";

RewardView ledger_of(std::string_view known, std::string_view accounts) {
  const Amount supply = Amount::tokens(500'000'000);
  return {20, crypto::sha256(known), crypto::sha256(accounts), supply, supply, Amount::tokens(7), 3};
}

TEST(SupplyConserved, FailsWhenAccountsDoNotAddUp) {
  FakeRun run(kSupply);
  run.until(5);
  run.world.ledgers[1] = ledger_of("posts", "accounts");
  run.world.ledgers[1].sum = Amount::tokens(500'000'001);
  run.until(6);
  expect_violation(run.result(), 6, "west-1", "", "add up to 500000001 tokens of 500000000, the supply is 500000000");
}

TEST(SupplyConserved, FailsWhenANodeHasAnotherSupplyThanTheScenario) {
  FakeRun run(kSupply);
  run.until(5);
  run.world.ledgers[1] = ledger_of("posts", "accounts");
  run.world.ledgers[1].sum = run.world.ledgers[1].supply = Amount::tokens(500'000'001);
  run.until(6);
  expect_violation(run.result(), 6, "west-1", "", "of 500000001, the supply is 500000000");
}

TEST(SupplyConserved, FailsWhenTwoNodesKnowTheSameAndPaidDifferently) {
  FakeRun run(kSupply);
  run.world.ledgers[0] = ledger_of("posts", "accounts");
  run.until(5);
  run.world.ledgers.clear();  // it has said it; the other one comes to it later
  run.world.ledgers[3] = ledger_of("posts", "others");
  run.until(9);
  expect_violation(run.result(), 6, "east-0", "", "west-0 know the same posts and paid differently up to block 20");
}

TEST(SupplyConserved, PassesWhenOnlyNodesThatKnowOtherPostsPaidDifferently) {
  FakeRun run(kSupply);
  run.world.ledgers[0] = ledger_of("posts", "accounts");
  run.world.ledgers[1] = ledger_of("posts", "accounts");
  for (Node node = 2; node < run.nodes->size(); ++node) run.world.ledgers[node] = ledger_of("fewer", "others");
  run.until(5);
  const auto result = run.result();
  EXPECT_EQ(result.verdict, Verdict::pass);
  EXPECT_THAT(result.detail, testing::HasSubstr("up to 7 tokens distributed in 3 postings up to block 20; "));
}

TEST(SupplyConserved, IsUnknownWhenANodeNeverSaidWhomItPays) {
  FakeRun run(kSupply);
  for (Node node = 1; node < run.nodes->size(); ++node) run.world.ledgers[node] = ledger_of("posts", "accounts");
  run.until(5);
  const auto result = run.result();
  EXPECT_EQ(result.verdict, Verdict::unknown);
  EXPECT_EQ(result.detail, "west-0 never said whom it pays");
}

TEST(SupplyConserved, IsUnknownWhenNobodyCouldBeCompared) {
  FakeRun run(kSupply);
  run.world.ledgers[0] = ledger_of("posts", "accounts");
  run.until(5);
  const auto result = run.result();
  EXPECT_EQ(result.verdict, Verdict::unknown);
  EXPECT_THAT(result.detail, testing::HasSubstr("no two nodes paid on the same posts"));
}

TEST(SupplyConserved, IsUnknownWhenNothingWasDistributed) {
  FakeRun run(kSupply);
  run.until(5);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
}

// --- diverged

constexpr const char* kDiverged = R"({"name":"diverged","during":"cut"})";

TEST(Diverged, FailsWhenBothSidesKnewTheSameAllTheTime) {
  FakeRun run(kDiverged);
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  expect_violation(run.result_at_end(), 140, "", "", "both sides had the same messages all the time while cut lasted");
}

TEST(Diverged, PassesWhenOneSideKnewMore) {
  FakeRun run(kDiverged);
  run.until(25);
  run.publish(0, 0);
  run.process(0, 0);
  run.until(55);
  run.process_everywhere(0);
  const CheckResult r = run.result_at_end();
  EXPECT_EQ(r.verdict, Verdict::pass);
  EXPECT_EQ(r.detail, "up to 1 message apart between group:west and group:east");
  EXPECT_EQ(r.examined, 30U) << "one look per second of the cut";
}

TEST(Diverged, LooksAtTheSidesItWasGiven) {
  FakeRun run(R"({"name":"diverged","during":"cut","between":["node:west-0","node:west-1"]})");
  run.until(25);
  run.publish(0, 2);
  run.process(0, 2);
  run.process(0, 3);
  EXPECT_EQ(run.result_at_end().verdict, Verdict::fail) << "neither of the two had it";
}

TEST(Diverged, IsUnknownWithoutACut) {
  FakeRun run(kDiverged);
  run.until(15);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
}

TEST(Diverged, IsUnknownWhenTheRunEndsInTheMiddleOfTheCut) {
  FakeRun run(kDiverged);
  run.until(30);
  EXPECT_EQ(run.result().verdict, Verdict::unknown);
}

}  // namespace
}  // namespace lastmile::scenario::test
