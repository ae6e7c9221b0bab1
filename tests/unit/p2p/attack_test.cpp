// What strangers and peers may try: every limit of the network with one more than it, over real sockets. In each case
// the network goes on serving others.
#include <map>
#include <set>

#include "real/p2p/wire/identify.hpp"
#include "real/p2p/wire/length_prefix.hpp"
#include "real/p2p/wire/limits.hpp"
#include "tests/unit/p2p/rude_peer.hpp"

namespace lastmile::p2p {
namespace {

class AttackTest : public Loopback {
 protected:
  static P2pLimits impatient() {
    P2pLimits limits;
    limits.upgrade_timeout = milliseconds(400);
    limits.stream_timeout = milliseconds(400);
    return limits;
  }
  // An honest peer can still connect and be heard.
  void expect_service(Party& victim) {
    const auto honest = party(77);
    const std::size_t before = victim.told.frames.size();
    honest->network->dial(address(victim));
    ASSERT_TRUE(until([&] { return !honest->told.connected.empty(); }));
    honest->network->send(honest->told.connected[0], env::Protocol::gossip, env::Frame::of_bytes(to_bytes("honest")));
    EXPECT_TRUE(until([&] { return victim.told.frames.size() > before; }));
  }
  void come_up(RudePeer& peer) {
    ASSERT_TRUE(until([&] { return peer.step(); }));
  }
};

TEST_F(AttackTest, rubbish_instead_of_a_handshake_ends_the_connection) {
  const auto victim = party(1, impatient());
  for (const bool websocket : {false, true}) {
    for (const Bytes& rubbish : {Bytes(1000, 0xff), to_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Bytes(5, 0)}) {
      RawSocket socket(*victim, websocket);
      socket.send(rubbish);
      EXPECT_TRUE(until([&] { return socket.ended(); }));
    }
  }
  expect_service(*victim);
}

TEST_F(AttackTest, a_connection_that_says_nothing_or_trickles_is_ended_in_time) {
  const auto victim = party(1, impatient());
  RawSocket mute(*victim), slow(*victim), mute_websocket(*victim, true);
  const Bytes greeting = [] {
    Bytes out;
    append_token(out, kMultistreamName);
    append_token(out, kNoiseProtocol);
    return out;
  }();
  std::size_t sent = 0;
  const Instant began = real::OsClock().now();
  ASSERT_TRUE(until([&] {
    if (sent < greeting.size()) slow.send(ByteView(greeting).subspan(sent++, 1));
    pass(milliseconds(20));
    return mute.ended() && slow.ended() && mute_websocket.ended();
  }));
  EXPECT_LT(real::OsClock().now() - began, seconds(10));
  expect_service(*victim);
}

TEST_F(AttackTest, one_ip_address_cannot_take_all_places_of_newcomers) {
  const auto victim = party(1);
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (std::size_t i = 0; i <= P2pLimits{}.upgrades_per_ip_max; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(*victim));
    pass(milliseconds(20));
  }
  EXPECT_TRUE(until([&] { return sockets.back()->ended(); }));
  EXPECT_EQ(victim->network->figures().refused, 1u);
  EXPECT_EQ(victim->network->figures().connections, P2pLimits{}.upgrades_per_ip_max);
  sockets.clear();
  EXPECT_TRUE(until([&] { return victim->network->figures().connections == 0; }));
  expect_service(*victim);
}

TEST_F(AttackTest, newcomers_together_take_so_many_places_and_no_more) {
  P2pLimits limits;
  limits.upgrades_max = 3;
  const auto victim = party(1, limits);
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (std::size_t i = 0; i <= limits.upgrades_max; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(*victim));
    pass(milliseconds(20));
  }
  EXPECT_TRUE(until([&] { return sockets.back()->ended(); }));
  EXPECT_EQ(victim->network->figures().refused, 1u);
}

TEST_F(AttackTest, connections_above_the_limit_are_refused) {
  P2pLimits limits;
  limits.connections_max = 2;
  const auto victim = party(1, limits);
  const auto a = party(2), b = party(3), c = party(4);
  a->network->dial(address(*victim));
  b->network->dial(address(*victim));
  ASSERT_TRUE(until([&] { return victim->told.connected.size() == 2; }));
  c->network->dial(address(*victim));
  ASSERT_TRUE(until([&] { return c->told.failed.size() == 1; }));
  EXPECT_EQ(c->told.failed[0], env::CloseReason::refused);
}

TEST_F(AttackTest, one_peer_has_so_many_connections_and_no_more) {
  P2pLimits limits;
  limits.connections_per_peer_max = 3;
  const auto victim = party(1, limits);
  std::vector<std::unique_ptr<RudePeer>> same;
  for (int i = 0; i < 4; ++i) {
    same.push_back(std::make_unique<RudePeer>(*victim, 9));
    come_up(*same.back());
    ASSERT_TRUE(until([&] { return victim->told.connected.size() == 1; }));
    pass(milliseconds(50));
  }
  EXPECT_TRUE(until([&] { return same.back()->ended(); }));
  EXPECT_EQ(victim->told.connected.size(), 1u);
  EXPECT_EQ(victim->network->info(victim->told.connected[0]).connections, 3u);
}

TEST_F(AttackTest, frames_that_are_none_end_the_connection) {
  const auto victim = party(1);
  RudePeer peer(*victim, 9);
  come_up(peer);
  peer.frame(static_cast<YamuxType>(7), 0, 1, 0);
  EXPECT_TRUE(until([&] { return peer.ended(); }));
  ASSERT_TRUE(until([&] { return victim->told.lost.size() == 1; }));
  EXPECT_EQ(victim->told.lost[0], env::CloseReason::protocol_error);
  expect_service(*victim);
}

TEST_F(AttackTest, a_frame_that_does_not_authenticate_ends_the_connection) {
  const auto victim = party(1);
  RudePeer peer(*victim, 9);
  come_up(peer);
  ASSERT_TRUE(until([&] { return victim->told.connected.size() == 1; }));
  peer.socket().send(Bytes{0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
  EXPECT_TRUE(until([&] { return victim->told.lost.size() == 1; }));
}

TEST_F(AttackTest, a_gossip_message_announced_too_large_ends_the_connection_before_it_comes) {
  const auto victim = party(1);
  RudePeer peer(*victim, 9);
  come_up(peer);
  peer.open(1, "/meshsub/1.1.0", length_prefix(env::kFrameBytesMax + 1));
  ASSERT_TRUE(until([&] { return victim->told.lost.size() == 1; }));
  EXPECT_EQ(victim->told.lost[0], env::CloseReason::protocol_error);
  EXPECT_EQ(victim->network->figures().receive_buffer, 0u);
}

TEST_F(AttackTest, parts_of_messages_that_never_end_take_so_much_memory_and_no_more) {
  P2pLimits limits;
  limits.receive_buffer_max = 100000;
  const auto victim = party(1, limits);
  RudePeer peer(*victim, 9);
  come_up(peer);
  Bytes part = length_prefix(200000);
  part.resize(part.size() + 60000, 'x');
  peer.open(1, "/meshsub/1.1.0", part);
  ASSERT_TRUE(until([&] { return victim->network->figures().receive_buffer == 60000; }));
  peer.open(3, "/aleph/lastmile/heads/1", part);
  pass(milliseconds(300));
  EXPECT_LE(victim->network->figures().receive_buffer, 100000u);
  expect_service(*victim);
}

TEST_F(AttackTest, streams_without_end_are_refused_and_those_that_say_nothing_are_reset) {
  const auto victim = party(1, impatient());
  RudePeer peer(*victim, 9);
  come_up(peer);
  for (std::uint32_t i = 0; i < 2 * kYamuxStreamsMax; ++i)
    peer.frame(YamuxType::window_update, kYamuxSyn, 2 * i + 1, 0);
  const auto resets = [&] {
    peer.step();
    std::size_t count = 0;
    ByteView rest = peer.heard;
    while (rest.size() >= kYamuxHeaderBytes) {
      const auto header = parse_yamux_header(rest.first(kYamuxHeaderBytes)).value();
      const std::size_t size = kYamuxHeaderBytes + (header.type == YamuxType::data ? header.length : 0);
      if (rest.size() < size) break;
      rest = rest.subspan(size);
      if (header.has(kYamuxRst)) ++count;
    }
    return count;
  };
  EXPECT_TRUE(until([&] { return resets() >= kYamuxStreamsMax; }));      // beyond the limit, at once
  EXPECT_TRUE(until([&] { return resets() >= 2 * kYamuxStreamsMax; }));  // the others, in time
  EXPECT_TRUE(victim->told.lost.empty());
  expect_service(*victim);
}

TEST_F(AttackTest, a_request_that_never_ends_is_reset_in_time) {
  const auto victim = party(1, impatient());
  RudePeer peer(*victim, 9);
  come_up(peer);
  Bytes part = length_prefix(1000);
  part.resize(part.size() + 10, 'x');
  peer.open(1, "/aleph/lastmile/heads/1", part);
  ASSERT_TRUE(until([&] { return victim->network->figures().receive_buffer == 10; }));
  EXPECT_TRUE(until([&] { return victim->network->figures().receive_buffer == 0; }));
  EXPECT_TRUE(victim->told.lost.empty());
}

TEST_F(AttackTest, a_peer_that_falls_silent_is_lost) {
  P2pLimits limits;
  limits.keepalive = milliseconds(200);
  limits.silence_max = milliseconds(600);
  const auto victim = party(1, limits);
  RudePeer peer(*victim, 9);
  come_up(peer);
  ASSERT_TRUE(until([&] { return victim->told.connected.size() == 1; }));
  ASSERT_TRUE(until([&] { return victim->told.lost.size() == 1; }));
  EXPECT_EQ(victim->told.lost[0], env::CloseReason::timeout);
}

TEST_F(AttackTest, more_ping_streams_than_allowed_are_reset) {
  const auto victim = party(1);
  RudePeer peer(*victim, 9);
  come_up(peer);
  for (std::uint32_t i = 0; i <= kPingStreamsMax; ++i) peer.open(2 * i + 1, "/ipfs/ping/1.0.0");
  EXPECT_TRUE(until([&] { return victim->network->figures().streams_refused == 1; }));
  EXPECT_TRUE(victim->told.lost.empty());
}

TEST_F(AttackTest, what_a_message_says_of_somebody_else_is_no_identity) {
  const auto victim = party(1);
  RudePeer peer(*victim, 9);
  come_up(peer);
  Identify lie;
  lie.public_key = key_of(3)->public_key().serialised();
  lie.agent_version = "somebody else";
  peer.open(1, kIdentifyPushName, prefixed(encode_identify(lie)));
  peer.frame(YamuxType::window_update, kYamuxFin, 1, 0);
  ASSERT_TRUE(until([&] { return victim->told.lost.size() == 1; }));
  EXPECT_EQ(victim->told.lost[0], env::CloseReason::protocol_error);
}

TEST_F(AttackTest, a_peer_that_says_it_goes_and_stays_is_left) {
  const auto victim = party(1);
  RudePeer peer(*victim, 9);
  come_up(peer);
  ASSERT_TRUE(until([&] { return victim->told.connected.size() == 1; }));
  peer.frame(YamuxType::go_away, 0, 0, kYamuxNormal);
  ASSERT_TRUE(until([&] { return victim->told.lost.size() == 1; }));
  EXPECT_EQ(victim->told.lost[0], env::CloseReason::remote);
}

TEST_F(AttackTest, a_gossip_stream_that_is_reset_again_and_again_is_opened_so_often_and_begins_alike) {
  const auto victim = party(1);
  RudePeer peer(*victim, 9);
  come_up(peer);
  ASSERT_TRUE(until([&] { return victim->told.connected.size() == 1; }));
  const env::PeerId number = victim->told.connected[0];
  victim->network->send(number, env::Protocol::gossip, env::Frame::of_bytes(to_bytes("the first frame")));
  // Accepts every stream that proposes gossip, reads one frame and resets it; anything else is left alone.
  std::map<std::uint32_t, std::string> said;
  std::set<std::uint32_t> agreed, reset;
  const auto serve = [&] {
    peer.step();
    ByteView rest = peer.heard;
    said.clear();
    while (rest.size() >= kYamuxHeaderBytes) {
      const auto header = parse_yamux_header(rest.first(kYamuxHeaderBytes)).value();
      const std::size_t body = header.type == YamuxType::data ? header.length : 0;
      if (rest.size() < kYamuxHeaderBytes + body) break;
      if (header.type == YamuxType::data) said[header.stream] += as_text(rest.subspan(kYamuxHeaderBytes, body));
      rest = rest.subspan(kYamuxHeaderBytes + body);
    }
    for (const auto& [stream, text] : said) {
      if (text.find("/meshsub/1.1.0") == std::string::npos) continue;
      if (agreed.insert(stream).second) {
        Bytes answer;
        append_token(answer, kMultistreamName);
        append_token(answer, "/meshsub/1.1.0");
        peer.frame(YamuxType::data, kYamuxAck, stream, static_cast<std::uint32_t>(answer.size()), answer);
      }
      if (text.find("the first frame") != std::string::npos && reset.insert(stream).second) {
        peer.frame(YamuxType::window_update, kYamuxRst, stream, 0);
      }
    }
  };
  const auto resets = [&](std::size_t count) {
    return until([&] {
      serve();
      return reset.size() == count;
    });
  };
  EXPECT_TRUE(resets(1 + kGossipReopensMax));
  victim->network->send(number, env::Protocol::gossip, env::Frame::of_bytes(to_bytes("the first frame")));
  until(
      [&] {
        serve();
        return false;
      },
      milliseconds(300));
  EXPECT_EQ(reset.size(), 1 + kGossipReopensMax);
  EXPECT_TRUE(victim->told.lost.empty());
}

}  // namespace
}  // namespace lastmile::p2p
