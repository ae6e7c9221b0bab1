#include "core/node/peer_book.hpp"

#include <gtest/gtest.h>

#include "tests/unit/node/fakes.hpp"

namespace lastmile::node::test {
namespace {

class Peers : public testing::Test {
 protected:
  static env::PeerId peer(std::uint32_t n) { return env::PeerId{n}; }

  Time time_;
  Wires wires_;
  Generator luck_{7};
  Intervals intervals_;
  PeerBook book_{wires_, time_, luck_, intervals_};
};

TEST_F(Peers, AreDialledOnceEachAtTheStart) {
  book_.start({"peer1", "peer2@192.0.2.7:4001", "peer1"});
  EXPECT_EQ(wires_.dialled, (std::vector<std::string>{"peer1", "peer2@192.0.2.7:4001"}));
}

TEST_F(Peers, AreKnownByTheirWholeIdentity) {
  book_.start({"peer10@192.0.2.7:4001", "peer1@192.0.2.8:4001", "peer1-b"});
  book_.on_connected(peer(1));
  book_.on_lost(peer(1));
  time_.pass(minutes(5));
  ASSERT_EQ(wires_.dialled.size(), 4U);
  EXPECT_EQ(wires_.dialled.back(), "peer1@192.0.2.8:4001");
}

TEST_F(Peers, ThatCannotBeReachedAreDialledAgainAtGrowingPauses) {
  book_.start({"peer1"});
  std::vector<Duration> pauses;
  for (int i = 0; i < 8; ++i) {
    book_.on_dial_failed("peer1");
    const Instant failed = time_.now();
    const std::size_t before = wires_.dialled.size();
    while (wires_.dialled.size() == before && time_.now() - failed < minutes(5)) time_.pass(milliseconds(100));
    pauses.push_back(time_.now() - failed);
    EXPECT_EQ(wires_.dialled.size(), before + 1);
  }
  EXPECT_LT(pauses.front(), intervals_.dial_pause_min * 5);
  for (const Duration pause : pauses) EXPECT_LE(pause, intervals_.dial_pause_max * 6 / 5 + milliseconds(100));
  EXPECT_GE(pauses.back(), intervals_.dial_pause_max * 4 / 5);
}

TEST_F(Peers, ThatAreLostAreDialledAgainOnlyIfTheyAreOurs) {
  book_.start({"peer1"});
  book_.on_connected(peer(1));
  book_.on_connected(peer(9));  // it dialled us
  EXPECT_EQ(book_.connected(), (std::vector{peer(1), peer(9)}));
  book_.on_lost(peer(9));
  time_.pass(minutes(5));
  EXPECT_EQ(wires_.dialled.size(), 1U);
  book_.on_lost(peer(1));
  EXPECT_FALSE(book_.is_connected(peer(1)));
  time_.pass(minutes(5));
  EXPECT_EQ(wires_.dialled, (std::vector<std::string>{"peer1", "peer1"}));
}

TEST_F(Peers, ThatCameByThemselvesMeanwhileAreNotDialled) {
  book_.start({"peer1"});
  book_.on_dial_failed("peer1");
  book_.on_connected(peer(1));
  time_.pass(minutes(5));
  EXPECT_EQ(wires_.dialled.size(), 1U);
}

TEST_F(Peers, ThatWereReachedBeginAgainWithTheShortestPause) {
  book_.start({"peer1"});
  for (int i = 0; i < 6; ++i) {
    book_.on_dial_failed("peer1");
    time_.pass(minutes(5));
  }
  book_.on_connected(peer(1));
  book_.on_lost(peer(1));
  const std::size_t before = wires_.dialled.size();
  time_.pass(intervals_.dial_pause_min * 6 / 5);
  EXPECT_EQ(wires_.dialled.size(), before + 1);
}

}  // namespace
}  // namespace lastmile::node::test
