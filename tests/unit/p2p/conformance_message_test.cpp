// vectors/libp2p-identify.json, libp2p-kad.json, and the signatures of libp2p-gossipsub.json.
#include "core/gossip/rpc.hpp"
#include "real/p2p/wire/gossip_signature.hpp"
#include "real/p2p/wire/identify.hpp"
#include "real/p2p/wire/kad_message.hpp"
#include "real/p2p/wire/length_prefix.hpp"
#include "tests/unit/p2p/vectors.hpp"

namespace lastmile::p2p {
namespace {

using nlohmann::json;

class IdentifyVectors : public Vectors {
  void SetUp() override { read("libp2p-identify.json"); }
};
class KadVectors : public Vectors {
  void SetUp() override { read("libp2p-kad.json"); }
};
class GossipSignatureVectors : public Vectors {
  void SetUp() override { read("libp2p-gossipsub.json"); }
};

TEST_F(IdentifyVectors, the_message_is_understood_whole_and_in_parts) {
  const Bytes message = unhex(vectors_.at("message"));
  EXPECT_EQ(to_hex(prefixed(message)), text_in(vectors_, "onTheWire"));
  Identify got;
  ASSERT_TRUE(merge_identify(message, got).ok());
  EXPECT_EQ(got.protocol_version, text_in(vectors_, "protocolVersion"));
  EXPECT_EQ(got.agent_version, text_in(vectors_, "agentVersion"));
  EXPECT_EQ(json(got.protocols), vectors_.at("protocols"));
  std::vector<std::string> addresses;
  for (const Multiaddr& each : got.listen_addresses) addresses.push_back(each.text());
  EXPECT_EQ(json(addresses), vectors_.at("listenAddrs"));
  ASSERT_TRUE(got.observed.has_value());
  EXPECT_EQ(got.observed->text(), text_in(vectors_, "observedAddr"));
  ASSERT_TRUE(got.public_key.has_value());
  EXPECT_EQ(to_hex(*got.public_key), text_in(key(vectors_.at("key")), "publicKeyProtobuf"));
  Identify again;
  ASSERT_TRUE(merge_identify(encode_identify(got), again).ok());
  EXPECT_EQ(encode_identify(again), encode_identify(got));
}

TEST_F(IdentifyVectors, the_signed_record_is_opened_and_made_again) {
  const json& record = vectors_.at("peerRecord");
  const auto opened = open_peer_record(unhex(record.at("envelope")));
  ASSERT_TRUE(opened.ok()) << opened.error().text;
  EXPECT_EQ(std::to_string(opened->sequence), text_in(record, "seq"));
  EXPECT_EQ(to_hex(encode_peer_record(*opened)), text_in(record, "payload"));
  EXPECT_EQ(to_hex(envelope_signed_bytes(text_in(record, "domain"), unhex(record.at("payloadType")),
                                         unhex(record.at("payload")))),
            text_in(record, "signed"));
  const auto secret = PrivateKey::parse(unhex(key(vectors_.at("key")).at("privateKeyProtobuf")));
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(to_hex(seal_peer_record(*opened, *secret)), text_in(record, "envelope"));
  Bytes changed = unhex(record.at("envelope"));
  changed[changed.size() - 80] ^= 1;
  EXPECT_FALSE(open_peer_record(changed).ok());
}

TEST_F(KadVectors, messages_are_read_and_written) {
  ASSERT_FALSE(vectors_.at("messages").empty());
  for (const json& entry : vectors_.at("messages")) {
    SCOPED_TRACE(text_in(entry, "what"));
    const auto message = decode_kad(unhex(entry.at("hex")));
    ASSERT_TRUE(message.ok()) << message.error().text;
    EXPECT_EQ(to_hex(encode_kad(*message)), text_in(entry, "hex"));
    EXPECT_EQ(to_hex(prefixed(encode_kad(*message))), text_in(entry, "onTheWire"));
  }
}

TEST_F(KadVectors, peers_lie_where_others_see_them) {
  for (const json& entry : vectors_.at("keys")) {
    const auto peer = PeerId::parse(text_in(entry, "peer"));
    ASSERT_TRUE(peer.has_value());
    EXPECT_EQ(kad_place(peer->bytes()).hex(), text_in(entry, "kadKey"));
  }
  const auto target = PeerId::parse(text_in(vectors_.at("order"), "target"));
  ASSERT_TRUE(target.has_value());
  Hash256 last{};
  for (const json& entry : vectors_.at("order").at("closestFirst")) {
    const auto peer = PeerId::parse(text_in(entry, "peer"));
    ASSERT_TRUE(peer.has_value());
    const Hash256 distance = kad_distance(kad_place(target->bytes()), kad_place(peer->bytes()));
    EXPECT_EQ(distance.hex(), text_in(entry, "distance"));
    EXPECT_LT(last, distance);
    last = distance;
  }
}

gossip::MessageFields fields_of(const Bytes& message) {
  gossip::Topics topics;
  topics.add(gossip::kMessageTopicName);
  topics.add(gossip::kAliveTopicName);
  Bytes rpc{0x12};
  append_prefixed(rpc, message);
  const auto decoded = gossip::decode_rpc(rpc, topics, {gossip::IdKind::content, {}});
  EXPECT_TRUE(decoded.ok());
  return decoded.ok() && !decoded->publish.empty() ? decoded->publish.front()->fields() : gossip::MessageFields();
}

TEST_F(GossipSignatureVectors, good_messages_verify_and_are_signed_again) {
  for (const json& entry : vectors_.at("messages")) {
    SCOPED_TRACE(text_in(entry, "name"));
    const gossip::MessageFields fields = fields_of(unhex(entry.at("message")));
    EXPECT_EQ(verify_gossip(fields), entry.at("valid").get<bool>());
    const auto secret = PrivateKey::parse(unhex(key(entry.at("key")).at("privateKeyProtobuf")));
    ASSERT_TRUE(secret.has_value());
    gossip::MessageFields own;
    own.data = fields.data;
    own.seqno = fields.seqno;
    own.topic = fields.topic;
    sign_gossip(own, *secret);
    EXPECT_TRUE(verify_gossip(own));
    EXPECT_EQ(own.from, fields.from);
    if (secret->public_key().type() != KeyType::secp256k1 && entry.at("valid").get<bool>()) {
      EXPECT_EQ(own.signature, fields.signature);
    }
  }
}

TEST_F(GossipSignatureVectors, bad_messages_do_not_verify) {
  ASSERT_FALSE(vectors_.at("invalid").empty());
  for (const json& entry : vectors_.at("invalid")) {
    EXPECT_FALSE(verify_gossip(fields_of(unhex(entry.at("message"))))) << text_in(entry, "name");
  }
}

}  // namespace
}  // namespace lastmile::p2p
