// Who is answered what, and who is asked what (ipfs.md 12): stories of peers, honest and not.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/ipfs/bitswap_client.hpp"
#include "core/ipfs/bitswap_server.hpp"

namespace lastmile::ipfs::bitswap {
namespace {

constexpr Instant kStart{0};

Bytes content_of(int number, std::size_t size = 2000) {
  Bytes out(size, static_cast<std::uint8_t>(number));
  out[0] = static_cast<std::uint8_t>(number >> 8);
  return out;
}
crypto::Cid cid_of_bytes(const Bytes& bytes) { return crypto::Cid::v1(crypto::codec::kRaw, crypto::sha256(bytes)); }
crypto::Cid numbered(int number) { return cid_of_bytes(content_of(number)); }

Message wants(std::vector<Want> list) {
  Message out;
  out.wants = std::move(list);
  return out;
}
std::size_t nothing_queued(Peer) { return 0; }

// Looks everything up in a store of these blocks.
void serve(Server& server, const std::vector<Bytes>& held, Instant now,
           const Server::QueuedBytes& queued = nothing_queued) {
  while (const auto lookup = server.next(queued)) {
    const Bytes* found = nullptr;
    for (const Bytes& each : held) found = lookup->cid.check(each) == crypto::BlockCheck::match ? &each : found;
    if (found == nullptr) {
      server.answer_absent(*lookup);
    } else {
      server.answer_have(*lookup, found, now);
    }
  }
}

TEST(BitswapServer, WhoWantsABlockGetsIt) {
  Server server;
  server.on_message(1, wants({{.cid = numbered(1)}}), kStart);
  serve(server, {content_of(1)}, kStart);
  const auto out = server.take_output();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].first, 1U);
  EXPECT_EQ(out[0].second.blocks, (std::vector<Block>{{prefix_of(numbered(1)), content_of(1)}}));
  EXPECT_EQ(server.wants(1), 0U);
}

TEST(BitswapServer, WhoAsksWhetherItIsHereGetsAWordOrASmallBlock) {
  Server server;
  const Bytes small = content_of(7, 100);
  server.on_message(
      1, wants({{.cid = numbered(1), .type = WantType::have}, {.cid = cid_of_bytes(small), .type = WantType::have}}),
      kStart);
  serve(server, {content_of(1), small}, kStart);
  const auto out = server.take_output();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].second.presences, (std::vector<BlockPresence>{{numbered(1), Presence::have}}));
  ASSERT_EQ(out[0].second.blocks.size(), 1U);
  EXPECT_EQ(out[0].second.blocks[0].data, small);
}

TEST(BitswapServer, WhatIsNotHereIsSaidWhenAskedForAndRememberedOtherwise) {
  Server server;
  server.on_message(1, wants({{.cid = numbered(1), .send_do_not_have = true}}), kStart);
  server.on_message(2, wants({{.cid = numbered(1)}}), kStart);
  serve(server, {}, kStart);
  const auto out = server.take_output();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].first, 1U);
  EXPECT_EQ(out[0].second.presences, (std::vector<BlockPresence>{{numbered(1), Presence::do_not_have}}));

  server.on_block(numbered(1));  // it came
  serve(server, {content_of(1)}, kStart);
  const auto later = server.take_output();
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].first, 2U);
}

TEST(BitswapServer, TheMostUrgentComesFirst) {
  Server server;
  server.on_message(1, wants({{.cid = numbered(1), .priority = 1}, {.cid = numbered(2), .priority = 9}}), kStart);
  const auto first = server.next(nothing_queued);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->cid, numbered(2));
}

TEST(BitswapServer, AWantThatWasCancelledIsNotAnswered) {
  Server server;
  server.on_message(1, wants({{.cid = numbered(1)}}), kStart);
  server.on_message(1, wants({{.cid = numbered(1), .cancel = true}}), kStart);
  EXPECT_FALSE(server.next(nothing_queued));
}

TEST(BitswapServer, AFullListReplacesTheOneBefore) {
  Server server;
  server.on_message(1, wants({{.cid = numbered(1)}}), kStart);
  Message full = wants({{.cid = numbered(2)}});
  full.full = true;
  server.on_message(1, full, kStart);
  const auto lookup = server.next(nothing_queued);
  ASSERT_TRUE(lookup);
  EXPECT_EQ(lookup->cid, numbered(2));
  EXPECT_FALSE(server.next(nothing_queued));
}

TEST(BitswapServer, EndlessWantsTakeBoundedMemory) {
  Server server;
  for (int i = 0; i < 5000; ++i) server.on_message(1, wants({{.cid = numbered(i % 2500)}}), kStart);
  EXPECT_LE(server.wants(1), kWantsPerPeerMax);
  EXPECT_GT(server.figures().wants_refused, 0U);
}

TEST(BitswapServer, TheSameBlockIsNotSentAgainAtOnce) {
  Server server;
  std::size_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    server.on_message(1, wants({{.cid = numbered(1)}}), kStart + milliseconds(i));
    serve(server, {content_of(1)}, kStart + milliseconds(i));
    for (const auto& [peer, message] : server.take_output()) sent += message.blocks.size();
  }
  EXPECT_EQ(sent, 1U);
  server.on_message(1, wants({{.cid = numbered(1)}}), kStart + seconds(6));
  serve(server, {content_of(1)}, kStart + seconds(6));
  EXPECT_EQ(server.take_output().size(), 1U);
}

TEST(BitswapServer, WhoDoesNotReadIsNotSentMore) {
  Server server;
  server.on_message(1, wants({{.cid = numbered(1)}}), kStart);
  server.on_message(2, wants({{.cid = numbered(1)}}), kStart);
  const auto queued = [](Peer peer) { return peer == 1 ? std::size_t{64} << 20 : std::size_t{0}; };
  serve(server, {content_of(1)}, kStart, queued);
  const auto out = server.take_output();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].first, 2U);
}

TEST(BitswapServer, WhoWasSentLessComesFirst) {
  Server server;
  server.on_message(1, wants({{.cid = numbered(1)}}), kStart);
  serve(server, {content_of(1)}, kStart);
  server.on_message(1, wants({{.cid = numbered(2)}}), kStart);
  server.on_message(2, wants({{.cid = numbered(2)}}), kStart);
  const auto lookup = server.next(nothing_queued);
  ASSERT_TRUE(lookup);
  EXPECT_EQ(lookup->peer, 2U);
}

TEST(BitswapServer, MessagesStayWithinTheirLimit) {
  Server server;
  std::vector<Bytes> held;
  std::vector<Want> list;
  for (int i = 0; i < 8; ++i) {
    held.push_back(content_of(i, kBlockBytesMax - 100));
    list.push_back({.cid = cid_of_bytes(held.back())});
  }
  server.on_message(1, wants(list), kStart);
  std::size_t blocks = 0;
  for (int turn = 0; turn < 20; ++turn) {
    serve(server, held, kStart);
    for (const auto& [peer, message] : server.take_output()) {
      EXPECT_LE(encode(message).size(), kBitswapMessageBytesMax);
      blocks += message.blocks.size();
    }
  }
  EXPECT_EQ(blocks, held.size());
}

// --- asking

// What a client told a peer, by kind.
std::vector<crypto::Cid> asked(const std::vector<std::pair<Peer, Message>>& out, Peer peer, WantType type,
                               bool cancel = false) {
  std::vector<crypto::Cid> cids;
  for (const auto& [to, message] : out) {
    for (const Want& want : message.wants) {
      if (to == peer && want.cancel == cancel && (cancel || want.type == type)) cids.push_back(want.cid);
    }
  }
  return cids;
}

TEST(BitswapClient, AllAreAskedWhetherTheyHaveItAndOneForTheBlock) {
  Client client;
  client.on_connected(1);
  client.on_connected(2);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  auto out = client.take_output();
  EXPECT_EQ(asked(out, 1, WantType::have).size(), 1U);
  EXPECT_EQ(asked(out, 2, WantType::have).size(), 1U);

  client.on_presences(2, {{numbered(1), Presence::have}}, kStart);
  out = client.take_output();
  EXPECT_EQ(asked(out, 2, WantType::block), (std::vector<crypto::Cid>{numbered(1)}));
  EXPECT_TRUE(asked(out, 1, WantType::block).empty());

  EXPECT_EQ(client.on_block(2, numbered(1), 2000, kStart), (std::vector<SessionId>{session}));
  out = client.take_output();
  EXPECT_EQ(asked(out, 1, WantType::have, true).size(), 1U);  // cancelled where it was asked about
}

TEST(BitswapClient, WhoGaveOneBlockIsAskedForTheNextAtOnce) {
  Client client;
  client.on_connected(1);
  client.on_connected(2);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.on_presences(1, {{numbered(1), Presence::have}}, kStart);
  client.on_block(1, numbered(1), 2000, kStart);
  client.take_output();
  client.want(session, numbered(2), kStart);
  const auto out = client.take_output();
  EXPECT_EQ(asked(out, 1, WantType::block).size(), 1U);
  EXPECT_TRUE(asked(out, 2, WantType::have).empty());
}

TEST(BitswapClient, ASilentPeerIsReplaced) {
  Client client;
  client.on_connected(1);
  client.on_connected(2);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.on_presences(1, {{numbered(1), Presence::have}}, kStart);
  client.on_presences(2, {{numbered(1), Presence::have}}, kStart);
  EXPECT_EQ(asked(client.take_output(), 1, WantType::block).size(), 1U);
  ASSERT_EQ(client.next_tick(), kStart + seconds(5));
  client.tick(kStart + seconds(5));
  EXPECT_EQ(asked(client.take_output(), 2, WantType::block).size(), 1U);
  EXPECT_EQ(client.figures().timeouts, 1U);
}

TEST(BitswapClient, WhoHasItNotAfterAllIsReplaced) {
  Client client;
  client.on_connected(1);
  client.on_connected(2);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.on_presences(1, {{numbered(1), Presence::have}}, kStart);
  client.on_presences(2, {{numbered(1), Presence::have}}, kStart);
  client.take_output();
  client.on_presences(1, {{numbered(1), Presence::do_not_have}}, kStart);
  EXPECT_EQ(asked(client.take_output(), 2, WantType::block).size(), 1U);
}

TEST(BitswapClient, ALostPeerIsReplaced) {
  Client client;
  client.on_connected(1);
  client.on_connected(2);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.on_presences(1, {{numbered(1), Presence::have}}, kStart);
  client.on_presences(2, {{numbered(1), Presence::have}}, kStart);
  client.take_output();
  client.on_lost(1);
  client.tick(kStart + seconds(1));
  EXPECT_EQ(asked(client.take_output(), 2, WantType::block).size(), 1U);
}

TEST(BitswapClient, WhatNobodyHasIsAskedForAgainAfterAPause) {
  Client client;
  client.on_connected(1);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.on_presences(1, {{numbered(1), Presence::do_not_have}}, kStart);
  client.take_output();
  client.tick(kStart + seconds(9));
  EXPECT_TRUE(client.take_output().empty());
  client.tick(kStart + seconds(10));
  EXPECT_EQ(asked(client.take_output(), 1, WantType::have).size(), 1U);
}

TEST(BitswapClient, WrongBlocksAreHandedToNobodyAndCostTheirSender) {
  Client client;
  client.on_connected(1);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.on_presences(1, {{numbered(1), Presence::have}}, kStart);
  for (int i = 100; i < 200; ++i) EXPECT_TRUE(client.on_block(1, numbered(i), 2000, kStart).empty());
  EXPECT_EQ(client.expected(1), 0U);
  client.take_output();
  client.tick(kStart + minutes(1));
  EXPECT_TRUE(client.take_output().empty());  // it is asked nothing any more
}

TEST(BitswapClient, ABlockThatComesTwiceIsNobodysFault) {
  Client client;
  client.on_connected(1);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.on_block(1, numbered(1), 2000, kStart);
  for (int i = 0; i < 100; ++i) client.on_block(1, numbered(1), 2000, kStart);
  EXPECT_EQ(client.figures().unasked, 0U);
}

TEST(BitswapClient, OnePeerIsAskedForFewBlocksAtOnce) {
  ClientLimits limits;
  limits.blocks_per_peer = 8;
  Client client(limits);
  client.on_connected(1);
  const SessionId session = client.open(kStart);
  for (int i = 0; i < 100; ++i) client.want(session, numbered(i), kStart);
  std::vector<BlockPresence> all;
  for (int i = 0; i < 100; ++i) all.push_back({numbered(i), Presence::have});
  client.take_output();
  client.on_presences(1, all, kStart);
  EXPECT_EQ(asked(client.take_output(), 1, WantType::block).size(), 8U);
  client.on_block(1, client.figures().blocks == 0 ? numbered(0) : numbered(1), 2000, kStart);
  EXPECT_LE(asked(client.take_output(), 1, WantType::block).size(), 1U);
}

TEST(BitswapClient, AClosedSessionWantsNothing) {
  Client client;
  client.on_connected(1);
  const SessionId session = client.open(kStart);
  client.want(session, numbered(1), kStart);
  client.take_output();
  client.close(session);
  EXPECT_EQ(asked(client.take_output(), 1, WantType::have, true).size(), 1U);
  EXPECT_FALSE(client.next_tick());
}

// Whatever peers do: every block that one of them keeps giving arrives, once per session.
RC_GTEST_PROP(BitswapTogether, EverythingArrivesFromHonestPeersAmongOthers, ()) {
  const int blocks = *rc::gen::inRange(1, 40);
  const int peers = *rc::gen::inRange(1, 5);
  const int honest = *rc::gen::inRange(0, peers);
  Client client;
  std::vector<Server> servers(static_cast<std::size_t>(peers));
  std::vector<std::vector<Bytes>> held(servers.size());
  for (int b = 0; b < blocks; ++b) {
    for (int p = 0; p < peers; ++p) {
      if (p == honest || *rc::gen::arbitrary<bool>()) held[static_cast<std::size_t>(p)].push_back(content_of(b));
    }
  }
  for (int p = 0; p < peers; ++p) client.on_connected(static_cast<Peer>(p));
  const SessionId session = client.open(kStart);
  for (int b = 0; b < blocks; ++b) client.want(session, numbered(b), kStart);
  std::set<crypto::Cid> arrived;
  Instant now = kStart;
  for (int turn = 0; turn < 400 && arrived.size() < static_cast<std::size_t>(blocks); ++turn) {
    for (auto& [to, message] : client.take_output()) servers[to].on_message(0, message, now);
    for (std::size_t p = 0; p < servers.size(); ++p) {
      serve(servers[p], held[p], now);
      for (auto& [to, message] : servers[p].take_output()) {
        if (static_cast<int>(p) != honest && *rc::gen::inRange(0, 3) == 0) continue;  // says nothing
        client.on_presences(static_cast<Peer>(p), message.presences, now);
        for (const Block& block : message.blocks) {
          const auto cid = cid_of(block);
          RC_ASSERT(cid.has_value());
          if (!client.on_block(static_cast<Peer>(p), *cid, block.data.size(), now).empty())
            RC_ASSERT(arrived.insert(*cid).second);
        }
      }
    }
    now = now + seconds(1);
    client.tick(now);
  }
  RC_ASSERT(arrived.size() == static_cast<std::size_t>(blocks));
}

}  // namespace
}  // namespace lastmile::ipfs::bitswap
