// Counting for scores inside the router (libp2p.md 13); the formula is checked by the vectors.
#include "tests/unit/gossip/router_harness.hpp"

namespace lastmile::gossip::test {
namespace {

class ScoreTest : public RouterTest {
 protected:
  env::Frame large(std::size_t bytes) {
    MessageFields fields;
    fields.from = Field::of(std::string_view("somebody"));
    fields.data = Field::synthetic(static_cast<std::uint32_t>(bytes), 1);
    fields.topic = Field::of(kMessageTopicName);
    return RpcBody::of(make_message(std::move(fields), *topics, {}, nullptr));
  }
  // One topic that counts mesh deliveries, with round numbers.
  void strict() {
    TopicScoreParams p;
    p.weight = 1;
    p.time_in_mesh_weight = 0;
    p.first_deliveries_weight = 0;
    p.mesh_deliveries_weight = -1;
    p.mesh_deliveries_threshold = 3;
    p.mesh_deliveries_decay = 1;
    p.mesh_deliveries_window = milliseconds(100);
    p.mesh_deliveries_activation = seconds(5);
    p.mesh_failure_weight = -1;
    p.mesh_failure_decay = 1;
    topics = std::make_shared<Topics>();
    topics->add(kMessageTopicName, p);
    topics->add(kAliveTopicName, p);
    params.score.topic_score_cap = 0;
  }
};

TEST_F(ScoreTest, TimeInTheMeshIsWorthSomethingUpToACap) {
  start();
  connect(0);
  hear_graft(0);
  now = now + milliseconds(2500);
  EXPECT_NEAR(score(0), 0.5 * 0.0027 * 2.5, 1e-12) << "the real quotient";
  now = now + hours(10);
  EXPECT_NEAR(score(0), 0.5 * 0.0027 * 3600, 1e-9);
  hear_prune(0, 60);
  EXPECT_EQ(score(0), 0);
}

TEST_F(ScoreTest, OnlyTheFirstDelivererIsCreditedAndTheCreditDecaysToZero) {
  start();
  connect_many(0, 1);
  const MessageRef m = message("m");
  hear(0, m);
  hear(1, m);
  EXPECT_NEAR(score(0), 0.5 * 0.664, 1e-9);
  EXPECT_EQ(score(1), 0);
  hear_prune(0, 3600);
  beat(2);  // the first heartbeat starts the clock of decay
  EXPECT_NEAR(score(0), 0.5 * 0.664 * 0.9916, 1e-6);
  beat(300);
  EXPECT_EQ(score(0), 0) << "below 0.1 it is nothing";
}

TEST_F(ScoreTest, FirstDeliveriesAreCapped) {
  TopicScoreParams p;
  p.first_deliveries_cap = 3;
  topics = std::make_shared<Topics>();
  topics->add(kMessageTopicName, p);
  start();
  connect(0);
  for (int i = 0; i < 10; ++i) hear(0, message("m" + std::to_string(i)));
  EXPECT_NEAR(score(0), 0.5 * 0.664 * 3, 1e-9);
}

TEST_F(ScoreTest, AMeshPeerThatDeliversTooLittlePaysOnceItsTimeIsUp) {
  strict();
  start();
  connect_many(0, 1);
  hear_graft(0);
  hear_graft(1);
  for (int i = 0; i < 2; ++i) hear(0, message("m" + std::to_string(i)));
  beat(5);
  EXPECT_EQ(score(0), 0) << "not yet active";
  beat();
  EXPECT_DOUBLE_EQ(score(0), -1) << "two of three";
  EXPECT_DOUBLE_EQ(score(1), -9) << "pruned for it, and as P3b it stays";
  EXPECT_FALSE(in_mesh(1));
}

TEST_F(ScoreTest, TheDeficitSticksAfterThePrune) {
  strict();
  params.score.gossip_threshold = -1000;
  start();
  connect(0);
  hear_graft(0);
  hear(0, message("m"));
  now = now + seconds(6);
  hear_prune(0, 60);
  EXPECT_DOUBLE_EQ(score(0), -4);  // (3 - 1)^2 as P3b
}

TEST_F(ScoreTest, MeshDeliveriesCountDuringValidationAndInTheWindowAfterItOncePerMessage) {
  strict();
  start();
  connect_many(0, 3);
  for (std::uint32_t n = 0; n < 3; ++n) hear_graft(n);  // the fourth stays outside
  actions.verdict = Verdict::later;
  std::vector<MessageRef> all;
  for (int i = 0; i < 3; ++i) {
    const MessageRef m = message("m" + std::to_string(i));
    hear(0, m);  // first
    hear(1, m);  // while it is validated
    hear(1, m);
    now = now + milliseconds(500);
    router().validated(m, Verdict::accept, now);
    now = now + milliseconds(100);
    hear(2, m);  // at the end of the window
    hear(2, m);
    hear(3, m);
    now = now + nanoseconds(1);
    all.push_back(m);
  }
  beat(8);
  for (std::uint32_t n = 0; n < 3; ++n) EXPECT_EQ(score(n), 0) << n << " delivered all three";
  EXPECT_TRUE(in_mesh(0) && in_mesh(1) && in_mesh(2));
}

TEST_F(ScoreTest, AfterTheWindowADuplicateIsNoMeshDelivery) {
  strict();
  params.checking = Checking::none;
  start();
  connect_many(0, 1);
  hear_graft(0);
  hear_graft(1);
  for (int i = 0; i < 3; ++i) {
    const MessageRef m = message("m" + std::to_string(i));
    hear(0, m);
    now = now + milliseconds(100) + nanoseconds(1);
    hear(1, m);
  }
  beat(6);
  EXPECT_EQ(score(0), 0);
  EXPECT_DOUBLE_EQ(score(1), -9) << "as P3b now: the heartbeat pruned it";
}

TEST_F(ScoreTest, ManyPeersOnOneAddressCostEachOfThem) {
  start();
  const auto together = [&](std::uint32_t n) {
    router().on_connected(peer(n), {env::Direction::inbound, false, identity(n), 99}, now);
  };
  for (std::uint32_t n = 0; n < 10; ++n) together(n);
  EXPECT_EQ(score(0), 0);
  together(10);
  together(11);
  EXPECT_DOUBLE_EQ(score(0), -5 * 4);
  EXPECT_DOUBLE_EQ(score(11), -5 * 4);
  router().on_lost(peer(10), now);
  router().on_lost(peer(11), now);
  EXPECT_EQ(score(0), 0);
  for (std::uint32_t n = 20; n < 40; ++n) connect(n);  // no address given: exempt
  EXPECT_EQ(score(20), 0);
}

TEST_F(ScoreTest, MisbehaviourIsSquaredAndDecaysFast) {
  start();
  connect(0);
  router().penalise(peer(0), 3);
  EXPECT_DOUBLE_EQ(score(0), -90);
  beat(2);
  EXPECT_NEAR(score(0), -10 * 0.6 * 0.6, 1e-4);
}

TEST_F(ScoreTest, ABadScoreSurvivesAReconnectForAnHourAGoodOneDoesNot) {
  start();
  connect_many(0, 1);
  hear(0, message("m"));
  router().penalise(peer(1), 2);
  ASSERT_GT(score(0), 0);
  for (std::uint32_t n = 0; n < 2; ++n) router().on_lost(peer(n), now);
  EXPECT_EQ(score(0), 0);
  now = now + seconds(3599);
  connect_many(0, 1);
  EXPECT_EQ(score(0), 0);
  EXPECT_DOUBLE_EQ(score(1), -40) << "no decay while away";
  router().on_lost(peer(1), now);
  now = now + seconds(3600);
  connect(1);
  EXPECT_EQ(score(1), 0);
}

TEST_F(ScoreTest, LeavingWithADeficitIsNoEscape) {
  strict();
  start();
  connect(0);
  hear_graft(0);
  now = now + seconds(6);
  router().on_lost(peer(0), now);
  connect(0);
  EXPECT_DOUBLE_EQ(score(0), -9);
}

TEST_F(ScoreTest, WithoutScoringEverybodyIsEqual) {
  params.scoring = false;
  start();
  connect(0);
  actions.check = Check::bad;
  for (int i = 0; i < 20; ++i) hear(0, message("m" + std::to_string(i)));
  router().penalise(peer(0), 50);
  EXPECT_EQ(score(0), 0);
  beat();
  EXPECT_TRUE(in_mesh(0));
}

// What no honest peer sends: three of these in a row, and it is not listened to.
TEST_F(ScoreTest, FramesThatAreNoneCostTheirSender) {
  start();
  connect_many(0, 1);
  const env::Frame garbage = env::Frame::of_bytes({0xff, 0xff});
  router().on_frame(peer(0), garbage, now);
  EXPECT_LT(score(0), 0);
  router().on_frame(peer(0), env::Frame::of_bytes(Bytes(kRpcBytesMaxKubo + 1, 0)), now);
  router().on_frame(peer(0), large(kRpcBytesMaxKubo + 1), now);
  EXPECT_EQ(router().statistics().malformed, 3U);
  EXPECT_LT(score(0), params.score.graylist_threshold);
  EXPECT_EQ(score(1), 0);
}

TEST_F(ScoreTest, FramesThatOthersMayReadAreDroppedAndCostNothing) {
  start();
  connect_many(0, 1);
  router().on_frame(peer(0), env::Frame::of_bytes(Bytes(kRpcBytesMaxAleph + 1, 0)), now);
  router().on_frame(peer(0), large(kRpcBytesMaxAleph + 1), now);
  EXPECT_EQ(router().statistics().malformed, 2U);
  EXPECT_EQ(score(0), 0);
}

}  // namespace
}  // namespace lastmile::gossip::test
