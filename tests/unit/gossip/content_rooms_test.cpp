// Who has a place among the fetches, who gives way, and whose turn it is (docs/decisions/0006).
#include <algorithm>

#include "tests/unit/gossip/fetcher.hpp"

namespace lastmile::gossip::test {
namespace {

TEST_F(FetcherTest, OneMoreThanTheLimitIsNotTakenWhileNobodyWasAskedInVain) {
  room(Room::contents).places = 3;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(want(std::to_string(i)));
  EXPECT_FALSE(want("one more"));
  EXPECT_TRUE(want("1")) << "known already";
  connect(0);
  plan();
  EXPECT_FALSE(want("one more")) << "all are being asked for";
  EXPECT_TRUE(given_up().empty());
}

TEST_F(FetcherTest, RoomsDoNotTakeEachOthersPlaces) {
  room(Room::contents).places = 2;
  room(Room::files_again).places = 1;
  room(Room::envelopes).places = 1;
  EXPECT_TRUE(fetcher().want(envelope_of("a"), Room::envelopes, {}, now));
  EXPECT_FALSE(fetcher().want(envelope_of("b"), Room::envelopes, {}, now));
  EXPECT_TRUE(want("a"));
  EXPECT_TRUE(want("b"));
  EXPECT_FALSE(want("c"));
  EXPECT_TRUE(want_again("c"));
  EXPECT_FALSE(want_again("d"));
  fetcher().forget(envelope_of("a"));
  EXPECT_FALSE(want("d")) << "not the place of an envelope";
  EXPECT_TRUE(fetcher().want(envelope_of("b"), Room::envelopes, {}, now));
}

TEST_F(FetcherTest, ANewcomerTakesThePlaceOfWhoWasAskedForInVainTheLongest) {
  room(Room::contents).places = 3;
  connect(0);
  for (const char* name : {"c", "a", "b"}) {
    want(name);
    ask_in_vain();
  }
  EXPECT_TRUE(want("d"));
  EXPECT_EQ(fetcher().take_given_up(), (std::vector{GivenUp{name_of("c"), true}}));
  EXPECT_FALSE(fetcher().wanted(name_of("c")));
  EXPECT_TRUE(want("e"));
  EXPECT_EQ(given_up(), std::vector{name_of("a")});
  EXPECT_EQ(fetcher().taken(Room::contents), 3U);
  EXPECT_TRUE(want("c")) << "it may come again";
}

// Or one silent peer could make every round last for ever.
TEST_F(FetcherTest, WhatOnePeerLacksGivesWayAlsoWhenTheOthersAreBusy) {
  params.orders_per_peer_max = 1;
  room(Room::contents).places = 1;
  connect(0);
  fetcher().want(name_of("busy"), Room::own, {}, now);
  plan();
  connect(1);
  want("a");
  const auto order = plan().at(0);
  ASSERT_EQ(order.peer, env::PeerId{1});
  answer(order.id, absent(order));
  ASSERT_TRUE(plan().empty());
  EXPECT_TRUE(want("b"));
  EXPECT_EQ(given_up(), std::vector{name_of("a")});
}

TEST_F(FetcherTest, WhatEverybodyLacksGoesBeforeWhatSomebodyMayHave) {
  params.transfers_max = 0;  // promises are not kept
  room(Room::contents).places = 2;
  connect(0);
  want("promised");
  want("lacked");
  const auto order = plan().at(0);
  ContentAnswer reply = large("promised", 3'000'000);
  reply.items.push_back({name_of("lacked"), Availability::absent, 0, nullptr});
  answer(order.id, reply);
  EXPECT_TRUE(want("new"));
  EXPECT_EQ(given_up(), std::vector{name_of("lacked")});
}

TEST_F(FetcherTest, WhatIsTransferredOrCheckedKeepsItsPlace) {
  room(Room::contents).places = 2;
  connect(0);
  want("checked");
  want("large");
  ask_in_vain();
  now = now + minutes(1);
  const auto order = plan().at(0);
  ContentAnswer reply = with("checked", "checked");
  reply.items.push_back(large("large", 3'000'000).items[0]);
  const Received received = fetcher().on_answer(order.id, reply, now);
  ASSERT_EQ(received.checks.size(), 1U);
  const auto ranges = plan();
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_FALSE(want("new"));
  range(ranges[0].id, Bytes(params.range_bytes));
  EXPECT_FALSE(want("new")) << "between two ranges";
  fetcher().on_checked(received.checks[0].id, false, now);
  EXPECT_TRUE(want("new")) << "a lie is no transfer";
  EXPECT_EQ(given_up(), std::vector{name_of("checked")});
}

// To say that one has something costs nothing either.
TEST_F(FetcherTest, WhatAPeerOnlyPromisesKeepsNoPlace) {
  room(Room::contents).places = 64;
  connect(0);
  for (int i = 0; i < 64; ++i) want(std::to_string(i));
  const auto order = plan().at(0);
  ContentAnswer reply;
  for (int i = 0; i < 64; ++i) reply.items.push_back(large(std::to_string(i), 50'000'000).items[0]);
  answer(order.id, reply);
  EXPECT_EQ(plan().size(), params.transfers_per_peer_max) << "it leaves room for questions";
  std::size_t taken = 0;
  for (int i = 0; i < 100; ++i) taken += want("new " + std::to_string(i)) ? 1U : 0U;
  EXPECT_EQ(taken, 64 - params.transfers_per_peer_max);
}

TEST_F(FetcherTest, WhatOnePeerPromisesAndDoesNotGiveIsAskedFromAnother) {
  params.transfers_per_peer_max = 1;
  connect(0);
  want("a");
  want("b");
  const auto order = plan().at(0);
  ContentAnswer reply = large("a", 50'000'000);
  reply.items.push_back(large("b", 50'000'000).items[0]);
  answer(order.id, reply);
  ASSERT_EQ(plan().size(), 1U) << "one transfer";
  connect(1);
  EXPECT_TRUE(plan().empty());
  now = now + params.range_deadline;
  const auto other = plan();
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0].peer, env::PeerId{1});
}

TEST_F(FetcherTest, AnIdlePeerIsNotGivenUpWhenAllTransfersAreTakenByOthers) {
  params.transfers_max = 1;
  connect(0);
  want("a");
  answer(plan().at(0).id, large("a", 50'000'000));
  const auto running = plan();
  ASSERT_EQ(running.size(), 1U);
  connect(1);
  want("b", {1});
  answer(plan().at(0).id, large("b", 1'000));
  EXPECT_TRUE(plan().empty()) << "the place is taken";
  now = now + params.range_deadline;
  EXPECT_TRUE(plan().empty()) << "peer 1 has it, and nobody else is asked";
  fetcher().on_failed(running[0].id, now);
  const auto next = plan();
  EXPECT_TRUE(std::any_of(next.begin(), next.end(),
                          [](const FetchOrder& order) { return order.range && order.peer == env::PeerId{1}; }));
}

TEST_F(FetcherTest, RoomForNewcomersIsMadeBeforeTheyCome) {
  room(Room::contents).places = 16;
  connect(0);
  for (int i = 0; i < 16; ++i) want(std::to_string(i));
  EXPECT_FALSE(want("new"));
  ask_in_vain();
  EXPECT_EQ(fetcher().taken(Room::contents), 14U);
  EXPECT_EQ(given_up(), (std::vector{name_of("0"), name_of("1")}));
}

TEST_F(FetcherTest, WhatIsAskedForAgainKeepsItsPlaceForItsTurn) {
  room(Room::files_again) = {1, seconds(30), seconds(8)};
  connect(0);
  EXPECT_TRUE(want_again("a"));
  ask_in_vain();
  now = now + seconds(29);
  EXPECT_FALSE(want_again("b"));
  now = now + seconds(1);
  EXPECT_TRUE(want_again("b"));
  EXPECT_EQ(given_up(), std::vector{name_of("a")});
}

TEST_F(FetcherTest, ArchivesAlwaysHaveAPlaceAndKeepIt) {
  room(Room::contents).places = 1;
  connect(0);
  want("a");
  EXPECT_TRUE(fetcher().want(name_of("archive"), Room::own, {}, now));
  EXPECT_TRUE(fetcher().want(name_of("a"), Room::own, {}, now)) << "a file that is an archive too";
  ask_in_vain();
  for (const char* name : {"b", "c", "d"}) {
    EXPECT_TRUE(want(name));
    ask_in_vain();
  }
  EXPECT_TRUE(fetcher().wanted(name_of("archive")));
  EXPECT_TRUE(fetcher().wanted(name_of("a")));
}

TEST_F(FetcherTest, ANewNameIsAskedForBeforeThousandsThatWereAskedForInVain) {
  params.orders_max = 4;
  for (std::uint32_t n = 0; n < 3; ++n) connect(n);
  for (int i = 0; i < 10'000; ++i) want(std::to_string(i));
  ask_in_vain();
  now = now + minutes(1);  // all of them are due
  want("new");
  const auto orders = plan();
  EXPECT_TRUE(std::any_of(orders.begin(), orders.end(), [](const FetchOrder& order) {
    const auto& wanted = order.request.wanted;
    return std::find(wanted.begin(), wanted.end(), name_of("new")) != wanted.end();
  }));
}

TEST_F(FetcherTest, AContentIsAskedForBesideThousandsOfNewEnvelopes) {
  for (std::uint32_t n = 0; n < 3; ++n) connect(n);
  for (int i = 0; i < 5'000; ++i) fetcher().want(envelope_of(std::to_string(i)), Room::envelopes, {}, now);
  want("new");
  const auto orders = plan();
  EXPECT_TRUE(std::any_of(orders.begin(), orders.end(), [](const FetchOrder& order) {
    const auto& wanted = order.request.wanted;
    return std::find(wanted.begin(), wanted.end(), name_of("new")) != wanted.end();
  }));
}

// A peer that does not answer holds up what nobody else has, and nothing more.
TEST_F(FetcherTest, ThoseThatWaitForABusyPeerDoNotHideOthersThatWereAskedForToo) {
  connect(0);
  for (int i = 0; i < 5'000; ++i) want(std::to_string(i));
  ask_in_vain();
  connect(1);  // never answers
  now = now + minutes(1);
  std::set<ContentName> asked;
  for (int turn = 0; turn < 100; ++turn) {
    for (const FetchOrder& order : plan()) {
      asked.insert(order.request.wanted.begin(), order.request.wanted.end());
      if (order.peer == env::PeerId{0}) answer(order.id, absent(order));
    }
  }
  EXPECT_EQ(asked.size(), 5'000U);
}

}  // namespace
}  // namespace lastmile::gossip::test
