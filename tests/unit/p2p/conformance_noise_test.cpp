// vectors/libp2p-noise.json: whole handshakes with fixed keys, and payloads.
#include <algorithm>

#include "real/p2p/wire/noise_payload.hpp"
#include "tests/unit/p2p/vectors.hpp"

namespace lastmile::p2p {
namespace {

using nlohmann::json;

NoiseKey noise_key(const json& text) {
  const Bytes bytes = unhex(text);
  NoiseKey out{};
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

class NoiseVectors : public Vectors {
  void SetUp() override { read("libp2p-noise.json"); }
};

TEST_F(NoiseVectors, every_byte_of_a_handshake_follows_from_keys_and_payloads) {
  ASSERT_FALSE(vectors_.at("cases").empty());
  for (const json& entry : vectors_.at("cases")) {
    SCOPED_TRACE(text_in(entry, "name"));
    NoiseHandshake dialer(NoiseHandshake::Role::initiator, {noise_key(entry.at("initiatorStaticPrivate")),
                                                            noise_key(entry.at("initiatorEphemeralPrivate"))});
    NoiseHandshake listener(NoiseHandshake::Role::responder, {noise_key(entry.at("responderStaticPrivate")),
                                                              noise_key(entry.at("responderEphemeralPrivate"))});
    EXPECT_EQ(dialer.hash().hex(), text_in(entry.at("initial"), "h"));
    EXPECT_EQ(dialer.chaining_key().hex(), text_in(entry.at("initial"), "ck"));
    for (const json& step : entry.at("steps")) {
      const bool forth = text_in(step, "from") == "initiator";
      NoiseHandshake& from = forth ? dialer : listener;
      NoiseHandshake& to = forth ? listener : dialer;
      ASSERT_TRUE(from.our_turn());
      const Bytes message = from.write(unhex(step.at("payload")));
      EXPECT_EQ(to_hex(message), text_in(step, "bytes"));
      EXPECT_EQ(to_hex(noise_frame(message)), text_in(step, "framed"));
      const auto payload = to.read(message);
      ASSERT_TRUE(payload.has_value());
      EXPECT_EQ(to_hex(*payload), text_in(step, "payload"));
      for (const NoiseHandshake* side : {&from, &to}) {
        EXPECT_EQ(side->hash().hex(), text_in(step.at("after"), "h"));
        EXPECT_EQ(side->chaining_key().hex(), text_in(step.at("after"), "ck"));
      }
    }
    ASSERT_TRUE(dialer.finished() && listener.finished());
    EXPECT_EQ(dialer.hash().hex(), text_in(entry, "handshakeHash"));
    auto forth = dialer.split();
    auto back = listener.split();
    EXPECT_EQ(to_hex(forth.send.key()), text_in(entry, "initiatorToResponderKey"));
    EXPECT_EQ(to_hex(forth.receive.key()), text_in(entry, "responderToInitiatorKey"));
    for (const json& one : entry.at("transport")) {
      const bool first = text_in(one, "from") == "initiator";
      auto& sender = first ? forth.send : back.send;
      auto& receiver = first ? back.receive : forth.receive;
      EXPECT_EQ(sender.nonce(), one.at("nonce").get<std::uint64_t>());
      Bytes framed, opened;
      append_noise_frame(sender, unhex(one.at("plaintext")), framed);
      EXPECT_EQ(to_hex(framed), text_in(one, "framed"));
      ASSERT_TRUE(receiver.decrypt({}, ByteView(framed).subspan(2), opened));
      EXPECT_EQ(to_hex(opened), text_in(one, "plaintext"));
    }
  }
}

TEST_F(NoiseVectors, payloads_prove_who_sent_them) {
  for (const json& entry : vectors_.at("payloads")) {
    SCOPED_TRACE(text_in(entry, "what"));
    const auto payload = decode_noise_payload(unhex(entry.at("payload")));
    bool valid = payload.ok();
    if (valid) {
      const auto peer = check_noise_payload(*payload, noise_key(entry.at("staticPublic")));
      valid = peer.ok();
      if (valid) {
        EXPECT_EQ(peer->text(), text_in(entry, "peer"));
      }
    }
    EXPECT_EQ(valid, entry.at("valid").get<bool>());
  }
}

TEST_F(NoiseVectors, payloads_of_the_handshakes_are_made_again) {
  for (const json& entry : vectors_.at("cases")) {
    SCOPED_TRACE(text_in(entry, "name"));
    for (const char* side : {"initiator", "responder"}) {
      const std::string name(side);
      const auto identity = PrivateKey::parse(unhex(key(entry.at(name + "Identity")).at("privateKeyProtobuf")));
      ASSERT_TRUE(identity.has_value());
      const NoiseKey own = noise_key(entry.at(name + "StaticPublic"));
      EXPECT_EQ(noise_public(noise_key(entry.at(name + "StaticPrivate"))), own);
      EXPECT_EQ(to_hex(noise_signed_text(own)), text_in(entry, (name + "Signed").c_str()));
      const json& step = entry.at("steps").at(name == "initiator" ? 2 : 1);
      const auto theirs = decode_noise_payload(unhex(step.at("payload")));
      ASSERT_TRUE(theirs.ok());
      const auto peer = check_noise_payload(*theirs, own);
      ASSERT_TRUE(peer.ok()) << peer.error().text;
      EXPECT_EQ(*peer, identity->peer_id());
      if (identity->public_key().type() == KeyType::secp256k1) continue;  // its signatures depend on the signer
      EXPECT_EQ(to_hex(encode_noise_payload(make_noise_payload(*identity, own, theirs->muxers))),
                text_in(step, "payload"));
    }
  }
}

}  // namespace
}  // namespace lastmile::p2p
