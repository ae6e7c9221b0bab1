// Limits and rare ends of the small codecs; what others write is tested against vectors (conformance_*_test.cpp).
#include <gtest/gtest.h>

#include "real/p2p/wire/gossip_signature.hpp"
#include "real/p2p/wire/identify.hpp"
#include "real/p2p/wire/limits.hpp"
#include "real/p2p/wire/multistream.hpp"
#include "real/p2p/wire/noise_payload.hpp"

namespace lastmile::p2p {
namespace {

PrivateKey key_number(std::uint8_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(number);
  return PrivateKey::from_ed25519_seed(seed);
}

TEST(PrefixedReader, takes_nothing_behind_a_message) {
  PrefixedReader reader(10);
  Bytes bytes = prefixed(to_bytes("one"));
  append(bytes, "rest");
  ByteView rest = bytes;
  Bytes out;
  ASSERT_EQ(reader.next(rest, out), PrefixedReader::State::message);
  EXPECT_EQ(as_text(out), "one");
  EXPECT_EQ(as_text(rest), "rest");
  EXPECT_TRUE(reader.between_messages());
}

TEST(PrefixedReader, one_byte_more_than_the_limit_is_refused_before_it_comes) {
  for (const std::size_t length : {10u, 11u}) {
    PrefixedReader reader(10);
    const Bytes prefix = length_prefix(length);
    ByteView rest = prefix;
    Bytes out;
    EXPECT_EQ(reader.next(rest, out), length == 10 ? PrefixedReader::State::more : PrefixedReader::State::broken);
  }
}

TEST(PrefixedReader, lengths_that_are_no_varints_are_refused) {
  for (const Bytes& bytes : {Bytes{0x80, 0x00}, Bytes(10, 0x80), Bytes{0x83, 0x80, 0x00}}) {
    PrefixedReader reader(10);
    ByteView rest = bytes;
    Bytes out;
    EXPECT_EQ(reader.next(rest, out), PrefixedReader::State::broken);
  }
}

TEST(Multistream, bytes_of_the_protocol_stay_where_they_are) {
  const std::vector<std::string> accepted{"/a"};
  Negotiation listener = Negotiation::listener(accepted);
  Negotiation dialer = Negotiation::dialer({"/a"});
  Bytes bytes = dialer.take_output();
  append(bytes, "data");
  ByteView rest = bytes;
  EXPECT_EQ(listener.feed(rest), Negotiation::State::agreed);
  EXPECT_EQ(as_text(rest), "data");
}

TEST(Multistream, a_dialer_with_nothing_left_to_propose_is_refused) {
  const std::vector<std::string> accepted{"/c"};
  Negotiation listener = Negotiation::listener(accepted);
  Negotiation dialer = Negotiation::dialer({"/a", "/b"});
  auto state = Negotiation::State::more;
  for (int i = 0; i < 3 && state == Negotiation::State::more; ++i) {
    const Bytes forth = dialer.take_output();
    ByteView there = forth;
    EXPECT_EQ(listener.feed(there), Negotiation::State::more);
    const Bytes back = listener.take_output();
    ByteView here = back;
    state = dialer.feed(here);
  }
  EXPECT_EQ(state, Negotiation::State::refused);
}

TEST(Multistream, one_proposal_more_than_allowed_ends_it) {
  const std::vector<std::string> accepted{"/c"};
  Negotiation listener = Negotiation::listener(accepted);
  Bytes bytes;
  append_token(bytes, kMultistreamName);
  for (std::size_t i = 0; i < kMultistreamProposalsMax; ++i) append_token(bytes, "/x");
  ByteView rest = bytes;
  EXPECT_EQ(listener.feed(rest), Negotiation::State::more);
  Bytes more;
  append_token(more, "/x");
  rest = more;
  EXPECT_EQ(listener.feed(rest), Negotiation::State::broken);
}

TEST(Multistream, a_token_above_the_limit_or_without_line_feed_ends_it) {
  const std::vector<std::string> accepted{"/c"};
  for (const Bytes& bytes : {length_prefix(kMultistreamTokenMax + 1), prefixed(to_bytes("/c")), Bytes{0}}) {
    Negotiation listener = Negotiation::listener(accepted);
    ByteView rest = bytes;
    EXPECT_EQ(listener.feed(rest), Negotiation::State::broken);
  }
}

TEST(Noise, a_key_of_low_order_ends_the_handshake) {
  NoiseHandshake listener(NoiseHandshake::Role::responder, {{1}, {2}});
  EXPECT_FALSE(listener.read(Bytes(32, 0)).has_value());
}

TEST(Noise, a_changed_byte_anywhere_ends_the_handshake) {
  for (std::size_t at = 0; at < 32 + 48 + 16 + 7; ++at) {
    NoiseHandshake dialer(NoiseHandshake::Role::initiator, {{1}, {2}});
    NoiseHandshake listener(NoiseHandshake::Role::responder, {{3}, {4}});
    ASSERT_TRUE(listener.read(dialer.write({})).has_value());
    Bytes message = listener.write(to_bytes("payload"));
    ASSERT_EQ(message.size(), 32u + 48 + 16 + 7);
    // The highest bit of a point means nothing, but it is hashed.
    message[at] ^= 0x80;
    EXPECT_FALSE(dialer.read(message).has_value()) << at;
  }
}

TEST(Noise, the_muxer_is_the_initiators_first_that_both_have) {
  EXPECT_EQ(common_muxer({"/a", "/b"}, {"/b", "/a"}), "/a");
  EXPECT_EQ(common_muxer({"/x", "/b"}, {"/b", "/a"}), "/b");
  EXPECT_EQ(common_muxer({"/x"}, {"/b"}), "");
}

TEST(Key, the_old_form_with_two_public_copies_is_read_if_they_agree) {
  const PrivateKey key = key_number(9);
  Bytes data = key.serialised();
  data.erase(data.begin(), data.begin() + 4);
  Bytes twice = data;
  append(twice, ByteView(data).last(32));
  const auto read = PrivateKey::parse(serialise_key(KeyType::ed25519, twice));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->peer_id(), key.peer_id());
  twice.back() ^= 1;
  EXPECT_FALSE(PrivateKey::parse(serialise_key(KeyType::ed25519, twice)).has_value());
}

TEST(Key, other_encodings_of_a_key_are_refused) {
  const Bytes exact = key_number(9).public_key().serialised();
  ASSERT_TRUE(PublicKey::parse(exact).has_value());
  Bytes more = exact;
  more.push_back(0);
  EXPECT_FALSE(PublicKey::parse(more).has_value());
  Bytes padded{0x08, 0x81, 0x00};
  append(padded, ByteView(exact).subspan(2));
  EXPECT_FALSE(PublicKey::parse(padded).has_value());
  EXPECT_FALSE(PublicKey::parse(ByteView(exact).first(exact.size() - 1)).has_value());
}

TEST(Multiaddr, errors_say_what_was_expected) {
  const auto text = [](const char* address) { return Multiaddr::parse(address).error().text; };
  EXPECT_EQ(text("127.0.0.1:4001"), "address 127.0.0.1:4001: expected a multiaddr such as /ip4/192.0.2.7/tcp/4025");
  EXPECT_EQ(text("/ip4/1.2.3/tcp/1"),
            "address /ip4/1.2.3/tcp/1: /ip4 needs four numbers such as 192.0.2.7, found \"1.2.3\"");
  EXPECT_EQ(text("/ip5/1.2.3.4"), "address /ip5/1.2.3.4: unknown component /ip5, did you mean /ip4?");
  EXPECT_EQ(text("/ip4/1.2.3.4/tcp"), "address /ip4/1.2.3.4/tcp: /tcp needs a port from 0 to 65535");
}

TEST(Multiaddr, targets_are_what_we_can_dial) {
  const auto target = [](const char* address) { return dial_target(Multiaddr::parse(address).value()); };
  EXPECT_EQ(target("/ip4/192.0.2.7/tcp/4025")->port, 4025);
  EXPECT_TRUE(target("/dns4/example.org/tcp/443/wss")->tls);
  EXPECT_TRUE(target("/dns4/example.org/tcp/443/tls/ws")->websocket);
  EXPECT_FALSE(target("/ip4/192.0.2.7/tcp/9000/ws")->tls);
  EXPECT_FALSE(target("/ip4/192.0.2.7/udp/4001/quic-v1").has_value());
  EXPECT_FALSE(target("/ip4/192.0.2.7/tcp/4001/tls").has_value());
  EXPECT_FALSE(target("/dnsaddr/bootstrap.example.org").has_value());
}

TEST(Identify, parts_are_merged_and_strange_addresses_left_out) {
  Identify first;
  first.protocols = {"/a"};
  first.agent_version = "one";
  Identify second;
  second.protocols = {"/b"};
  second.agent_version = "two";
  second.listen_addresses = {Multiaddr::parse("/ip4/192.0.2.7/tcp/1").value()};
  Identify got;
  ASSERT_TRUE(merge_identify(encode_identify(first), got).ok());
  ASSERT_TRUE(merge_identify(encode_identify(second), got).ok());
  ASSERT_TRUE(merge_identify(Bytes{0x12, 0x03, 0xff, 0x7f, 0x00}, got).ok());
  EXPECT_EQ(got.protocols, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(got.agent_version, "two");
  EXPECT_EQ(got.listen_addresses.size(), 1u);
}

TEST(PeerRecord, one_signed_by_somebody_else_is_refused) {
  const PrivateKey one = key_number(1), other = key_number(2);
  const PeerRecord record{one.peer_id(), 7, {Multiaddr::parse("/ip4/192.0.2.7/tcp/1").value()}};
  EXPECT_TRUE(open_peer_record(seal_peer_record(record, one)).ok());
  EXPECT_FALSE(open_peer_record(seal_peer_record(record, other)).ok());
}

TEST(GossipSignature, every_signed_field_counts) {
  const PrivateKey key = key_number(3);
  gossip::MessageFields fields;
  fields.data = gossip::Field::of(std::string_view("payload"));
  fields.seqno = gossip::seqno_field(7);
  fields.topic = gossip::Field::of(std::string_view("topic"));
  sign_gossip(fields, key);
  EXPECT_TRUE(verify_gossip(fields));
  auto changed = fields;
  changed.seqno = gossip::seqno_field(8);
  EXPECT_FALSE(verify_gossip(changed));
  changed = fields;
  changed.from = gossip::Field::of(key_number(4).peer_id().bytes());
  EXPECT_FALSE(verify_gossip(changed));
  changed = fields;
  changed.key = gossip::Field::of(key_number(4).public_key().serialised());
  EXPECT_FALSE(verify_gossip(changed));
}

}  // namespace
}  // namespace lastmile::p2p
