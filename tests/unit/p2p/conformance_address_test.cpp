// vectors/libp2p-varints-multiaddrs.json and libp2p-peer-ids.json.
#include "core/crypto/cid.hpp"
#include "real/p2p/wire/key.hpp"
#include "real/p2p/wire/multiaddr.hpp"
#include "tests/unit/p2p/vectors.hpp"

namespace lastmile::p2p {
namespace {

using nlohmann::json;

class AddressVectors : public Vectors {
  void SetUp() override { read("libp2p-varints-multiaddrs.json"); }
};
class KeyVectors : public Vectors {
  void SetUp() override { read("libp2p-peer-ids.json"); }
};

TEST_F(AddressVectors, varints_are_read_and_written) {
  ASSERT_FALSE(vectors_.at("varints").empty());
  for (const json& entry : vectors_.at("varints")) {
    const std::uint64_t value = std::stoull(text_in(entry, "value"));
    Bytes written;
    crypto::append_varint(written, value);
    EXPECT_EQ(to_hex(written), text_in(entry, "hex"));
    ByteView rest = written;
    EXPECT_EQ(crypto::take_varint(rest), value);
    EXPECT_TRUE(rest.empty());
  }
  for (const json& entry : vectors_.at("varintInvalid")) {
    const Bytes bytes = unhex(entry.at("hex"));
    ByteView rest = bytes;
    EXPECT_FALSE(crypto::take_varint(rest).has_value()) << entry.at("why");
  }
}

TEST_F(AddressVectors, multiaddrs_are_read_and_written) {
  ASSERT_FALSE(vectors_.at("multiaddrs").empty());
  for (const json& entry : vectors_.at("multiaddrs")) {
    SCOPED_TRACE(text_in(entry, "input"));
    const auto parsed = Multiaddr::parse(text_in(entry, "input"));
    ASSERT_TRUE(parsed.ok()) << parsed.error().text;
    EXPECT_EQ(to_hex(parsed->bytes()), text_in(entry, "hex"));
    const auto binary = Multiaddr::parse_bytes(unhex(entry.at("hex")));
    ASSERT_TRUE(binary.has_value());
    EXPECT_EQ(binary->text(), text_in(entry, "text"));
  }
}

TEST_F(AddressVectors, what_is_no_multiaddr_is_refused) {
  for (const json& text : vectors_.at("invalidText")) {
    EXPECT_FALSE(Multiaddr::parse(text.get<std::string>()).ok()) << text;
  }
  for (const json& entry : vectors_.at("invalidHex")) {
    EXPECT_FALSE(Multiaddr::parse_bytes(unhex(entry.at("hex"))).has_value()) << entry.at("why");
  }
}

TEST_F(KeyVectors, keys_give_their_peer_ids_in_every_spelling) {
  ASSERT_FALSE(vectors_.at("keys").empty());
  for (const json& entry : vectors_.at("keys")) {
    SCOPED_TRACE(text_in(entry, "name"));
    const auto key = PublicKey::parse(unhex(entry.at("publicKeyProtobuf")));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(to_hex(key->data()), text_in(entry, "publicKeyRaw"));
    const PeerId peer = key->peer_id();
    EXPECT_EQ(to_hex(peer.bytes()), text_in(entry, "peerIdBytes"));
    EXPECT_EQ(peer.text(), text_in(entry, "peerIdBase58"));
    for (const char* spelling : {"peerIdBase58", "peerIdCidBase32", "peerIdCidBase36"}) {
      EXPECT_EQ(PeerId::parse(text_in(entry, spelling)), peer) << spelling;
    }
    if (key->type() != KeyType::rsa) {
      const auto contained = PublicKey::of(peer);
      ASSERT_TRUE(contained.has_value());
      EXPECT_EQ(contained->serialised(), key->serialised());
    }
  }
}

TEST_F(KeyVectors, signatures_verify_and_are_made_again) {
  for (const json& entry : vectors_.at("keys")) {
    SCOPED_TRACE(text_in(entry, "name"));
    const auto key = PublicKey::parse(unhex(entry.at("publicKeyProtobuf")));
    ASSERT_TRUE(key.has_value());
    Bytes message = unhex(entry.at("message"));
    const Bytes signature = unhex(entry.at("signature"));
    EXPECT_TRUE(key->verify(message, signature));
    const auto secret = PrivateKey::parse(unhex(entry.at("privateKeyProtobuf")));
    ASSERT_TRUE(secret.has_value());
    EXPECT_EQ(secret->peer_id(), key->peer_id());
    EXPECT_EQ(to_hex(secret->serialised()), text_in(entry, "privateKeyProtobuf"));
    const Bytes again = secret->sign(message);
    EXPECT_TRUE(key->verify(message, again));
    if (text_in(entry, "type") != "secp256k1") {
      EXPECT_EQ(again, signature);
    }
    message.push_back(0);
    EXPECT_FALSE(key->verify(message, signature));
    EXPECT_FALSE(key->verify(unhex(entry.at("message")), {}));
  }
}

TEST_F(KeyVectors, what_is_no_peer_id_is_refused) {
  for (const json& entry : vectors_.at("invalid")) {
    EXPECT_FALSE(PeerId::parse(text_in(entry, "text")).has_value()) << entry.at("why");
  }
}

}  // namespace
}  // namespace lastmile::p2p
