// Whom a fetcher asks, for what and when, and what it makes of the answers.
#include <algorithm>
#include <deque>
#include <set>

#include "tests/unit/gossip/fetcher.hpp"

namespace lastmile::gossip::test {
namespace {

TEST_F(FetcherTest, WithNobodyConnectedItWaits) {
  want("a");
  EXPECT_TRUE(plan().empty());
  EXPECT_FALSE(fetcher().next_plan());
  connect(0);
  EXPECT_EQ(plan().size(), 1u);
}

TEST_F(FetcherTest, TheHintedPeerIsAskedFirstAndWhatArrivesIsNoLongerWanted) {
  for (std::uint32_t n = 0; n < 5; ++n) connect(n);
  want("a", {3});
  const auto orders = plan();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].peer, env::PeerId{3});
  EXPECT_EQ(orders[0].request.wanted, std::vector<ContentName>{name_of("a")});
  EXPECT_TRUE(plan().empty()) << "asked already";
  const auto arrivals = answer(orders[0].id, with("a", "a"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(*arrivals[0].bytes, "a");
  EXPECT_EQ(arrivals[0].from, env::PeerId{3});
  EXPECT_FALSE(fetcher().wanted(name_of("a")));
  EXPECT_EQ(counts(3).delivered, 1u);
  EXPECT_TRUE(answer(orders[0].id, with("a", "a")).empty()) << "the order is closed";
}

TEST_F(FetcherTest, ManyNamesTravelInOneRequest) {
  connect(0);
  for (int i = 0; i < 200; ++i) want(std::to_string(i));
  const auto orders = plan();
  ASSERT_EQ(orders.size(), params.orders_per_peer_max);
  for (const FetchOrder& order : orders) EXPECT_EQ(order.request.wanted.size(), params.names_per_request);
}

TEST_F(FetcherTest, OrdersInFlightAreLimitedInTotal) {
  params.names_per_request = 1;
  for (std::uint32_t n = 0; n < 20; ++n) connect(n);
  for (int i = 0; i < 100; ++i) want(std::to_string(i));
  EXPECT_EQ(plan().size(), params.orders_max);
  EXPECT_TRUE(plan().empty());
}

TEST_F(FetcherTest, WhoHasNothingOrFailsOrLiesIsFollowedByTheNext) {
  for (std::uint32_t n = 0; n < 4; ++n) connect(n);
  want("a", {0, 1, 2, 3});
  auto order = plan().at(0);
  EXPECT_EQ(order.peer, env::PeerId{0});
  answer(order.id, absent(order));
  order = plan().at(0);
  EXPECT_EQ(order.peer, env::PeerId{1});
  fetcher().on_failed(order.id, now);
  order = plan().at(0);
  EXPECT_EQ(order.peer, env::PeerId{2});
  EXPECT_TRUE(answer(order.id, with("a", "forged")).empty());
  order = plan().at(0);
  EXPECT_EQ(order.peer, env::PeerId{3});
  EXPECT_EQ(answer(order.id, with("a", "a")).size(), 1u);
  EXPECT_EQ(counts(0).absent, 1u);
  EXPECT_EQ(counts(1).failed, 1u);
  EXPECT_EQ(counts(2).wrong, 1u);
}

TEST_F(FetcherTest, ALiarIsAskedLast) {
  for (std::uint32_t n = 0; n < 3; ++n) connect(n);
  want("a", {1});
  const auto first = plan().at(0);
  answer(first.id, with("a", "forged"));
  answer(plan().at(0).id, with("a", "a"));
  for (int i = 0; i < 20; ++i) {
    want(std::to_string(i));
    const auto order = plan().at(0);
    EXPECT_NE(order.peer, env::PeerId{1});
    answer(order.id, with(std::to_string(i), std::to_string(i)));
  }
}

TEST_F(FetcherTest, WhoGetsTheNumberOfAForgottenLiarIsNotTakenForOne) {
  connect(0);
  connect(1);
  want("a", {1});
  answer(plan().at(0).id, with("a", "forged"));
  fetcher().on_forgotten(env::PeerId{1});
  EXPECT_EQ(counts(1).wrong, 1u) << "who is connected is not forgotten";
  fetcher().on_lost(env::PeerId{1});
  fetcher().on_forgotten(env::PeerId{1});
  EXPECT_EQ(counts(1).wrong, 0u);
}

TEST_F(FetcherTest, NorIsItWhenTheLieIsFoundOutLater) {
  connect(1);
  want("a");
  const auto received = fetcher().on_answer(plan().at(0).id, with("a", "forged"), now);
  fetcher().on_lost(env::PeerId{1});
  fetcher().on_forgotten(env::PeerId{1});
  connect(1);  // somebody else
  EXPECT_FALSE(fetcher().on_checked(received.checks.at(0).id, false, now));
  EXPECT_EQ(counts(1).wrong, 0u);
  EXPECT_EQ(plan().size(), 1u) << "the newcomer is asked";
}

TEST_F(FetcherTest, NorAskedToGoOnWithWhatTheOtherOneBegan) {
  connect(1);
  want("large");
  answer(plan().at(0).id, large("large", 3'000'000));
  const auto first = plan().at(0);
  range(first.id, Bytes(params.range_bytes));
  fetcher().on_lost(env::PeerId{1});
  fetcher().on_forgotten(env::PeerId{1});
  connect(1);  // somebody else
  const auto orders = plan();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_FALSE(orders[0].range) << "it is asked whether it has it";
}

TEST_F(FetcherTest, NorPassedOverBecauseTheOtherOneWasAsked) {
  connect(0);
  connect(1);
  want("a", {1, 0});
  auto order = plan().at(0);
  ASSERT_EQ(order.peer, env::PeerId{1});
  answer(order.id, absent(order));
  order = plan().at(0);
  ASSERT_EQ(order.peer, env::PeerId{0});  // in flight when the other one goes
  fetcher().on_lost(env::PeerId{1});
  fetcher().on_forgotten(env::PeerId{1});
  connect(1);  // somebody else
  answer(order.id, absent(order));
  const auto orders = plan();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].peer, env::PeerId{1});
}

TEST_F(FetcherTest, AnswersNobodyAskedForAreCountedAndDropped) {
  connect(0);
  want("a");
  const auto order = plan().at(0);
  ContentAnswer reply = with("b", "b");
  EXPECT_TRUE(answer(order.id, reply).empty());
  EXPECT_EQ(counts(0).wrong, 1u);
  EXPECT_EQ(counts(0).absent, 1u) << "and the asked one was not mentioned";
}

TEST_F(FetcherTest, AfterARoundThePauseGrowsToALimit) {
  connect(0);
  want("a");
  Duration pause{};
  for (int round = 1; round <= 12; ++round) {
    const auto order = plan().at(0);
    answer(order.id, absent(order));
    EXPECT_EQ(fetcher().rounds(name_of("a")), round);
    EXPECT_TRUE(plan().empty());
    const auto next = fetcher().next_plan();
    ASSERT_TRUE(next);
    if (round < 8) {
      EXPECT_GT(*next - now, pause);  // doubled, less a quarter
    }
    pause = *next - now;
    EXPECT_LE(pause, params.retry_max);
    now = *next;
  }
  EXPECT_GE(pause, params.retry_max - params.retry_max / 4);
}

TEST_F(FetcherTest, EarlyRoundsEndSoonAndAreNoneOfThoseAfterWhichItGivesUp) {
  room(Room::contents).early_rounds = 3;
  params.rounds_max = 2;
  connect(0);
  want("a");
  std::vector<Duration> pauses;
  for (auto orders = plan(); !orders.empty(); orders = plan()) {
    answer(orders[0].id, absent(orders[0]));
    EXPECT_TRUE(plan().empty());
    const auto next = fetcher().next_plan();
    if (!next) break;
    pauses.push_back(*next - now);
    now = *next;
  }
  ASSERT_EQ(pauses.size(), 4U) << "three early rounds, a whole one, and the last ends without a pause";
  for (std::size_t i = 0; i < 4; ++i) {
    const Duration whole = milliseconds(125 << i);
    EXPECT_TRUE(pauses[i] <= whole && pauses[i] >= whole - whole / 4) << i << ": " << pauses[i].ns;
  }
  EXPECT_EQ(fetcher().take_given_up(), (std::vector{GivenUp{name_of("a"), false}}));
}

TEST_F(FetcherTest, WhatNobodyHasIsAskedForTogether) {
  connect(0);
  for (int i = 0; i < 40; ++i) {
    fetcher().want(name_of(std::to_string(i)), Room::own, {}, now, seconds(16));
    ask_in_vain();
    now = now + milliseconds(970);
  }
  std::size_t questions = 0;
  std::size_t names = 0;
  const Instant begin = now + minutes(1);  // when all pauses are as long as they get
  const Instant end = begin + minutes(5);
  while (now < end) {
    for (const FetchOrder& order : plan()) {
      if (now >= begin) {
        ++questions;
        names += order.request.wanted.size();
      }
      now = now + milliseconds(50);
      answer(order.id, absent(order));
    }
    plan();
    now = *fetcher().next_plan();
  }
  // The peer takes its time, so that a pause begins behind a point of the grid.
  EXPECT_GE(names, 40U * 300 / 17);
  EXPECT_LE(names, 40U * 300 / 16 + 40);
  EXPECT_LE(questions, 300U / 4 + 1) << names << " names";
}

TEST_F(FetcherTest, NodesThatLackTheSameThingDoNotAskTogether) {
  const auto ends = [this](std::uint64_t seed) {
    Generator draws(seed);
    ContentFetcher one(params, draws);
    one.on_connected(env::PeerId{0});
    one.want(name_of("a"), Room::own, {}, now);
    one.on_failed(one.plan(now).at(0).id, now);
    one.plan(now);
    return *one.next_plan();
  };
  std::set<Instant> all;
  for (std::uint64_t seed = 0; seed < 20; ++seed) all.insert(ends(seed));
  EXPECT_EQ(all.size(), 20U);
  EXPECT_GT(*all.rbegin() - *all.begin(), milliseconds(150)) << "of the quarter of a second that a pause may be longer";
}

TEST_F(FetcherTest, ANewcomerIsAskedWithoutWaitingForThePause) {
  connect(0);
  want("a");
  const auto order = plan().at(0);
  answer(order.id, absent(order));
  EXPECT_TRUE(plan().empty());
  const auto pause_ends = fetcher().next_plan();
  connect(1);
  const auto orders = plan();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].peer, env::PeerId{1});
  answer(orders[0].id, absent(orders[0]));
  EXPECT_TRUE(plan().empty());
  EXPECT_EQ(fetcher().next_plan(), pause_ends) << "and the pause goes on";
  EXPECT_EQ(fetcher().rounds(name_of("a")), 1);
}

TEST_F(FetcherTest, WhoComesBackIsANewcomer) {
  connect(1);
  want("a");
  const auto order = plan().at(0);
  fetcher().on_lost(env::PeerId{1});
  fetcher().on_failed(order.id, now);
  now = now + milliseconds(1);
  EXPECT_TRUE(plan().empty());
  connect(1);
  EXPECT_EQ(plan().size(), 1U) << "asked in vain before a cut, it was not asked after it until the pause ended";
}

TEST_F(FetcherTest, AnItemMayHaveAShorterPauseThanTheOthers) {
  connect(1);
  fetcher().want(name_of("a"), Room::own, {}, now, seconds(2));
  for (int round = 1; round < 8; ++round) {
    const auto orders = plan();
    ASSERT_EQ(orders.size(), 1U) << "round " << round;
    answer(orders[0].id, absent(orders[0]));
    plan();
    const auto next = fetcher().next_plan();
    ASSERT_TRUE(next);
    EXPECT_LE(*next, now + seconds(2));
    now = *next;
  }
}

TEST_F(FetcherTest, AHintIsWorthAskingDuringThePause) {
  connect(0);
  want("a");
  const auto order = plan().at(0);
  answer(order.id, absent(order));
  want("a", {0});  // it has it by now
  EXPECT_EQ(plan().size(), 1u);
}

TEST_F(FetcherTest, AfterSoManyRoundsItGivesUpWhenAskedTo) {
  params.rounds_max = 2;
  connect(0);
  want("a");
  for (int i = 0; i < 2; ++i) {
    const auto order = plan().at(0);
    fetcher().on_failed(order.id, now);
    now = now + seconds(10);
  }
  EXPECT_EQ(fetcher().take_given_up(), (std::vector{GivenUp{name_of("a"), false}}));
  EXPECT_EQ(fetcher().taken(Room::contents), 0u);
  EXPECT_TRUE(plan().empty());
}

TEST_F(FetcherTest, ALargeItemIsFetchedInRangesAndChecked) {
  params.range_bytes = 1000;
  std::string content;
  for (int i = 0; i < 2500; ++i) content += static_cast<char>('a' + i % 26);
  connect(0);
  connect(1);
  want(content, {0});
  auto order = plan().at(0);
  answer(order.id, large(content, content.size()));
  for (std::uint64_t offset = 0; offset < 2500; offset += 1000) {
    order = plan().at(0);
    ASSERT_TRUE(order.range);
    EXPECT_EQ(order.peer, env::PeerId{0});
    EXPECT_EQ(order.range->name, content_name(name_of(content)));
    EXPECT_EQ(order.range->offset, offset);
    EXPECT_EQ(order.range->length, std::min<std::uint64_t>(1000, 2500 - offset));
    const auto arrivals = range(order.id, as_bytes(std::string_view(content).substr(offset, order.range->length)));
    EXPECT_EQ(arrivals.size(), offset == 2000 ? 1u : 0u);
  }
  EXPECT_EQ(fetcher().taken(Room::contents), 0u);
}

TEST_F(FetcherTest, ABrokenBulkTransferStartsAgainElsewhere) {
  const std::string content(2500, 'x');
  connect(0);
  connect(1);
  want(content, {0});
  answer(plan().at(0).id, large(content, content.size()));
  auto order = plan().at(0);
  range(order.id, as_bytes(std::string(2500, 'y')));
  EXPECT_EQ(counts(0).wrong, 1u);
  order = plan().at(0);
  EXPECT_EQ(order.peer, env::PeerId{1});
  answer(order.id, large(content, content.size()));
  order = plan().at(0);
  range(order.id, as_bytes(std::string_view(content).substr(0, 100)));
  fetcher().on_lost(env::PeerId{1});  // the source goes; nobody is left to ask in this round
  EXPECT_TRUE(plan().empty());
  EXPECT_TRUE(fetcher().wanted(name_of(content)));
}

TEST_F(FetcherTest, ATransferCannotBeDrawnOutByShortRanges) {
  connect(0);
  want("large");
  answer(plan().at(0).id, large("large", 3'000'000));
  range(plan().at(0).id, Bytes(1));
  EXPECT_EQ(counts(0).wrong, 1U);
  EXPECT_TRUE(plan().empty());
}

TEST_F(FetcherTest, SizesBeyondTheLimitAreNotFetched) {
  connect(0);
  want("a");
  answer(plan().at(0).id, large("a", params.item_bytes_max + 1));
  EXPECT_TRUE(plan().empty());
  EXPECT_EQ(fetcher().rounds(name_of("a")), 1);
}

TEST_F(FetcherTest, AskAgainIsFreeOnlyForThoseWhoGive) {
  connect(0);
  want("a");
  want("b");
  auto order = plan().at(0);
  ContentAnswer reply = with("a", "a");
  reply.items.push_back({name_of("b"), Availability::later, 1, nullptr});
  answer(order.id, reply);
  order = plan().at(0);
  EXPECT_EQ(order.request.wanted, std::vector<ContentName>{name_of("b")});
  reply.items.erase(reply.items.begin());
  answer(order.id, reply);  // nothing but promises
  EXPECT_TRUE(plan().empty());
  EXPECT_EQ(fetcher().rounds(name_of("b")), 1);
}

TEST_F(FetcherTest, WhatIsBeingCheckedIsNotAskedForAgain) {
  connect(0);
  connect(1);
  want("a", {0});
  const auto received = fetcher().on_answer(plan().at(0).id, with("a", "forged"), now);
  ASSERT_EQ(received.checks.size(), 1U);
  EXPECT_TRUE(received.arrivals.empty());
  want("a", {1});
  EXPECT_TRUE(plan().empty());
  EXPECT_FALSE(fetcher().on_checked(received.checks[0].id, false, now));
  EXPECT_EQ(plan().at(0).peer, env::PeerId{1});
  EXPECT_FALSE(fetcher().on_checked(received.checks[0].id, true, now)) << "answered already";
}

TEST_F(FetcherTest, AnEnvelopeProvesItselfLater) {
  connect(0);
  fetcher().want(envelope_of("a"), Room::envelopes, {}, now);
  ContentAnswer reply;
  reply.items.push_back({envelope_of("a"), Availability::inside, 1, value("x")});
  EXPECT_EQ(fetcher().on_answer(plan().at(0).id, reply, now).arrivals.size(), 1U);
}

// The check of bytes that came before the name was forgotten says nothing about the name that is wanted now.
TEST_F(FetcherTest, ACheckThatComesTooLateIsIgnored) {
  connect(0);
  want("a");
  const auto old = fetcher().on_answer(plan().at(0).id, with("a", "a"), now);
  ASSERT_EQ(old.checks.size(), 1U);
  fetcher().forget(name_of("a"));
  EXPECT_EQ(fetcher().checks_in_flight(), 1U) << "its bytes are still held";
  want("a");
  const auto order = plan().at(0);
  EXPECT_FALSE(fetcher().on_checked(old.checks[0].id, true, now));
  EXPECT_EQ(fetcher().checks_in_flight(), 0U);
  EXPECT_TRUE(fetcher().wanted(name_of("a")));
  EXPECT_EQ(answer(order.id, with("a", "a")).size(), 1U);
}

TEST_F(FetcherTest, WhatWaitsForItsCheckHoldsFurtherOrdersBack) {
  params.names_per_request = 4;
  params.checks_max = 6;
  for (std::uint32_t n = 0; n < 8; ++n) connect(n);
  for (int i = 0; i < 40; ++i) want(std::to_string(i));
  std::size_t arrived = 0;
  std::deque<ContentCheck> checks;
  for (int round = 0; round < 200 && arrived < 40; ++round) {
    for (const FetchOrder& order : plan()) {
      ContentAnswer reply;
      for (const ContentName& name : order.request.wanted) {
        for (int i = 0; i < 40; ++i) {
          const std::string text = std::to_string(i);
          if (name_of(text) == name) reply.items.push_back({name, Availability::inside, text.size(), value(text)});
        }
      }
      for (ContentCheck& check : fetcher().on_answer(order.id, reply, now).checks) checks.push_back(std::move(check));
      EXPECT_LE(fetcher().checks_in_flight(), 6U);
    }
    if (checks.empty()) continue;
    arrived += fetcher().on_checked(checks.front().id, true, now) ? 1U : 0U;
    checks.pop_front();
  }
  EXPECT_EQ(arrived, 40U);
}

TEST_F(FetcherTest, BytesThatWaitForTheirCheckHoldFurtherOrdersBack) {
  params.names_per_request = 1;
  params.check_bytes_max = 10;
  connect(0);
  connect(1);
  want("more than ten bytes");
  const auto received = fetcher().on_answer(plan().at(0).id, with("more than ten bytes", "more than ten bytes"), now);
  want("b");
  EXPECT_TRUE(plan().empty());
  EXPECT_TRUE(fetcher().on_checked(received.checks.at(0).id, true, now));
  EXPECT_EQ(plan().size(), 1U);
}

TEST_F(FetcherTest, WhatCameAnotherWayIsForgotten) {
  connect(0);
  want("a");
  const auto order = plan().at(0);
  fetcher().came_another_way(name_of("a"));
  EXPECT_EQ(fetcher().take_given_up(), (std::vector{GivenUp{name_of("a"), true}})) << "others may want it";
  EXPECT_TRUE(answer(order.id, with("a", "a")).empty());
  EXPECT_EQ(fetcher().orders_in_flight(), 0u);
}

}  // namespace
}  // namespace lastmile::gossip::test
