#include "tests/unit/p2p/yamux_pair.hpp"

namespace lastmile::p2p {
namespace {

constexpr auto kData = YamuxType::data;
constexpr auto kUpdate = YamuxType::window_update;

TEST(Yamux, a_stream_carries_both_ways_and_ends_when_both_have_finished) {
  YamuxPair pair;
  const StreamId id = pair.client.session.open().value();
  EXPECT_EQ(id, 1u);
  pair.client.session.write(id, to_bytes("ask"));
  pair.client.session.finish(id);
  pair.run();
  EXPECT_EQ(pair.server.opened, std::vector<StreamId>{id});
  EXPECT_EQ(pair.server.got[id], "ask");
  EXPECT_TRUE(pair.server.finished.contains(id));
  EXPECT_TRUE(pair.client.session.has(id));
  pair.server.session.write(id, to_bytes("answer"));
  pair.server.session.finish(id);
  pair.run();
  EXPECT_EQ(pair.client.got[id], "answer");
  EXPECT_TRUE(pair.client.finished.contains(id));
  EXPECT_FALSE(pair.client.session.has(id));
  EXPECT_FALSE(pair.server.session.has(id));
  EXPECT_EQ(pair.server.session.open().value(), 2u);
  EXPECT_EQ(pair.client.session.open().value(), 3u);
}

TEST(Yamux, a_reader_that_does_not_read_holds_the_writer_back_and_no_other_stream) {
  YamuxPair pair;
  pair.server.reads = false;
  const StreamId slow = pair.client.session.open().value();
  pair.client.session.write(slow, Bytes(kYamuxWindow + 1000, 's'));
  pair.run();
  EXPECT_EQ(pair.server.got[slow].size(), kYamuxWindow);
  EXPECT_EQ(pair.client.session.queued(slow), 1000u);
  const StreamId other = pair.client.session.open().value();
  pair.client.session.write(other, to_bytes("passes"));
  pair.run();
  EXPECT_EQ(pair.server.got[other], "passes");
  pair.server.session.consumed(slow, kYamuxWindow);
  pair.run();
  EXPECT_EQ(pair.server.got[slow].size(), kYamuxWindow + 1000u);
  EXPECT_EQ(pair.client.session.queued(), 0u);
}

TEST(Yamux, a_window_may_be_larger_from_the_start) {
  YamuxPair pair;
  pair.client.reads = false;
  const StreamId id = pair.client.session.open(kYamuxWindow * 4).value();
  pair.run();
  pair.server.session.write(id, Bytes(kYamuxWindow * 5, 'b'));
  pair.run();
  EXPECT_EQ(pair.client.got[id].size(), kYamuxWindow * 4u);
}

TEST(Yamux, streams_take_turns) {
  YamuxPair pair;
  const StreamId large = pair.client.session.open().value();
  const StreamId small = pair.client.session.open().value();
  pair.client.session.write(large, Bytes(200000, 'l'));
  pair.client.session.write(small, to_bytes("small"));
  Bytes out;
  pair.client.session.take_output(out, 40000);
  ASSERT_TRUE(pair.server.session.on_bytes(out).ok());
  EXPECT_EQ(pair.server.got[small], "small");
  EXPECT_LT(pair.server.got[large].size(), 100000u);
}

TEST(Yamux, a_reset_ends_both_directions_and_what_comes_late_is_dropped) {
  YamuxPair pair;
  const StreamId id = pair.client.session.open().value();
  pair.client.session.write(id, to_bytes("one"));
  pair.run();
  pair.client.session.write(id, to_bytes("never sent"));
  pair.client.session.reset(id);
  EXPECT_EQ(pair.client.session.queued(), 0u);
  pair.server.session.write(id, to_bytes("late"));
  Bytes late;
  pair.server.session.take_output(late, 1000);
  EXPECT_TRUE(pair.client.session.on_bytes(late).ok());
  pair.run();
  EXPECT_TRUE(pair.server.reset.contains(id));
  EXPECT_EQ(pair.server.got[id], "one");
  EXPECT_EQ(pair.client.got[id], "");
  EXPECT_TRUE(pair.client.session.on_bytes(yamux_frame(kUpdate, 0, id, 1000)).ok());
}

TEST(Yamux, pings_are_answered_with_their_value) {
  YamuxPair pair;
  pair.client.session.ping(77);
  pair.run();
  EXPECT_EQ(pair.client.pongs, std::vector<std::uint32_t>{77});
}

TEST(Yamux, after_going_away_no_stream_is_opened_and_open_ones_go_on) {
  YamuxPair pair;
  const StreamId id = pair.client.session.open().value();
  pair.run();
  pair.server.session.go_away(kYamuxNormal);
  pair.run();
  EXPECT_EQ(pair.client.went_away, std::vector<std::uint32_t>{kYamuxNormal});
  EXPECT_FALSE(pair.client.session.open().has_value());
  EXPECT_FALSE(pair.server.session.open().has_value());
  pair.client.session.write(id, to_bytes("still"));
  pair.run();
  EXPECT_EQ(pair.server.got[id], "still");
}

TEST(Yamux, one_stream_more_than_allowed_is_refused_and_the_session_lives) {
  YamuxLog server(YamuxSession::Role::server);
  for (std::uint32_t i = 0; i <= kYamuxStreamsMax; ++i) {
    ASSERT_TRUE(server.session.on_bytes(yamux_frame(kUpdate, kYamuxSyn, 2 * i + 1, 0)).ok());
    Bytes out;
    server.session.take_output(out, 1000);
    const auto answer = parse_yamux_header(ByteView(out).first(kYamuxHeaderBytes));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->flags, i < kYamuxStreamsMax ? kYamuxAck : kYamuxRst);
  }
  EXPECT_EQ(server.opened.size(), kYamuxStreamsMax);
}

TEST(Yamux, streams_that_nobody_acknowledges_are_not_opened_for_ever) {
  YamuxLog client(YamuxSession::Role::client);
  for (std::size_t i = 0; i < kYamuxUnacknowledgedMax; ++i) ASSERT_TRUE(client.session.open().has_value());
  EXPECT_FALSE(client.session.open().has_value());
  ASSERT_TRUE(client.session.on_bytes(yamux_frame(kUpdate, kYamuxAck, 1, 0)).ok());
  EXPECT_TRUE(client.session.open().has_value());
}

struct Offence {
  const char* what;
  Bytes frames;
};

TEST(Yamux, what_a_peer_must_not_do_ends_the_session) {
  const auto join = [](Bytes a, const Bytes& b) {
    append(a, b);
    return a;
  };
  const Bytes open = yamux_frame(kUpdate, kYamuxSyn, 1, 0);
  const Offence offences[] = {
      {"an id of ours", yamux_frame(kUpdate, kYamuxSyn, 2, 0)},
      {"an id in use", join(open, open)},
      {"more than the window",
       join(open, join(yamux_frame(kData, 0, 1, kYamuxWindow, kYamuxWindow), yamux_frame(kData, 0, 1, 1, 1)))},
      {"an allowance that overflows", join(open, yamux_frame(kUpdate, 0, 1, 0xffffffff))},
      {"data behind the end", join(open, join(yamux_frame(kData, kYamuxFin, 1, 1, 1), yamux_frame(kData, 0, 1, 1, 1)))},
      {"a body above the limit", yamux_frame(kData, kYamuxSyn, 1, kYamuxBodyMax + 1)},
  };
  for (const Offence& each : offences) {
    YamuxLog server(YamuxSession::Role::server);
    server.reads = false;
    EXPECT_FALSE(server.session.on_bytes(each.frames).ok()) << each.what;
    Bytes out;
    server.session.take_output(out, 100000);
    EXPECT_EQ(ByteView(out).last(kYamuxHeaderBytes)[1], static_cast<std::uint8_t>(YamuxType::go_away)) << each.what;
    EXPECT_FALSE(server.session.on_bytes(open).ok());
  }
}

TEST(Yamux, a_peer_that_asks_and_never_reads_is_left) {
  YamuxLog server(YamuxSession::Role::server);
  const Bytes ping = yamux_frame(YamuxType::ping, kYamuxSyn, 0, 1);
  std::size_t pings = 0;
  while (server.session.on_bytes(ping).ok()) ASSERT_LT(++pings, 100000u);
  EXPECT_EQ(pings, kYamuxControlQueueMax / kYamuxHeaderBytes);
}

}  // namespace
}  // namespace lastmile::p2p
