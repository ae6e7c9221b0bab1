// The RPC codec: sizes, round trips, limits with one more than each allows, cutting.
#include "core/gossip/rpc.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/random.hpp"
#include "core/gossip/protobuf.hpp"

namespace lastmile::gossip {
namespace {

Topics known_topics() {
  Topics topics;
  topics.add(kMessageTopicName);
  topics.add(kAliveTopicName);
  return topics;
}
const Topics kTopics = known_topics();
const IdScheme kScheme{};

// Random RPCs of every shape, from one seed.
class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  Rpc rpc(std::size_t most) {
    Rpc rpc;
    for (std::size_t i = count(most); i > 0; --i) rpc.subscriptions.push_back({maybe_bool(), maybe_topic()});
    for (std::size_t i = count(most); i > 0; --i) rpc.publish.push_back(message());
    if (random_.chance(0.3)) return rpc;
    Control& control = rpc.control.emplace();
    for (std::size_t i = count(most); i > 0; --i) control.ihave.push_back({maybe_topic(), ids(most)});
    for (std::size_t i = count(most); i > 0; --i) control.iwant.push_back({ids(most)});
    for (std::size_t i = count(most); i > 0; --i) control.graft.push_back({maybe_topic()});
    for (std::size_t i = count(most); i > 0; --i) control.prune.push_back(prune());
    for (std::size_t i = count(most); i > 0; --i) control.idontwant.push_back({ids(most)});
    return rpc;
  }
  MessageRef message() {
    MessageFields fields;
    fields.from = field();
    fields.data = field();
    fields.seqno = field();
    const TopicRef topic = maybe_topic();
    if (topic.name) fields.topic = Field::of(std::string_view(*topic.name));
    fields.signature = field();
    fields.key = field();
    return make_message(std::move(fields), kTopics, kScheme, nullptr);
  }
  SharedIds ids(std::size_t most) {
    auto list = std::make_shared<IdList>();
    for (std::size_t i = count(most); i > 0; --i) {
      if (random_.chance(0.7)) {
        list->add(MessageKey{random_.next() >> random_.below(64)});
      } else {
        list->add_wire(kScheme, bytes(40));
      }
    }
    return list;
  }

 private:
  std::size_t count(std::size_t most) { return random_.below(most + 1); }
  Bytes bytes(std::size_t most) {
    Bytes out(count(most));
    for (auto& b : out) b = static_cast<std::uint8_t>(random_.next());
    return out;
  }
  Field field() {
    if (random_.chance(0.2)) return {};
    if (random_.chance(0.2)) return Field::synthetic(static_cast<std::uint32_t>(count(300)), random_.next());
    return Field::of(bytes(random_.chance(0.1) ? 20000 : 200));
  }
  std::optional<bool> maybe_bool() {
    if (random_.chance(0.2)) return std::nullopt;
    return random_.chance(0.5);
  }
  TopicRef maybe_topic() {
    if (random_.chance(0.1)) return {};
    if (random_.chance(0.6)) return topic_ref(kTopics, TopicId{static_cast<std::uint16_t>(random_.below(2))});
    return {kNoTopic, "unknown " + std::string(as_text(bytes(100)))};
  }
  Prune prune() {
    Prune out{maybe_topic(), {}, std::nullopt};
    if (random_.chance(0.7)) out.backoff_s = random_.next() >> random_.below(64);
    for (std::size_t i = count(3); i > 0; --i) {
      ExchangedPeer& peer = out.peers.emplace_back();
      if (random_.chance(0.8)) peer.peer_id = bytes(40);
      if (random_.chance(0.5)) peer.signed_record = bytes(200);
    }
    return out;
  }
  Generator random_;
};

RC_GTEST_PROP(RpcProperty, TheStatedSizeIsTheEncodedSizeAndDecodingGivesTheSameRpc, (std::uint64_t seed)) {
  const Rpc rpc = Maker(seed).rpc(5);
  const Bytes wire = encode_rpc(rpc);
  RC_ASSERT(wire_size(rpc) == wire.size());
  RC_ASSERT(RpcBody(rpc).wire_size() == wire.size());
  const auto decoded = decode_rpc(wire, kTopics, kScheme);
  RC_ASSERT(decoded.ok());
  RC_ASSERT(*decoded == rpc);
  RC_ASSERT(encode_rpc(*decoded) == wire);
}

RC_GTEST_PROP(RpcProperty, CuttingKeepsEverythingUnderTheLimit, (std::uint64_t seed)) {
  Generator random(seed);
  const std::size_t limit = 1000 + random.below(5000);
  const Rpc rpc = Maker(seed).rpc(12);
  std::size_t left_out = 0;
  Rpc sum;
  for (const Rpc& part : split_rpc(rpc, limit, &left_out)) {
    RC_ASSERT(wire_size(part) <= limit);
    RC_ASSERT(!part.empty());
    sum.subscriptions.insert(sum.subscriptions.end(), part.subscriptions.begin(), part.subscriptions.end());
    sum.publish.insert(sum.publish.end(), part.publish.begin(), part.publish.end());
    if (!part.control) continue;
    if (!sum.control) sum.control.emplace();
    const auto append_all = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append_all(sum.control->graft, part.control->graft);
    append_all(sum.control->prune, part.control->prune);
    append_all(sum.control->ihave, part.control->ihave);
    append_all(sum.control->iwant, part.control->iwant);
  }
  const auto ids_in = [](const auto& lists) {
    std::size_t count = 0;
    for (const auto& list : lists) count += list.ids->size();
    return count;
  };
  RC_ASSERT(sum.subscriptions == rpc.subscriptions);
  RC_ASSERT(sum.publish.size() + left_out >= rpc.publish.size());
  if (left_out == 0) RC_ASSERT(sum.publish == rpc.publish);
  if (!rpc.control) return;
  const Control none;
  const Control& parts = sum.control ? *sum.control : none;
  RC_ASSERT(parts.graft == rpc.control->graft);
  if (left_out == 0) RC_ASSERT(parts.prune == rpc.control->prune);
  RC_ASSERT(ids_in(parts.ihave) == ids_in(rpc.control->ihave));
  RC_ASSERT(ids_in(parts.iwant) == ids_in(rpc.control->iwant));
}

RC_GTEST_PROP(RpcProperty, ADamagedRpcIsRefusedOrReadButNeverMisread, (std::uint64_t seed)) {
  Generator random(seed);
  Bytes wire = encode_rpc(Maker(seed).rpc(4));
  RC_PRE(!wire.empty());
  for (int i = 0; i < 4; ++i) wire[random.below(wire.size())] = static_cast<std::uint8_t>(random.next());
  wire.resize(random.below(wire.size() + 1));
  const auto decoded = decode_rpc(wire, kTopics, kScheme);
  if (!decoded.ok()) return;
  const Bytes again = encode_rpc(*decoded);  // canonical from here on
  const auto twice = decode_rpc(again, kTopics, kScheme);
  RC_ASSERT(twice.ok());
  RC_ASSERT(encode_rpc(*twice) == again);
}

TEST(RpcTest, PresenceSurvives) {
  Rpc rpc;
  rpc.subscriptions.push_back({false, {kNoTopic, ""}});
  rpc.subscriptions.push_back({});
  rpc.control.emplace().prune.push_back({{}, {}, 0});
  EXPECT_EQ(to_hex(encode_rpc(rpc)),
            "0a0408001200"
            "0a00"
            "1a04"
            "2202"
            "1800");
  Rpc empty_control;
  empty_control.control.emplace();
  EXPECT_EQ(to_hex(encode_rpc(empty_control)), "1a00");
  const auto decoded = decode_rpc(encode_rpc(empty_control), kTopics, kScheme);
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(decoded->control.has_value());
}

TEST(RpcTest, UnknownFieldsAreSkippedAndGroupsRefused) {
  EXPECT_TRUE(decode_rpc(*from_hex("780a"
                                   "7a0161"
                                   "7901020304050607087d01020304"),
                         kTopics, kScheme)
                  .ok());
  EXPECT_FALSE(decode_rpc(*from_hex("7b7c"), kTopics, kScheme).ok());
  EXPECT_FALSE(decode_rpc(*from_hex("00"), kTopics, kScheme).ok());                      // field number 0
  EXPECT_FALSE(decode_rpc(*from_hex("0a05"), kTopics, kScheme).ok());                    // longer than what is there
  EXPECT_FALSE(decode_rpc(*from_hex("12ffffffffffffffffff7f"), kTopics, kScheme).ok());  // varint of 70 bits
}

TEST(RpcTest, ATopicThatComesTwiceIsNoValidMessage) {
  Rpc rpc;
  MessageFields fields;
  fields.from = Field::of(std::string_view("author"));
  fields.seqno = seqno_field(1);
  fields.topic = Field::of(kMessageTopicName);
  fields.signature = Field::of(std::string_view("signature"));
  rpc.publish.push_back(make_message(fields, kTopics, kScheme, nullptr));
  Bytes wire = encode_rpc(rpc);
  EXPECT_EQ(structure_fault(decode_rpc(wire, kTopics, kScheme)->publish[0]->fields()), StructureFault::none);
  append(wire, *from_hex("220141"));  // one more topic, at the end of the message
  wire[1] = static_cast<std::uint8_t>(wire[1] + 3);
  EXPECT_EQ(structure_fault(decode_rpc(wire, kTopics, kScheme)->publish[0]->fields()), StructureFault::bad_topic);
}

bool decodes(const Rpc& rpc) { return decode_rpc(encode_rpc(rpc), kTopics, kScheme).ok(); }

TEST(RpcLimits, MessageIds) {
  for (const std::size_t extra : {std::size_t{0}, std::size_t{1}}) {
    auto longest = std::make_shared<IdList>();
    longest->add_wire(kScheme, Bytes(kMessageIdBytesMax + extra, 'x'));
    auto most = std::make_shared<IdList>();
    for (std::size_t i = 0; i < kIdsPerEntryMax + extra; ++i) most->add(MessageKey{i});
    for (const SharedIds& ids : {SharedIds(longest), SharedIds(most)}) {
      Rpc ihave;
      ihave.control.emplace().ihave.push_back({{}, ids});
      Rpc iwant;
      iwant.control.emplace().iwant.push_back({ids});
      Rpc idontwant;
      idontwant.control.emplace().idontwant.push_back({ids});
      EXPECT_EQ(decodes(ihave), extra == 0);
      EXPECT_EQ(decodes(iwant), extra == 0);
      EXPECT_EQ(decodes(idontwant), extra == 0);
    }
  }
}

TEST(RpcLimits, ControlEntries) {
  Rpc rpc;
  rpc.control.emplace();
  for (std::size_t i = 0; i < kControlEntriesMax / 2; ++i) {
    rpc.control->graft.emplace_back();
    rpc.control->prune.emplace_back();
  }
  EXPECT_TRUE(decodes(rpc));
  rpc.control->graft.emplace_back();
  EXPECT_FALSE(decodes(rpc));
}

TEST(RpcLimits, TopicNamesAndSubscriptions) {
  for (const std::size_t extra : {std::size_t{0}, std::size_t{1}}) {
    const TopicRef longest{kNoTopic, std::string(kTopicBytesMax + extra, 't')};
    Rpc subscription;
    subscription.subscriptions.push_back({true, longest});
    Rpc graft;
    graft.control.emplace().graft.push_back({longest});
    Rpc prune;
    prune.control.emplace().prune.push_back({longest, {}, {}});
    Rpc ihave;
    ihave.control.emplace().ihave.push_back({longest, std::make_shared<IdList>()});
    Rpc message;
    MessageFields fields;
    fields.topic = Field::of(std::string_view(*longest.name));
    message.publish.push_back(make_message(fields, kTopics, kScheme, nullptr));
    for (const Rpc& rpc : {subscription, graft, prune, ihave, message}) EXPECT_EQ(decodes(rpc), extra == 0);

    Rpc many;
    many.subscriptions.resize(kSubscriptionsPerRpcMax + extra);
    EXPECT_EQ(decodes(many), extra == 0);
  }
}

TEST(RpcLimits, MessagesBeyondTheHundredthAreSkippedUnread) {
  Rpc rpc;
  Maker maker(3);
  for (std::size_t i = 0; i <= kRpcMessagesMax; ++i) rpc.publish.push_back(maker.message());
  const auto decoded = decode_rpc(encode_rpc(rpc), kTopics, kScheme);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->publish.size(), kRpcMessagesMax);
}

TEST(RpcLimits, ExchangedPeersBeyondTheSixteenthAreNotKept) {
  Rpc rpc;
  Prune& prune = rpc.control.emplace().prune.emplace_back();
  for (std::size_t i = 0; i <= kExchangedPeersMax; ++i) prune.peers.push_back({Bytes{1}, std::nullopt});
  const auto decoded = decode_rpc(encode_rpc(rpc), kTopics, kScheme);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->control->prune[0].peers.size(), kExchangedPeersMax);
}

TEST(RpcLimits, TheWholeRpc) {
  Bytes wire(kRpcBytesMaxKubo + 1, 0);  // an unknown field of the right length
  wire = Bytes{0x7a};
  pb::put_varint(wire, kRpcBytesMaxKubo - 4);
  wire.resize(kRpcBytesMaxKubo);
  EXPECT_TRUE(decode_rpc(wire, kTopics, kScheme).ok());
  wire = Bytes{0x7a};
  pb::put_varint(wire, kRpcBytesMaxKubo - 3);
  wire.resize(kRpcBytesMaxKubo + 1);
  EXPECT_FALSE(decode_rpc(wire, kTopics, kScheme).ok());
}

TEST(MessageTest, ContentIdsAreCanonicalDecimalOrRaw) {
  EXPECT_EQ(content_id_text(content_id(as_bytes("hello"))), "9754003402134539932");
  const auto key = [](std::string_view text) { return key_of_wire_id(kScheme, as_bytes(text)); };
  EXPECT_EQ(key("18446744073709551615"), MessageKey{~std::uint64_t{0}});
  EXPECT_EQ(key("0"), MessageKey{0});
  for (const std::string_view odd : {"18446744073709551616", "01", "+1", "", "1 ", "-0"}) {
    IdList list;
    list.add_wire(kScheme, as_bytes(odd));
    Bytes wire;
    list.append_id(0, wire);
    EXPECT_EQ(as_text(wire), odd) << "echoed as it came";
  }
}

TEST(MessageTest, SyntheticPayloadsHaveTheIdOfTheBytesTheyStandFor) {
  MessageFields fields;
  fields.topic = Field::of(kMessageTopicName);
  fields.data = Field::synthetic(1024, 0x1122334455667788);
  const MessageRef synthetic = make_message(fields, kTopics, kScheme, nullptr);
  fields.data = Field::of(fields.data.written());
  const MessageRef real = make_message(fields, kTopics, kScheme, nullptr);
  EXPECT_EQ(real->fields().data.bytes().size(), 1024u);
  EXPECT_EQ(synthetic->key(), real->key());
  EXPECT_EQ(synthetic->wire_size(), real->wire_size());
  EXPECT_EQ(synthetic->fields(), real->fields());
}

TEST(MessageTest, DigestsTellMessagesApart) {
  Rpc a;
  Rpc b;
  MessageFields fields;
  fields.topic = Field::of(kMessageTopicName);
  a.publish.push_back(make_message(fields, kTopics, kScheme, nullptr));
  fields.seqno = seqno_field(1);
  b.publish.push_back(make_message(fields, kTopics, kScheme, nullptr));
  EXPECT_NE(RpcBody(a).digest(), RpcBody(b).digest());
  EXPECT_EQ(RpcBody(a).digest(), RpcBody(a).digest());
}

}  // namespace
}  // namespace lastmile::gossip
