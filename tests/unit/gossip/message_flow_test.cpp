// Publishing, forwarding, checking (libp2p.md 12.3): what a forgery, a duplicate and a busy node may and may not do.
#include "tests/unit/gossip/router_harness.hpp"

namespace lastmile::gossip::test {
namespace {

using FlowTest = RouterTest;
using ::testing::Test;

TEST_F(FlowTest, OwnMessagesFloodToAllSubscribersAboveThePublishThreshold) {
  start();
  connect_many(0, 9);
  connect(10, env::Direction::outbound, true);
  router().set_app_score(peer(3), -50.5);
  router().set_app_score(peer(4), -50);
  router().set_app_score(peer(10), -90);  // direct: always
  subscribe(5, false);
  forget_sent();
  EXPECT_EQ(router().publish(message("hello", "self"), now), Published::ok);
  const auto got = receivers();
  EXPECT_EQ(got.size(), 9u);
  EXPECT_FALSE(got.contains(peer(3)) || got.contains(peer(5)));
  EXPECT_TRUE(got.contains(peer(4)) && got.contains(peer(10)));
}

TEST_F(FlowTest, PublishingTheSamePayloadTwiceIsADuplicate) {
  start();
  connect(0);
  EXPECT_EQ(router().publish(message("hello"), now), Published::ok);
  EXPECT_EQ(router().publish(message("hello"), now), Published::duplicate) << "content ids";
  now = now + seconds(1801);
  EXPECT_EQ(router().publish(message("hello"), now), Published::ok);
}

TEST_F(FlowTest, AMessageOverTheRpcLimitIsRefusedAtPublishTime) {
  start();
  connect(0);
  const std::size_t around = RpcBody::of(message(""))->wire_size();
  const std::size_t lengths = 6;  // two length fields grow from one byte to three, the RPC's own from one
  EXPECT_EQ(router().publish(message(std::string(kRpcBytesMaxAleph - around + 1, 'x')), now), Published::too_large);
  EXPECT_EQ(router().publish(message(std::string(kRpcBytesMaxAleph - around - lengths, 'x')), now), Published::ok);
}

TEST_F(FlowTest, AnAcceptedMessageGoesToTheMeshExceptSenderAndAuthor) {
  start();
  connect_many(0, 5);
  beat();
  ASSERT_EQ(router().mesh(topic).size(), 6u);
  forget_sent();
  hear(0, message("m", "peer 1"));
  ASSERT_EQ(actions.delivered.size(), 1u);
  EXPECT_EQ(actions.delivered[0].second, peer(0));
  EXPECT_EQ(receivers(), (std::set<env::PeerId>{peer(2), peer(3), peer(4), peer(5)}));
  // The frame that came in is the frame that goes out.
  const env::FrameBody* first = actions.sent[0].frame.get();
  for (const auto& sent : actions.sent) EXPECT_EQ(sent.frame.get(), first);
}

TEST_F(FlowTest, ADuplicateIsNeitherDeliveredNorForwarded) {
  start();
  connect_many(0, 5);
  beat();
  const MessageRef m = message("m");
  hear(0, m);
  forget_sent();
  hear(1, m);
  hear(2, message("m", "somebody else"));  // same content
  EXPECT_EQ(actions.delivered.size(), 1u);
  EXPECT_TRUE(actions.sent.empty());
  EXPECT_EQ(router().statistics().duplicates, 2u);
}

TEST_F(FlowTest, ASeenMessageIsRememberedForHalfAnHour) {
  start();
  connect(0);
  const MessageRef m = message("m");
  hear(0, m);
  now = now + seconds(1800);
  hear(0, m);
  EXPECT_EQ(actions.delivered.size(), 1u);
  now = now + seconds(1);
  beat(20);
  hear(0, m);
  EXPECT_EQ(actions.delivered.size(), 2u);
}

TEST_F(FlowTest, GraylistedPeersAndTopicsWeDidNotJoinAreIgnored) {
  start();
  connect_many(0, 1);
  router().set_app_score(peer(0), -80.5);
  hear(0, message("from a graylisted peer"));
  router().set_app_score(peer(1), -80);
  hear(1, message("from one at the threshold"));
  EXPECT_EQ(actions.delivered.size(), 1u);
  EXPECT_EQ(router().statistics().graylisted, 1u);
  const MessageRef other =
      make_message(fields_of("author", "x", 1, kAliveTopicName), *topics, params.id_scheme, nullptr);
  hear(1, other);
  const MessageRef unknown =
      make_message(fields_of("author", "y", 1, "unheard of"), *topics, params.id_scheme, nullptr);
  hear(1, unknown);
  EXPECT_EQ(actions.delivered.size(), 1u);
  EXPECT_EQ(router().statistics().not_joined, 2u);
}

TEST_F(FlowTest, AMessageOfOursThatWeDidNotPublishNowIsDroppedWithoutPenalty) {
  start();
  connect(0);
  hear(0, message("from before the restart", "self"));
  EXPECT_TRUE(actions.verified.empty());
  EXPECT_EQ(router().statistics().own_returned, 1u);
  EXPECT_EQ(score(0), 0);
}

TEST_F(FlowTest, StructureIsCheckedBeforeTheSignature) {
  start();
  connect_many(0, 4);
  for (std::uint32_t fault = 0; fault < 5; ++fault) {
    MessageFields fields = fields_of("author", "payload", 1, topics->name(topic));
    if (fault == 0) fields.from = Field{};
    if (fault == 1) fields.seqno = Field::of("7 bytes");
    if (fault == 2) fields.seqno = Field{};
    if (fault == 3) fields.signature = Field{};
    if (fault == 4) fields.topic_repeated = true;
    hear(fault, make_message(fields, *topics, params.id_scheme, nullptr));
    EXPECT_DOUBLE_EQ(score(fault), 0.5 * -99);
  }
  EXPECT_TRUE(actions.verified.empty());
  EXPECT_EQ(router().statistics().invalid, 5u);
  hear(0, make_message(fields_of("author", "payload", 1, topics->name(topic)), *topics, params.id_scheme, nullptr));
  EXPECT_EQ(actions.delivered.size(), 1u) << "nothing was marked as seen";
}

TEST_F(FlowTest, AForgeryDoesNotSuppressTheGoodMessage) {
  start();
  connect_many(0, 1);
  actions.bad_signatures = {"forged"};
  hear(0, message("payload", "author", "forged"));
  EXPECT_TRUE(actions.delivered.empty());
  EXPECT_LT(score(0), 0);
  hear(1, message("payload"));
  EXPECT_EQ(actions.delivered.size(), 1u);
}

TEST_F(FlowTest, AForgeryUnderCheckDoesNotSuppressTheGoodMessageThatArrivesMeanwhile) {
  start();
  connect_many(0, 3);
  actions.check = Check::later;
  const MessageRef forged = message("payload", "author", "forged");
  const MessageRef good = message("payload");
  hear(0, forged);
  hear(1, good);
  hear(2, good);
  hear(3, forged);
  ASSERT_EQ(actions.verified.size(), 1u) << "one check per content at a time";
  router().verified(forged, false, now);
  ASSERT_EQ(actions.verified.size(), 2u);
  EXPECT_EQ(actions.verified[1], good);
  EXPECT_TRUE(actions.delivered.empty());
  router().verified(good, true, now);
  ASSERT_EQ(actions.delivered.size(), 1u);
  EXPECT_EQ(actions.delivered[0].second, peer(1));
  EXPECT_LT(score(0), 0);
  EXPECT_LT(score(3), 0) << "brought the forgery as well";
  EXPECT_GT(score(1), 0);
  EXPECT_EQ(score(2), 0);
}

TEST_F(FlowTest, TheOriginalIsMarkedSeenWhenItsSignatureIsGoodNotEarlier) {
  start();
  connect_many(0, 1);
  actions.check = Check::later;
  actions.verdict = Verdict::later;
  const MessageRef m = message("payload");
  hear(0, m);
  EXPECT_FALSE(router().has_seen(m->key(), now));
  router().verified(m, true, now);
  EXPECT_TRUE(router().has_seen(m->key(), now));
  EXPECT_TRUE(actions.delivered.empty()) << "the validator has not answered";
  hear(1, message("payload", "somebody else"));
  EXPECT_EQ(actions.verified.size(), 1u);
  router().validated(m, Verdict::accept, now);
  EXPECT_EQ(actions.delivered.size(), 1u);
}

TEST_F(FlowTest, LateAnswersAboutForgottenMessagesAreIgnored) {
  start();
  connect(0);
  actions.verdict = Verdict::later;
  const MessageRef m = message("payload");
  hear(0, m);
  router().validated(message("other"), Verdict::accept, now);
  router().verified(m, true, now);  // it is not being verified
  router().validated(m, Verdict::ignore, now);
  router().validated(m, Verdict::accept, now);
  EXPECT_TRUE(actions.delivered.empty());
}

TEST_F(FlowTest, PublishingWhileAStrangersCopyIsCheckedMakesTheCopyADuplicate) {
  start();
  connect_many(0, 1);
  actions.check = Check::later;
  const MessageRef theirs = message("payload");
  hear(0, theirs);
  EXPECT_EQ(router().publish(message("payload", "self"), now), Published::ok);
  router().verified(theirs, true, now);
  EXPECT_TRUE(actions.delivered.empty());
  EXPECT_TRUE(actions.validated.empty());
}

TEST_F(FlowTest, ARejectedMessageCostsEveryDelivererAlsoLateOnes) {
  start();
  connect_many(0, 3);
  actions.verdict = Verdict::later;
  const MessageRef m = message("payload");
  hear(0, m);
  hear(1, m);
  router().validated(m, Verdict::reject, now);
  EXPECT_DOUBLE_EQ(score(0), -49.5);
  EXPECT_DOUBLE_EQ(score(1), -49.5);
  hear(2, m);
  hear(2, m);
  EXPECT_DOUBLE_EQ(score(2), -49.5) << "once per message";
  now = now + kRejectedMemory + nanoseconds(1);
  hear(3, m);
  EXPECT_EQ(score(3), 0);
  EXPECT_TRUE(actions.delivered.empty());
  EXPECT_TRUE(receivers().empty());
}

TEST_F(FlowTest, AnIgnoredMessageConcernsNobody) {
  start();
  connect_many(0, 1);
  actions.verdict = Verdict::ignore;
  const MessageRef m = message("payload");
  hear(0, m);
  hear(1, m);
  EXPECT_EQ(score(0), 0);
  EXPECT_EQ(score(1), 0);
  EXPECT_TRUE(actions.delivered.empty());
  EXPECT_EQ(router().statistics().ignored, 1u);
}

TEST_F(FlowTest, WhenTheQueueOfChecksIsFullMessagesAreDroppedUnmarkedAndUnpunished) {
  start();
  connect(0);
  actions.check = Check::later;
  std::vector<MessageRef> waiting;
  for (std::size_t i = 0; i <= kPendingChecksMax; ++i) {
    waiting.push_back(message("payload " + std::to_string(i)));
    hear(0, waiting.back());
  }
  EXPECT_EQ(actions.verified.size(), kPendingChecksMax);
  EXPECT_EQ(router().statistics().checks_refused, 1u);
  EXPECT_EQ(score(0), 0);
  router().verified(waiting[0], true, now);
  hear(0, waiting.back());  // again: there is room now
  EXPECT_EQ(actions.verified.size(), kPendingChecksMax + 1);

  actions.check = Check::busy;  // the executor's own limit
  router().verified(waiting[1], true, now);
  const MessageRef busy = message("busy");
  hear(0, busy);
  EXPECT_FALSE(router().has_seen(busy->key(), now));
  EXPECT_EQ(score(0), 0.5 * 0.664 * 2);
}

TEST_F(FlowTest, OneMoreCopyThanAllowedIsNotKept) {
  start();
  connect(0);
  actions.check = Check::later;
  for (std::size_t i = 0; i <= kPendingCopiesMax; ++i) hear(0, message("payload", "author " + std::to_string(i)));
  EXPECT_EQ(router().statistics().checks_refused, 1u);
}

TEST_F(FlowTest, OnlyTheFirstHundredMessagesOfAnRpcAreHandled) {
  start();
  connect(0);
  Rpc rpc;
  for (std::size_t i = 0; i <= kRpcMessagesMax; ++i) rpc.publish.push_back(message("payload " + std::to_string(i)));
  hear(0, rpc);
  EXPECT_EQ(actions.delivered.size(), kRpcMessagesMax);
}

TEST_F(FlowTest, BytesAreDecodedAndTreatedTheSame) {
  start();
  connect_many(0, 5);
  beat();
  forget_sent();
  Rpc rpc;
  rpc.publish.push_back(message("m"));
  rpc.publish.push_back(message("n"));
  router().on_frame(peer(0), env::Frame::of_bytes(encode_rpc(rpc)), now);
  EXPECT_EQ(actions.delivered.size(), 2u);
  EXPECT_EQ(actions.sent.size(), 10u) << "each forwarded by itself to five mesh peers";
  router().on_frame(peer(0), env::Frame::of_bytes({0xff, 0xff}), now);
  router().on_frame(peer(0), env::Frame::of_bytes(Bytes(kRpcBytesMaxAleph + 1, 0)), now);
  EXPECT_EQ(router().statistics().malformed, 2u);
}

TEST_F(FlowTest, WithoutCheckingMessagesAreAcceptedAtOnce) {
  params.checking = Checking::none;
  start();
  connect(0);
  MessageFields fields;
  fields.topic = Field::of(topics->name(topic));
  fields.data = Field::synthetic(1024, 7);
  hear(0, make_message(fields, *topics, params.id_scheme, nullptr));
  EXPECT_TRUE(actions.verified.empty() && actions.validated.empty());
  EXPECT_EQ(actions.delivered.size(), 1u);
}

TEST_F(FlowTest, NetworksThatNameMessagesByAuthorAndNumberKeepEqualPayloadsApart) {
  params.id_scheme = {IdKind::from_seqno, {1, 2}};
  start();
  connect_many(0, 9);
  beat();
  hear(0, message("same"));
  hear(0, message("same"));  // another seqno
  EXPECT_EQ(actions.delivered.size(), 2u);
  forget_sent();
  beat();
  std::size_t told = 0;
  for (std::uint32_t n = 0; n < 10; ++n) {
    for (const IHave& ihave : ihaves_to(n)) {
      ++told;
      ASSERT_EQ(ihave.ids->size(), 2u);
      EXPECT_EQ(ihave.ids->id_bytes(0), std::string_view("author").size() + 8);
    }
  }
  EXPECT_EQ(told, 4u);
}

}  // namespace
}  // namespace lastmile::gossip::test
