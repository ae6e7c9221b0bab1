// Large items, in ranges: what peers that give slowly can hold up, and what not.
#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/gossip/fetcher.hpp"

namespace lastmile::gossip::test {
namespace {

// Peers that answer by themselves. A range has a kilobyte, and four ranges in 15 s are slow.
class TransfersTest : public FetcherTest {
 protected:
  TransfersTest() {
    params.range_bytes = 1000;
    params.item_bytes_max = 100'000;
    params.transfer_bytes_max = 800'000;
    params.transfer_rate_least = 256;
  }

  static std::string content(const std::string& title, std::size_t size) {
    return title + std::string(size - title.size(), 'x');
  }
  void gives(std::uint32_t peer, const std::string& content, Duration per_range) {
    contents_[name_of(content)] = content;
    giving_[{peer, name_of(content)}] = per_range;
  }
  // How long it took; empty: it has not come by then.
  std::optional<Duration> comes(const std::string& content, Duration within) {
    const Instant begun = now;
    ask();
    while (fetcher().wanted(name_of(content))) {
      const auto pause_ends = fetcher().next_plan();
      if (due_.empty() && !pause_ends) return std::nullopt;
      const bool answers = !due_.empty() && due_.begin()->first <= pause_ends.value_or(due_.begin()->first);
      now = answers ? due_.begin()->first : *pause_ends;
      if (now > begun + within) return std::nullopt;
      if (answers) serve(due_.extract(due_.begin()).mapped());
      ask();
    }
    return now - begun;
  }

 private:
  void ask() {
    for (FetchOrder& order : plan()) {
      Duration takes = milliseconds(100);
      if (order.range) takes = giving_.at({order.peer.value, *parse_content_name(order.range->name)});
      due_.emplace(now + std::min(takes, order.deadline), std::move(order));
    }
  }
  void serve(const FetchOrder& order) {
    if (!order.range) {
      ContentAnswer reply;
      for (const ContentName& name : order.request.wanted) {
        const bool has = giving_.contains({order.peer.value, name});
        reply.items.push_back(
            {name, has ? Availability::large : Availability::absent, has ? contents_.at(name).size() : 0, nullptr});
      }
      answer(order.id, reply);
      return;
    }
    const ContentName name = *parse_content_name(order.range->name);
    if (giving_.at({order.peer.value, name}) > order.deadline) return fetcher().on_failed(order.id, now);
    range(order.id, as_bytes(std::string_view(contents_.at(name)).substr(order.range->offset, order.range->length)));
  }

  std::map<ContentName, std::string> contents_;
  std::map<std::pair<std::uint32_t, ContentName>, Duration> giving_;
  std::multimap<Instant, FetchOrder> due_;
};

TEST_F(TransfersTest, TricklingPeersThatHoldAllPlacesGiveWayToAnHonestOne) {
  for (std::uint32_t n = 0; n < 5; ++n) connect(n);
  for (std::uint32_t i = 0; i < params.transfers_max; ++i) {
    const std::string bait = content("bait " + std::to_string(i), 100'000);
    gives(i / 2, bait, seconds(14));
    want(bait, {i / 2});
  }
  const std::string file = content("file", 100'000);
  comes(file, seconds(1));  // the places are taken
  gives(4, file, milliseconds(10));
  want(file, {4});
  const auto took = comes(file, minutes(30));
  ASSERT_TRUE(took);
  EXPECT_LE(*took, minutes(1)) << "and not after 100 ranges of 14 s";
}

TEST_F(TransfersTest, TricklingPeersDoNotKeepTheContentTheyPromised) {
  const std::string file = content("file", 100'000);
  for (std::uint32_t n = 0; n < 5; ++n) {
    connect(n);
    gives(n, file, n == 4 ? milliseconds(10) : seconds(14));
  }
  want(file, {0, 1, 2, 3});
  const auto took = comes(file, hours(2));
  ASSERT_TRUE(took);
  EXPECT_LE(*took, minutes(3));
  for (std::uint32_t n = 0; n < 4; ++n) EXPECT_EQ(counts(n).failed, 1U) << "a promise in vain";
  EXPECT_EQ(counts(4).delivered, 1U);
}

TEST_F(TransfersTest, WhatOnlyASlowPeerHasComesSlowly) {
  const std::string file = content("file", 50'000);
  for (std::uint32_t n = 0; n < 20; ++n) connect(n);
  gives(0, file, seconds(10));
  want(file, {0});
  const auto took = comes(file, hours(1));
  ASSERT_TRUE(took);
  EXPECT_LE(*took, seconds(50 * 10 + 60)) << "found slow once, then let go on";
}

// Our own link is to blame: what is fetched must not chase each other for ever.
TEST_F(TransfersTest, WhenAllAreSlowTheFasterOnesComeToTheirEnd) {
  params.transfers_max = 4;
  std::vector<std::string> files;
  for (std::uint32_t n = 0; n < 12; ++n) {
    connect(n);
    files.push_back(content("file " + std::to_string(n), 10'000));
    gives(n, files.back(), milliseconds(9000 + 100 * n));
    want(files.back(), {n});
  }
  const Instant begun = now;
  for (const std::string& file : files) EXPECT_TRUE(comes(file, minutes(30)));
  EXPECT_LE(now - begun, minutes(15)) << "twice that if every slow one gave way";
}

TEST_F(TransfersTest, UnfinishedTransfersHoldABoundedNumberOfBytes) {
  params.transfer_bytes_max = 150'000;
  for (std::uint32_t n = 0; n < 3; ++n) connect(n);
  want("a", {0});
  answer(plan().at(0).id, large("a", 100'000));
  const auto running = plan();
  ASSERT_EQ(running.size(), 1U);
  want("b", {1});
  answer(plan().at(0).id, large("b", 60'000));
  EXPECT_TRUE(plan().empty()) << "no room for its bytes";
  want("c", {2});
  answer(plan().at(0).id, large("c", 50'000));
  EXPECT_EQ(plan().at(0).peer, env::PeerId{2}) << "which does not hold up what has room";
  fetcher().forget(name_of("a"));
  EXPECT_EQ(plan().at(0).peer, env::PeerId{1});
}

TEST_F(TransfersTest, ARangeOfAnEarlierTransferIsNotTakenForOneOfThisOne) {
  connect(0);
  want("large", {0});
  answer(plan().at(0).id, large("large", 3'000));
  const auto first = plan().at(0);
  fetcher().forget(name_of("large"));
  want("large", {0});
  answer(plan().at(0).id, large("large", 3'000));
  const auto second = plan().at(0);
  range(first.id, Bytes(params.range_bytes));
  EXPECT_TRUE(plan().empty()) << "the second is still awaited";
  range(second.id, Bytes(params.range_bytes));
  EXPECT_EQ(plan().at(0).range->offset, params.range_bytes);
}

}  // namespace
}  // namespace lastmile::gossip::test
