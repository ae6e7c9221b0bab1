// What a heartbeat does to mesh, fanout, gossip (libp2p.md 12.5).
#include "tests/unit/gossip/router_harness.hpp"

namespace lastmile::gossip::test {
namespace {

using HeartbeatTest = RouterTest;

TEST_F(HeartbeatTest, AThinMeshIsFilledToTheWantedSizeAndOnlyThen) {
  start();
  connect_many(0, 9);
  EXPECT_TRUE(router().mesh(topic).empty());
  beat();
  EXPECT_EQ(router().mesh(topic).size(), 6u);
  // Four left is D_lo: enough.
  const auto members = router().mesh(topic);
  hear_prune(members[0].value, 60);
  hear_prune(members[1].value, 60);
  beat();
  EXPECT_EQ(router().mesh(topic).size(), 4u);
  hear_prune(members[2].value, 60);
  beat();
  EXPECT_EQ(router().mesh(topic).size(), 6u);
}

TEST_F(HeartbeatTest, BadDirectBackedOffAndUnsubscribedPeersAreNotGrafted) {
  start();
  connect(0);
  connect(1, env::Direction::outbound, true);
  connect(2);
  connect(3);
  connect(4);
  router().set_app_score(peer(2), -1);
  hear_prune(3, 60);
  subscribe(4, false);
  beat();
  EXPECT_EQ(router().mesh(topic), std::vector<env::PeerId>{peer(0)});
}

// A mesh that found nobody rests until something changes; forgiveness is such a change.
TEST_F(HeartbeatTest, APeerWhoseMisbehaviourHasDecayedIsGraftedAgain) {
  start();
  router().on_connected(peer(1), {env::Direction::outbound, false, identity(1), 0}, now);
  router().penalise(peer(1), 0.6);
  subscribe(1);
  beat(2);
  ASSERT_LT(score(1), 0);
  ASSERT_FALSE(in_mesh(1));
  beat();
  ASSERT_EQ(score(1), 0);
  EXPECT_TRUE(in_mesh(1));
}

TEST_F(HeartbeatTest, NegativeScoresLeaveTheMesh) {
  start();
  connect_many(0, 5);
  beat();
  ASSERT_TRUE(in_mesh(3));
  forget_sent();
  router().set_app_score(peer(3), -5);
  beat();
  EXPECT_FALSE(in_mesh(3));
  ASSERT_EQ(prunes_to(3).size(), 1u);
  EXPECT_EQ(prunes_to(3)[0].backoff_s, 60u);
  EXPECT_EQ(actions.rare[trace::RareState::peer_dropped_for_score], 1);
}

TEST_F(HeartbeatTest, AMeshIsStarvedWhenThosePeersThatThereAreMayNotBeGrafted) {
  start();
  beat();
  EXPECT_EQ(actions.rare[trace::RareState::mesh_starved], 0) << "there is nobody";
  connect(0);
  beat();
  EXPECT_EQ(actions.rare[trace::RareState::mesh_starved], 0) << "everybody is in it";
  hear_prune(0, 60);
  EXPECT_EQ(actions.rare[trace::RareState::pruned_by_peer], 1);
  beat();
  EXPECT_EQ(actions.rare[trace::RareState::mesh_starved], 1);
}

TEST_F(HeartbeatTest, AFatMeshKeepsTheBestScoredAndTheOutboundQuota) {
  start();
  for (std::uint32_t n = 0; n < 13; ++n) {
    connect(n, n < 11 ? env::Direction::inbound : env::Direction::outbound);
    if (n < 4) router().set_app_score(peer(n), 50 + n);
  }
  for (std::uint32_t n = 0; n < 13; ++n) hear_graft(n);  // the last, outbound, is the thirteenth
  ASSERT_EQ(router().mesh(topic).size(), 13u);
  forget_sent();
  beat();
  EXPECT_EQ(router().mesh(topic).size(), 6u);
  for (std::uint32_t n = 0; n < 4; ++n) EXPECT_TRUE(in_mesh(n)) << n;
  EXPECT_TRUE(in_mesh(11) && in_mesh(12)) << "two outbound connections are kept";
  for (std::uint32_t n = 0; n < 13; ++n) EXPECT_EQ(prunes_to(n).size(), in_mesh(n) ? 0u : 1u);
}

TEST_F(HeartbeatTest, TooFewOutboundConnectionsAreTopped) {
  start();
  for (std::uint32_t n = 0; n < 6; ++n) {
    connect(n, env::Direction::inbound);
    hear_graft(n);
  }
  connect_many(6, 9, env::Direction::outbound);
  beat();
  EXPECT_EQ(router().mesh(topic).size(), 8u);
}

TEST_F(HeartbeatTest, EverySixtiethHeartbeatGraftsTwoPeersAboveALowMedian) {
  params.mesh_outbound = 0;
  start();
  for (std::uint32_t n = 0; n < 6; ++n) {
    connect(n, env::Direction::inbound);
    hear_graft(n);
  }
  connect_many(6, 9, env::Direction::inbound);
  for (std::uint32_t n = 6; n < 9; ++n) router().set_app_score(peer(n), 5);  // the tenth is no better than the mesh
  beat(59);
  EXPECT_EQ(router().mesh(topic).size(), 6u);
  beat();
  EXPECT_EQ(router().mesh(topic).size(), 8u);
  EXPECT_FALSE(in_mesh(9));
}

TEST_F(HeartbeatTest, AGoodMeshIsNotDisturbed) {
  params.mesh_outbound = 0;
  start();
  for (std::uint32_t n = 0; n < 6; ++n) {
    connect(n, env::Direction::inbound);
    hear_graft(n);
    router().set_app_score(peer(n), 25);
  }
  connect_many(6, 9, env::Direction::inbound);
  for (std::uint32_t n = 6; n < 10; ++n) router().set_app_score(peer(n), 90);
  beat(60);
  EXPECT_EQ(router().mesh(topic).size(), 6u);
}

TEST_F(HeartbeatTest, GossipGoesToPeersOutsideTheMeshForThreeHeartbeats) {
  start();
  connect_many(0, 9);
  beat();
  const MessageRef m = message("m");
  hear(router().mesh(topic)[0].value, m);
  forget_sent();
  for (int i = 1; i <= 4; ++i) {
    beat();
    for (std::uint32_t n = 0; n < 10; ++n) {
      EXPECT_EQ(ihaves_to(n).size(), in_mesh(n) ? 0u : static_cast<std::size_t>(std::min(i, 3))) << n << " beat " << i;
    }
  }
  const auto told =
      std::find_if(actions.sent.begin(), actions.sent.end(), [](const auto& s) { return s.rpc().control; });
  ASSERT_NE(told, actions.sent.end());
  EXPECT_EQ(told->rpc().control->ihave[0].ids->key(0), m->key());
}

TEST_F(HeartbeatTest, GossipTargetsAreAQuarterOfManyAndSixOfFew) {
  start();
  connect_many(0, 46, env::Direction::inbound);
  connect_many(47, 105, env::Direction::outbound);
  beat();
  ASSERT_EQ(router().mesh(topic).size(), 6u);
  hear(router().mesh(topic)[0].value, message("m"));
  forget_sent();
  beat();
  std::size_t told = 0;
  for (std::uint32_t n = 0; n < 106; ++n) told += ihaves_to(n).size();
  EXPECT_EQ(told, 25u);
}

TEST_F(HeartbeatTest, GossipSparesBadAndDirectPeers) {
  start();
  connect(0);
  connect(1, env::Direction::outbound, true);
  router().set_app_score(peer(0), -10.5);
  hear(0, message("m"));
  beat();
  EXPECT_TRUE(ihaves_to(0).empty());
  EXPECT_TRUE(ihaves_to(1).empty());
}

TEST_F(HeartbeatTest, GraftsAndGossipOfDifferentTopicsTravelInOneRpc) {
  start();
  router().join(alive, now);
  connect(0);
  Rpc rpc;
  rpc.subscriptions.push_back({true, topic_ref(*topics, alive)});
  hear(0, rpc);
  hear_prune(0, 3600);  // outside the mesh of the first topic for good
  hear(0, message("m"));
  forget_sent();
  beat();
  ASSERT_EQ(actions.sent.size(), 1u);
  const Rpc& sent = actions.sent[0].rpc();
  ASSERT_TRUE(sent.control);
  EXPECT_EQ(sent.control->ihave.size(), 1u);
  ASSERT_EQ(sent.control->graft.size(), 1u);
  EXPECT_EQ(sent.control->graft[0].topic.id, alive);
}

TEST_F(HeartbeatTest, PublishingWithoutJoiningUsesAFanoutThatIsForgottenAfterAMinute) {
  params.flood_publish = false;
  start(false);
  connect_many(0, 9);
  EXPECT_EQ(router().publish(message("one"), now), Published::ok);
  const auto fanout = router().fanout(topic);
  EXPECT_EQ(fanout.size(), 6u);
  EXPECT_EQ(receivers().size(), 6u);
  router().publish(message("two"), now);
  EXPECT_EQ(router().fanout(topic), fanout) << "the same peers again";
  EXPECT_EQ(receivers().size(), 6u);

  router().on_lost(fanout[0], now);
  router().set_app_score(fanout[1], -51);  // below the publish threshold
  beat();
  EXPECT_EQ(router().fanout(topic).size(), 6u) << "filled up";
  for (const env::PeerId member : router().fanout(topic)) EXPECT_TRUE(member != fanout[0] && member != fanout[1]);
  beat(59);
  EXPECT_EQ(router().fanout(topic).size(), 6u);
  beat();
  EXPECT_TRUE(router().fanout(topic).empty());
}

TEST_F(HeartbeatTest, JoiningMovesGoodFanoutPeersIntoTheMesh) {
  params.flood_publish = false;
  start(false);
  connect_many(0, 9);
  router().publish(message("one"), now);
  const auto fanout = router().fanout(topic);
  router().set_app_score(fanout[0], -1);
  router().join(topic, now);
  EXPECT_EQ(router().mesh(topic).size(), 6u);
  EXPECT_FALSE(in_mesh(fanout[0].value));
  for (std::size_t i = 1; i < fanout.size(); ++i) EXPECT_TRUE(in_mesh(fanout[i].value));
  EXPECT_TRUE(router().fanout(topic).empty());
}

TEST_F(HeartbeatTest, GossipCoversFanoutTopics) {
  params.flood_publish = false;
  start(false);
  connect_many(0, 9);
  router().publish(message("one"), now);
  forget_sent();
  beat();
  const auto fanout = router().fanout(topic);
  for (std::uint32_t n = 0; n < 10; ++n) {
    const bool chosen = std::find(fanout.begin(), fanout.end(), peer(n)) != fanout.end();
    EXPECT_EQ(ihaves_to(n).size(), chosen ? 0u : 1u);
  }
}

}  // namespace
}  // namespace lastmile::gossip::test
