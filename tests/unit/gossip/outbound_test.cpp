// The queue of a peer whose transport takes nothing (libp2p.md 12.3): what is kept, what is dropped first.
#include "tests/unit/gossip/router_harness.hpp"

namespace lastmile::gossip::test {
namespace {

class OutboundTest : public RouterTest {
 protected:
  void block(std::uint32_t n) { actions.full.insert(peer(n)); }
  void unblock(std::uint32_t n) {
    actions.full.erase(peer(n));
    forget_sent();
    router().on_writable(peer(n), now);
  }
};

TEST_F(OutboundTest, WhatWaitedIsSentInOneRpcControlFirst) {
  start(false);
  connect(0);
  block(0);
  for (int i = 0; i < 3; ++i) router().publish(message("m" + std::to_string(i)), now);
  router().join(topic, now);  // subscription and GRAFT
  EXPECT_TRUE(messages_to(0).empty());
  unblock(0);
  ASSERT_EQ(actions.sent.size(), 2u);
  EXPECT_EQ(actions.sent[0].rpc().subscriptions.size(), 1u);
  EXPECT_EQ(actions.sent[0].rpc().control->graft.size(), 1u);
  EXPECT_EQ(actions.sent[1].rpc().publish.size(), 3u);
  EXPECT_EQ(router().queued(peer(0)), 0u);
}

TEST_F(OutboundTest, LaterNewsReplacesEarlierSoControlStaysSmall) {
  start(false);
  connect(0);
  block(0);
  for (int i = 0; i < 1000; ++i) {
    router().join(topic, now);
    router().leave(topic, now);
  }
  EXPECT_LE(router().queued(peer(0)), 2u);
  unblock(0);
  ASSERT_EQ(actions.sent.size(), 1u);
  EXPECT_EQ(actions.sent[0].rpc().subscriptions.at(0).subscribe, false);
}

TEST_F(OutboundTest, TheNextMessageOverTheLimitIsDroppedButControlIsNot) {
  start();
  connect_many(0, 1);
  beat();
  ASSERT_TRUE(in_mesh(0) && in_mesh(1));
  block(0);
  for (std::size_t i = 0; i <= kOutboundMessagesMax; ++i) hear(1, message("m" + std::to_string(i)));
  EXPECT_EQ(router().statistics().outbound_dropped, 1u);
  router().leave(topic, now);
  EXPECT_EQ(router().statistics().outbound_dropped, 1u);
  unblock(0);
  EXPECT_EQ(messages_to(0).size(), kOutboundMessagesMax);
  EXPECT_EQ(prunes_to(0).size(), 1u);
}

TEST_F(OutboundTest, BytesAreLimitedToo) {
  start();
  connect_many(0, 1);
  beat();
  block(0);
  const std::size_t each = 200 * 1024;
  for (std::size_t i = 0; i < 22; ++i) hear(1, message(std::string(each, static_cast<char>('a' + i))));
  EXPECT_EQ(router().queued(peer(0)), kOutboundBytesMax / each);
}

TEST_F(OutboundTest, GossipGoesFirstThenForwardedMessagesThenOwn) {
  start();
  connect_many(0, 1);
  beat();
  hear_prune(0, 3600);  // outside the mesh: gets gossip
  hear(1, message("something to gossip about"));
  block(0);
  beat();
  beat();
  EXPECT_EQ(router().queued(peer(0)), 2u);  // two IHAVE
  hear_graft(0);                            // refused in back-off; a PRUNE waits
  for (std::size_t i = 0; i < kOutboundMessagesMax - 2; ++i) {
    hear_iwant(0, ids({}));
    router().publish(message("own " + std::to_string(i), "self"), now);
  }
  EXPECT_EQ(router().statistics().outbound_dropped, 0u);
  router().publish(message("pushes out gossip", "self"), now);
  router().publish(message("pushes out more gossip", "self"), now);
  EXPECT_EQ(router().statistics().outbound_dropped, 2u);
  router().publish(message("nothing left to push out", "self"), now);
  EXPECT_EQ(router().statistics().outbound_dropped, 3u);
  unblock(0);
  EXPECT_TRUE(ihaves_to(0).empty());
  EXPECT_EQ(prunes_to(0).size(), 1u);
  EXPECT_EQ(messages_to(0).size(), kOutboundMessagesMax);
}

TEST_F(OutboundTest, OwnMessagesPushOutForwardedOnes) {
  start();
  connect_many(0, 1);
  beat();
  block(0);
  for (std::size_t i = 0; i < kOutboundMessagesMax; ++i) hear(1, message("m" + std::to_string(i)));
  const MessageRef own = message("own", "self");
  router().publish(own, now);
  EXPECT_EQ(router().statistics().outbound_dropped, 1u);
  unblock(0);
  const auto sent = messages_to(0);
  EXPECT_EQ(sent.size(), kOutboundMessagesMax);
  EXPECT_EQ(sent.back(), own);
}

TEST_F(OutboundTest, AQueueDrainsInRpcsUnderTheLimits) {
  params.rpc_bytes_max = 2048;
  start();
  connect_many(0, 1);
  beat();
  block(0);
  for (int i = 0; i < 200; ++i) hear(1, message("a message of some length, number " + std::to_string(i)));
  unblock(0);
  EXPECT_EQ(messages_to(0).size(), 200u);
  for (const auto& sent : actions.sent) EXPECT_LE(sent.frame->wire_size(), 2048u);
}

TEST_F(OutboundTest, ATransportThatFillsUpAgainKeepsTheRestInOrder) {
  start();
  connect_many(0, 1);
  beat();
  block(0);
  std::vector<MessageRef> all;
  for (std::size_t i = 0; i < 2 * kRpcMessagesMax; ++i) {
    all.push_back(message("m" + std::to_string(i)));
    hear(1, all.back());
  }
  router().on_writable(peer(0), now);  // it takes nothing yet
  EXPECT_EQ(router().queued(peer(0)), all.size());
  unblock(0);
  EXPECT_EQ(messages_to(0), all);
}

TEST_F(OutboundTest, AQueueDiesWithItsConnection) {
  start();
  connect_many(0, 1);
  beat();
  block(0);
  hear(1, message("m"));
  EXPECT_EQ(router().queued(peer(0)), 1u);
  router().on_lost(peer(0), now);
  actions.full.clear();
  connect(0);
  forget_sent();
  router().on_writable(peer(0), now);
  EXPECT_TRUE(actions.sent.empty());
}

}  // namespace
}  // namespace lastmile::gossip::test
