// Control messages one by one: the rules of libp2p.md 12.4, each limit with one more than it allows.
#include "tests/unit/gossip/router_harness.hpp"

namespace lastmile::gossip::test {
namespace {

using ControlTest = RouterTest;

TEST_F(ControlTest, TheFirstRpcToANewPeerListsOurSubscriptions) {
  start();
  router().join(alive, now);
  connect(0);
  ASSERT_FALSE(actions.sent.empty());
  const Rpc& hello = actions.sent.front().rpc();
  ASSERT_EQ(hello.subscriptions.size(), 2u);
  EXPECT_EQ(hello.subscriptions[0], (Subscription{true, topic_ref(*topics, topic)}));
  EXPECT_EQ(hello.subscriptions[1], (Subscription{true, topic_ref(*topics, alive)}));
}

TEST_F(ControlTest, WithoutSubscriptionsNoHelloIsSent) {
  start(false);
  connect(0);
  EXPECT_TRUE(actions.sent.empty());
}

TEST_F(ControlTest, JoiningAnnouncesAndGraftsUpToTheWantedSize) {
  start(false);
  connect_many(0, 9);
  router().join(topic, now);
  EXPECT_EQ(router().mesh(topic).size(), 6u);
  for (std::uint32_t n = 0; n < 10; ++n) {
    EXPECT_EQ(subscriptions_to(n).size(), 1u);
    EXPECT_EQ(grafts_to(n).size(), in_mesh(n) ? 1u : 0u);
  }
}

TEST_F(ControlTest, LeavingPrunesTheMeshWithTheShortBackoffAndKeepsItOurselves) {
  start();
  connect_many(0, 5);
  beat();
  const auto members = router().mesh(topic);
  ASSERT_EQ(members.size(), 6u);
  forget_sent();
  router().leave(topic, now);
  for (const env::PeerId member : members) {
    const auto prunes = prunes_to(member.value);
    ASSERT_EQ(prunes.size(), 1u);
    EXPECT_EQ(prunes[0].backoff_s, 10u);
    ASSERT_EQ(subscriptions_to(member.value).size(), 1u);
    EXPECT_EQ(subscriptions_to(member.value)[0].subscribe, false);
    EXPECT_TRUE(router().in_backoff(member, topic, now + seconds(9)));
    EXPECT_FALSE(router().in_backoff(member, topic, now + seconds(10)));
  }
  router().join(topic, now);  // all in back-off
  EXPECT_TRUE(router().mesh(topic).empty());
}

TEST_F(ControlTest, AGraftPutsThePeerIntoTheMesh) {
  start();
  connect(0, env::Direction::inbound);
  hear_graft(0);
  EXPECT_TRUE(in_mesh(0));
  EXPECT_TRUE(prunes_to(0).empty());
}

TEST_F(ControlTest, AGraftForATopicWeDidNotJoinIsIgnored) {
  start(false);
  connect(0);
  hear_graft(0);
  EXPECT_FALSE(in_mesh(0));
  EXPECT_TRUE(actions.sent.empty());
  EXPECT_EQ(score(0), 0);
}

TEST_F(ControlTest, ASecondGraftOfAMeshPeerChangesNothing) {
  start();
  connect(0);
  hear_graft(0);
  forget_sent();
  hear_graft(0);
  EXPECT_EQ(router().mesh(topic).size(), 1u);
  EXPECT_TRUE(actions.sent.empty());
}

TEST_F(ControlTest, ADirectPeerIsPrunedForGrafting) {
  start();
  connect(0, env::Direction::outbound, true);
  hear_graft(0);
  EXPECT_FALSE(in_mesh(0));
  EXPECT_EQ(prunes_to(0).size(), 1u);
}

TEST_F(ControlTest, AGraftThatArrivesBeforeItsSubscriptionIsToleratedForAHeartbeat) {
  start();
  router().on_connected(peer(0), {env::Direction::inbound, false, identity(0), 0}, now);
  hear_graft(0);
  EXPECT_TRUE(in_mesh(0));
  subscribe(0);
  beat(2);
  EXPECT_TRUE(in_mesh(0));

  router().on_connected(peer(1), {env::Direction::inbound, false, identity(1), 0}, now);
  hear_graft(1);
  beat(2);  // never subscribed
  EXPECT_FALSE(in_mesh(1));
  EXPECT_EQ(prunes_to(1).size(), 1u);
}

TEST_F(ControlTest, AGraftInBackoffIsPenalisedOnceAndTwiceWhenItComesRightAfterThePrune) {
  start();
  connect_many(0, 1);
  hear_prune(0, 60);
  now = now + seconds(10);  // the flood threshold has passed
  hear_graft(0);
  EXPECT_FALSE(in_mesh(0));
  EXPECT_EQ(prunes_to(0).size(), 1u);
  EXPECT_DOUBLE_EQ(score(0), -10);  // w7 * 1^2
  EXPECT_TRUE(router().in_backoff(peer(0), topic, now + seconds(59))) << "the back-off starts again";

  hear_prune(1, 60);
  now = now + seconds(10) - nanoseconds(1);
  hear_graft(1);
  EXPECT_DOUBLE_EQ(score(1), -40);  // w7 * 2^2
  EXPECT_EQ(actions.rare[trace::RareState::graft_in_backoff], 2);
  EXPECT_EQ(actions.rare[trace::RareState::graft_refused], 2);
}

TEST_F(ControlTest, AGraftOfABadPeerIsRefused) {
  start();
  connect(0);
  router().set_app_score(peer(0), -0.001);
  hear_graft(0);
  EXPECT_FALSE(in_mesh(0));
  EXPECT_EQ(prunes_to(0).size(), 1u);
  EXPECT_TRUE(router().in_backoff(peer(0), topic, now));
}

TEST_F(ControlTest, AFullMeshRefusesInboundGraftsAndTakesOutboundOnes) {
  start();
  for (std::uint32_t n = 0; n < 12; ++n) {
    connect(n, env::Direction::inbound);
    hear_graft(n);
  }
  ASSERT_EQ(router().mesh(topic).size(), 12u);  // D_hi
  connect(12, env::Direction::inbound);
  hear_graft(12);
  EXPECT_FALSE(in_mesh(12));
  EXPECT_EQ(prunes_to(12).size(), 1u);
  EXPECT_EQ(prunes_to(12)[0].backoff_s, 60u);
  connect(13, env::Direction::outbound);
  hear_graft(13);
  EXPECT_TRUE(in_mesh(13));
}

TEST_F(ControlTest, APruneSetsTheGivenBackoffOrAMinuteAndAtMostAnHour) {
  start();
  connect_many(0, 3);
  for (std::uint32_t n = 0; n < 4; ++n) hear_graft(n);
  hear_prune(0, 25);
  hear_prune(1, std::nullopt);
  hear_prune(2, 3601);
  hear_prune(3, ~std::uint64_t{0});
  EXPECT_TRUE(router().mesh(topic).empty());
  const auto ends = [&](std::uint32_t n, Duration after) {
    EXPECT_TRUE(router().in_backoff(peer(n), topic, now + after - nanoseconds(1)));
    EXPECT_FALSE(router().in_backoff(peer(n), topic, now + after));
  };
  ends(0, seconds(25));
  ends(1, seconds(60));
  ends(2, seconds(3600));
  ends(3, seconds(3600));
}

TEST_F(ControlTest, RegraftingWaitsForTheBackoffAndItsSlack) {
  start();
  connect(0);
  hear_prune(0, 5);
  beat(5);  // the back-off is over, the slack of one heartbeat is not
  EXPECT_FALSE(in_mesh(0));
  beat();
  EXPECT_TRUE(in_mesh(0));
}

TEST_F(ControlTest, UnsubscribingRemovesFromMesh) {
  start();
  connect(0);
  hear_graft(0);
  subscribe(0, false);
  EXPECT_FALSE(in_mesh(0));
  EXPECT_TRUE(router().subscribers(topic).empty());
}

TEST_F(ControlTest, APeerMayAnnounceAThousandTopicsAndNoMore) {
  start();
  connect(0);  // one
  Rpc rpc;
  for (int i = 0; i < 999; ++i) rpc.subscriptions.push_back({true, {kNoTopic, "topic " + std::to_string(i)}});
  hear(0, rpc);
  Rpc more;
  more.subscriptions.push_back({true, topic_ref(*topics, alive)});
  hear(0, more);
  EXPECT_TRUE(router().subscribers(alive).empty()) << "one thousand and one";
  Rpc less;
  less.subscriptions.push_back({false, {kNoTopic, "topic 5"}});
  hear(0, less);
  hear(0, more);
  EXPECT_EQ(router().subscribers(alive).size(), 1u);
}

TEST_F(ControlTest, IHaveOfUnseenIdsIsAnsweredWithOneIWant) {
  start();
  connect(0);
  const MessageRef seen = message("seen");
  hear(0, seen);
  forget_sent();
  hear_ihave(0, ids({1, seen->key().value, 2, 2}));
  const auto wants = iwants_to(0);
  ASSERT_EQ(wants.size(), 1u);
  ASSERT_EQ(wants[0].ids->size(), 2u);
  std::set<std::uint64_t> asked{wants[0].ids->key(0).value, wants[0].ids->key(1).value};
  EXPECT_EQ(asked, (std::set<std::uint64_t>{1, 2}));
}

TEST_F(ControlTest, IHaveIsIgnoredBelowTheGossipThresholdAndForTopicsWeDidNotJoin) {
  start();
  connect_many(0, 2);
  router().set_app_score(peer(0), -10.001);
  router().set_app_score(peer(1), -10);
  hear_ihave(0, ids({1}));
  hear_ihave(1, ids({1}));
  EXPECT_TRUE(iwants_to(0).empty());
  EXPECT_EQ(iwants_to(1).size(), 1u);
  Rpc rpc;
  rpc.control.emplace().ihave.push_back({topic_ref(*topics, alive), ids({9})});
  hear(2, rpc);
  EXPECT_TRUE(iwants_to(2).empty());
}

TEST_F(ControlTest, TheEleventhIHaveOfAHeartbeatIsIgnored) {
  start();
  connect(0);
  for (std::uint64_t i = 1; i <= 11; ++i) hear_ihave(0, ids({i}));
  EXPECT_EQ(iwants_to(0).size(), 10u);
  beat();
  hear_ihave(0, ids({12}));
  EXPECT_EQ(iwants_to(0).size(), 11u);
}

TEST_F(ControlTest, AtMostFiveThousandIdsAreAskedPerHeartbeatAndPeer) {
  start();
  connect(0);
  std::vector<std::uint64_t> first;
  for (std::uint64_t i = 0; i < 4999; ++i) first.push_back(1 + i);
  hear_ihave(0, ids(first));
  hear_ihave(0, ids({100001, 100002}));  // room for one
  hear_ihave(0, ids({100003}));          // for none
  EXPECT_EQ(router().statistics().ids_asked, 5000u);
  beat();
  hear_ihave(0, ids({100004}));
  EXPECT_EQ(router().statistics().ids_asked, 5001u);
}

TEST_F(ControlTest, ABrokenPromiseCostsAndAKeptOneDoesNot) {
  start();
  connect_many(0, 2);
  const MessageRef kept = message("kept");
  hear_ihave(0, ids({kept->key().value}));
  hear_ihave(1, ids({77}));
  hear(2, kept);  // by anybody
  beat(2);
  EXPECT_EQ(router().statistics().promises_broken, 0u);
  beat();  // three seconds
  EXPECT_EQ(router().statistics().promises_broken, 1u);
  EXPECT_EQ(actions.rare[trace::RareState::promise_broken], 1);
  EXPECT_GE(score(0), 0);
  EXPECT_LT(score(1), 0);
}

TEST_F(ControlTest, IWantIsServedFromTheCacheAtMostThreeTimesPerPeer) {
  start();
  connect_many(0, 1);
  const MessageRef m = message("m");
  hear(0, m);
  forget_sent();
  for (int i = 0; i < 4; ++i) hear_iwant(1, ids({m->key().value}));
  EXPECT_EQ(messages_to(1).size(), 3u);
  hear_iwant(0, ids({m->key().value}));
  EXPECT_EQ(messages_to(0).size(), 1u) << "counted per peer";
}

TEST_F(ControlTest, IWantFindsMessagesOfTheLastFiveHeartbeats) {
  start();
  connect(0);
  const MessageRef m = message("m");
  hear(0, m);
  forget_sent();
  beat(4);
  hear_iwant(0, ids({m->key().value, 12345}));
  EXPECT_EQ(messages_to(0).size(), 1u);
  beat();
  hear_iwant(0, ids({m->key().value}));
  EXPECT_EQ(messages_to(0).size(), 1u);
}

TEST_F(ControlTest, IWantIsIgnoredBelowTheGossipThreshold) {
  start();
  connect_many(0, 1);
  const MessageRef m = message("m");
  hear(0, m);
  forget_sent();
  router().set_app_score(peer(1), -10.001);
  hear_iwant(1, ids({m->key().value}));
  EXPECT_TRUE(messages_to(1).empty());
}

TEST_F(ControlTest, ManyAnswersToIWantAreMergedAndStayUnderSizeAndCount) {
  params.rpc_bytes_max = 8192;
  start();
  connect_many(0, 1);
  std::vector<std::uint64_t> keys;
  for (int i = 0; i < 250; ++i) {
    const MessageRef m = message("short " + std::to_string(i));
    keys.push_back(m->key().value);
    hear(0, m);
  }
  forget_sent();
  hear_iwant(1, ids(keys));
  EXPECT_EQ(messages_to(1).size(), 250u);
  std::size_t frames = 0;
  for (const auto& sent : actions.sent) {
    if (sent.to != peer(1)) continue;
    ++frames;
    EXPECT_LE(sent.frame->wire_size(), 8192u);
    EXPECT_LE(sent.rpc().publish.size(), kRpcMessagesMax);
  }
  EXPECT_LT(frames, 15u);
}

TEST_F(ControlTest, OtherPeopleMayHangUpAndNothingIsLeft) {
  start();
  connect(0);
  hear_graft(0);
  router().on_lost(peer(0), now);
  EXPECT_TRUE(router().mesh(topic).empty());
  hear_graft(0);  // a late frame of a lost peer
  EXPECT_TRUE(router().mesh(topic).empty());
}

}  // namespace
}  // namespace lastmile::gossip::test
