// What two of our networks do beyond the contracts that every network keeps (tests/env_conformance).
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "real/p2p/author.hpp"
#include "real/p2p/peer_store.hpp"
#include "tests/unit/p2p/pair_world.hpp"

namespace lastmile::p2p {
namespace {

env::Frame frame_of(std::string_view text) { return env::Frame::of_bytes(to_bytes(text)); }

class NetworkTest : public Loopback {};

TEST_F(NetworkTest, frames_and_requests_go_over_websocket_too) {
  const auto a = party(1), b = party(2);
  connect(*a, *b, true);
  const Bytes large(300000, 'l');
  a->network->send(a->told.connected[0], env::Protocol::gossip, env::Frame::of_bytes(large));
  std::string answer;
  a->network->request(a->told.connected[0], env::Protocol::heads, frame_of("ask"), seconds(10),
                      [&](Result<env::Frame> result) { answer = result.ok() ? "answered" : result.error().text; });
  ASSERT_TRUE(until([&] { return !b->told.frames.empty() && !answer.empty(); }));
  EXPECT_EQ(b->told.frames[0], large);
  EXPECT_EQ(answer, "answered");
}

TEST_F(NetworkTest, peers_tell_each_other_who_they_are) {
  const auto a = party(1), b = party(2);
  connect(*a, *b);
  const auto agent = [&](Party& of) { return of.network->info(of.told.connected[0]).agent; };
  ASSERT_TRUE(until([&] { return agent(*a) == "test/2" && agent(*b) == "test/1"; }));
  const auto info = a->network->info(a->told.connected[0]);
  EXPECT_NE(std::find(info.protocols.begin(), info.protocols.end(), "/meshsub/1.1.0"), info.protocols.end());
  EXPECT_NE(std::find(info.addresses.begin(), info.addresses.end(), b->network->listen_addresses()[1].text()),
            info.addresses.end());
}

TEST_F(NetworkTest, a_ping_is_answered) {
  const auto a = party(1), b = party(2);
  connect(*a, *b);
  bool answered = false;
  a->network->ping(a->told.connected[0], [&](const Result<Duration>& took) { answered = took.ok(); });
  EXPECT_TRUE(until([&] { return answered; }));
}

TEST_F(NetworkTest, whoever_is_not_whom_we_dialled_is_refused) {
  const auto a = party(1), b = party(2);
  a->network->dial(b->network->listen_addresses()[0].with_peer(key_of(3)->peer_id()).text());
  a->network->dial(key_of(4)->peer_id().text() + "@" + b->network->listen_addresses()[0].text());
  ASSERT_TRUE(until([&] { return a->told.failed.size() == 2; }));
  EXPECT_EQ(a->told.failed[0], env::CloseReason::refused);
  EXPECT_TRUE(a->told.connected.empty());
}

TEST_F(NetworkTest, nobody_is_connected_to_himself) {
  const auto a = party(1);
  a->network->dial(a->network->listen_addresses()[0].text());
  EXPECT_TRUE(until([&] { return a->told.failed.size() == 1; }));
  EXPECT_TRUE(a->told.connected.empty());
}

TEST_F(NetworkTest, an_address_without_identity_connects_to_whoever_is_there_once) {
  const auto a = party(1), b = party(2);
  a->network->dial(b->network->listen_addresses()[0].text());
  ASSERT_TRUE(until([&] { return a->told.connected.size() == 1; }));
  a->network->dial(b->network->listen_addresses()[0].text());
  pass(milliseconds(300));
  EXPECT_EQ(a->network->figures().dialled, 1u);
}

TEST_F(NetworkTest, what_cannot_be_dialled_fails_with_its_address) {
  const auto a = party(1);
  for (const char* text : {"/ip4/192.0.2.1/udp/1/quic-v1", "/dns4/example.org/tcp/443/wss",
                           "nobody@/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/tcp/0"}) {
    a->network->dial(text);
  }
  EXPECT_TRUE(until([&] { return a->told.failed.size() == 4; }));
}

TEST_F(NetworkTest, a_question_that_nobody_waits_for_is_not_answered) {
  const auto a = party(1), b = party(2);
  b->told.keeps_replies = true;
  connect(*a, *b);
  std::string answer;
  a->network->request(
      a->told.connected[0], env::Protocol::heads, frame_of("ask"), milliseconds(200),
      [&](const Result<env::Frame>& result) { answer = result.ok() ? "answered" : result.error().text; });
  ASSERT_TRUE(until([&] { return b->told.kept.size() == 1; }));
  ASSERT_TRUE(until([&] { return !answer.empty(); }));
  EXPECT_EQ(answer, "the deadline has passed");
  b->told.kept[0](frame_of("late"));
  pass(milliseconds(200));
  EXPECT_EQ(a->told.lost.size() + b->told.lost.size(), 0u);
}

TEST_F(NetworkTest, more_requests_than_allowed_are_refused_at_once) {
  P2pLimits limits;
  limits.requests_served_max = 3;
  const auto a = party(1), b = party(2, limits);
  b->told.keeps_replies = true;
  connect(*a, *b);
  std::vector<std::string> answers;
  for (int i = 0; i < 4; ++i) {
    a->network->request(
        a->told.connected[0], env::Protocol::heads, frame_of("ask"), seconds(10),
        [&](const Result<env::Frame>& result) { answers.push_back(result.ok() ? "" : result.error().text); });
  }
  ASSERT_TRUE(until([&] { return answers.size() == 1; }));
  EXPECT_EQ(answers[0], "refused: too many requests at once");
  b->told.kept.clear();  // dropped replies count no longer
  a->network->request(a->told.connected[0], env::Protocol::heads, frame_of("ask"), seconds(10),
                      [](const Result<env::Frame>&) {});
  EXPECT_TRUE(until([&] { return b->told.kept.size() == 1; }));
}

TEST_F(NetworkTest, a_peer_that_reads_too_slowly_is_cut_off) {
  P2pLimits limits;
  limits.send_buffer_max = 1024 * 1024;
  const auto a = party(1, limits), b = party(2);
  connect(*a, *b);
  const env::PeerId peer = a->told.connected[0];
  for (int i = 0; i < 12; ++i) a->network->send(peer, env::Protocol::gossip, env::Frame::of_bytes(Bytes(100000, 'x')));
  ASSERT_TRUE(until([&] { return a->told.lost.size() == 1; }));
  EXPECT_EQ(a->told.lost[0], env::CloseReason::limit);
}

TEST_F(NetworkTest, numbers_of_peers_are_given_again_when_there_are_enough) {
  P2pLimits limits;
  limits.known_peers_max = 2;
  const auto hub = party(1, limits);
  for (std::uint8_t number = 10; number < 15; ++number) {
    const auto guest = party(number);
    guest->network->dial(address(*hub));
    ASSERT_TRUE(until([&] { return hub->told.connected.size() == 1; }));
    EXPECT_LT(hub->told.connected[0].value, 2u);
    EXPECT_EQ(hub->network->identity(hub->told.connected[0]), guest->network->own_identity());
    guest->network->close(guest->told.connected.at(0), env::CloseReason::local);
    ASSERT_TRUE(until([&] { return hub->told.connected.empty(); }));
  }
}

TEST(Author, numbers_grow_whatever_the_clock_does) {
  const auto file = std::filesystem::path(testing::TempDir()) / ("seqno-" + std::to_string(::getpid()));
  std::filesystem::remove(file);
  std::uint64_t last = 0;
  for (int life = 0; life < 3; ++life) {
    const auto author = Author::open(key_of(1), file);
    ASSERT_TRUE(author.ok()) << author.error().text;
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t next = (*author)->next_seqno();
      EXPECT_GT(next, last);
      last = next;
    }
  }
  std::ofstream(file) << "99999999999999999999999\n";
  EXPECT_FALSE(Author::open(key_of(1), file).ok());
  std::filesystem::remove(file);
}

TEST(PeerStoreTest, limits_hold_and_claims_die_unless_somebody_was_reached_there) {
  PeerStore store;
  const Instant start{seconds(1).ns};
  Identify claims;
  for (std::uint16_t port = 1; port <= kPeerStoreAddressesMax + 1; ++port) {
    claims.listen_addresses.push_back(Multiaddr::ip_tcp("192.0.2.7", port));
  }
  const PeerId peer = key_of(1)->peer_id();
  store.identified(peer, claims, start);
  EXPECT_EQ(store.addresses(peer).size(), kPeerStoreAddressesMax);
  store.reached(peer, Multiaddr::ip_tcp("192.0.2.7", 9), start);
  EXPECT_EQ(store.addresses(peer).front(), Multiaddr::ip_tcp("192.0.2.7", 9).with_peer(peer));
  store.forget_old(start + kPeerStoreUnconfirmed + seconds(1));
  EXPECT_EQ(store.addresses(peer).size(), 1u);
  for (std::size_t i = 0; i <= kPeerStorePeersMax; ++i) {
    Bytes key{0x08, 0x01, 0x12, 0x20};
    key.resize(36);
    key[4] = static_cast<std::uint8_t>(i);
    key[5] = static_cast<std::uint8_t>(i >> 8);
    key[6] = 1;
    store.identified(PeerId::of_key(key), {}, start + seconds(static_cast<std::int64_t>(10000 + i)));
  }
  EXPECT_EQ(store.size(), kPeerStorePeersMax);
  EXPECT_EQ(store.find(peer), nullptr);  // heard of longest ago
}

}  // namespace
}  // namespace lastmile::p2p
