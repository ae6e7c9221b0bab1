// The walk back through signed heads, and who keeps a place when thousands of strangers sign. Signatures are checked
// elsewhere (head_test.cpp), so heads here carry none.
#include "core/sync/head_book.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sync/sets.hpp"

namespace lastmile::sync::test {
namespace {

using Seen = HeadBook::Seen;
using Names = std::set<message::ItemHash>;

env::PeerId peer(std::uint32_t number) { return env::PeerId{number}; }

std::vector<Head> chain_of(std::size_t length, const std::string& signer = "known") {
  std::vector<Head> heads;
  for (std::size_t i = 1; i <= length; ++i) {
    Head head;
    head.node = signer;
    head.sequence = i;
    head.archive = named(signer + " archive " + std::to_string(i));
    if (!heads.empty()) head.previous = head_name(heads.back());
    head.time = {static_cast<std::int64_t>(i)};
    heads.push_back(head);
  }
  return heads;
}

HeadBook book_of(const HeadLimits& limits = {}) {
  return HeadBook([](const std::string& signer) { return signer.starts_with("known"); }, limits);
}

TEST(HeadBook, WalksBackFromTheNewestToTheFirst) {
  const auto heads = chain_of(4);
  HeadBook book = book_of();
  EXPECT_EQ(book.look(heads[3], peer(1), at(0)), Seen::unchecked);
  EXPECT_EQ(book.on_head(heads[3], peer(1), at(0)), Seen::accepted);
  for (std::size_t i = 3; i-- > 0;) {
    EXPECT_EQ(book.take_wanted_heads(), Names{head_name(heads[i])});
    EXPECT_EQ(book.on_head(heads[i], {}, at(0)), Seen::accepted);
  }
  EXPECT_TRUE(book.take_wanted_heads().empty());
  EXPECT_EQ(book.take_archives().size(), 4U);
  EXPECT_EQ(book.look(heads[1], peer(1), at(0)), Seen::known);
  EXPECT_EQ(book.on_head(heads[1], peer(1), at(0)), Seen::known);
}

TEST(HeadBook, StopsAtAHeadItHas) {
  const auto heads = chain_of(5);
  HeadBook book = book_of();
  book.on_head(heads[0], {}, at(0));
  book.on_head(heads[1], {}, at(0));
  EXPECT_TRUE(book.take_wanted_heads().empty());
  book.on_head(heads[4], {}, at(0));
  EXPECT_EQ(book.take_wanted_heads(), Names{head_name(heads[3])});
  book.on_head(heads[3], {}, at(0));
  EXPECT_EQ(book.take_wanted_heads(), Names{head_name(heads[2])});
  book.on_head(heads[2], {}, at(0));
  EXPECT_TRUE(book.take_wanted_heads().empty());
  EXPECT_EQ(book.newest_of("known")->sequence, 5U);
  EXPECT_EQ(book.saved("known")->runs, (std::vector<HeadBook::Run>{{1, 5, std::nullopt}}));
}

TEST(HeadBook, AsksAgainForWhatCouldNotBeHad) {
  const auto heads = chain_of(3);
  HeadBook book = book_of();
  book.on_head(heads[2], {}, at(0));
  const Names wanted = book.take_wanted_heads();
  book.unavailable(*wanted.begin());
  EXPECT_TRUE(book.take_wanted_heads().empty());
  book.retry(at(1));
  EXPECT_EQ(book.take_wanted_heads(), wanted);
}

TEST(HeadBook, ANameThatNobodyHasIsGivenUpUntilItsSignersNextHead) {
  const auto heads = chain_of(4);
  HeadBook book = book_of();
  book.on_head(heads[2], {}, at(0));
  const message::ItemHash lost = head_name(heads[1]);
  for (int minute = 0; minute <= 24 * 60 + 1; ++minute) {
    book.unavailable(lost);
    book.retry(at(minute));
  }
  (void)book.take_wanted_heads();
  EXPECT_FALSE(book.wants(lost)) << "a day is over";
  book.retry(at(24 * 60 + 2));
  EXPECT_TRUE(book.take_wanted_heads().empty());
  book.on_head(heads[3], {}, at(24 * 60 + 3));
  EXPECT_EQ(book.take_wanted_heads(), Names{lost});
  EXPECT_EQ(book.on_head(heads[1], {}, at(24 * 60 + 3)), Seen::accepted);
}

TEST(HeadBook, AHeadThatIsNotTheOneBeforeEndsThatWalkAndStandsForItself) {
  const auto heads = chain_of(4);
  auto liar = chain_of(2, "known-liar");
  liar[1].previous = head_name(heads[2]);  // somebody else's
  HeadBook book = book_of();
  book.on_head(liar[1], {}, at(0));
  book.on_head(heads[3], {}, at(0));
  EXPECT_EQ(book.take_wanted_heads(), Names{head_name(heads[2])}) << "once, for both";
  EXPECT_EQ(book.on_head(heads[2], {}, at(0)), Seen::accepted);
  EXPECT_EQ(book.contradictions(), 1U);
  EXPECT_EQ(book.saved("known-liar")->runs, (std::vector<HeadBook::Run>{{2, 2, std::nullopt}}));
  EXPECT_EQ(book.take_wanted_heads(), Names{head_name(heads[1])});
}

TEST(HeadBook, ContinuesAWalkAfterARestartWhereItWas) {
  const auto heads = chain_of(9);
  HeadBook before = book_of();
  for (const std::size_t i : {8, 7, 4, 1}) before.on_head(heads[i], {}, at(0));
  HeadBook after = book_of();
  after.restore({*before.saved("known")}, at(1));
  EXPECT_EQ(after.take_wanted_heads(), (Names{head_name(heads[6]), head_name(heads[3]), head_name(heads[0])}));
  EXPECT_EQ(after.look(heads[4], peer(1), at(1)), Seen::known);
  for (const std::size_t i : {6, 3, 0, 5, 2}) EXPECT_EQ(after.on_head(heads[i], {}, at(1)), Seen::accepted) << i;
  EXPECT_EQ(after.saved("known")->runs, (std::vector<HeadBook::Run>{{1, 9, std::nullopt}}));
}

TEST(HeadBook, OnlyTheRecordOfTheSignerThatSpokeIsWrittenAnew) {
  HeadBook book = book_of();
  for (int i = 0; i < 20; ++i) book.on_head(chain_of(1, "known" + std::to_string(i))[0], {}, at(0));
  EXPECT_EQ(book.take_changed().size(), 20U);
  book.on_head(chain_of(2, "known7")[1], {}, at(0));
  EXPECT_EQ(book.take_changed(), std::set<std::string>{"known7"});
  EXPECT_TRUE(book.take_changed().empty());
}

TEST(HeadBook, ADamagedRecordIsAsIfNeverSeen) {
  HeadBook good = book_of();
  const auto heads = chain_of(9);
  for (const std::size_t i : {8, 4, 1}) good.on_head(heads[i], {}, at(0));
  const HeadBook::Saved record = *good.saved("known");
  const auto restored = [&](auto change) {
    HeadBook::Saved damaged = record;
    change(damaged);
    HeadBook book = book_of();
    book.restore({damaged}, at(0));
    return book.signers() == 1;
  };
  EXPECT_TRUE(restored([](auto&) {}));
  EXPECT_FALSE(restored([](auto& r) { r.runs.clear(); }));
  EXPECT_FALSE(restored([](auto& r) { r.runs.pop_back(); }));
  EXPECT_FALSE(restored([](auto& r) { std::swap(r.runs[0], r.runs[1]); }));
  EXPECT_FALSE(restored([](auto& r) { r.runs[1].until = 1; }));
}

// --- strangers

TEST(Strangers, TenThousandThrowAwaySignersDisplaceNoKnownOne) {
  HeadBook book = book_of();
  const auto heads = chain_of(3);
  book.on_head(heads[0], peer(1), at(0));
  for (int i = 0; i < 10'000; ++i) {
    const Head thrown = chain_of(1, "stranger" + std::to_string(i))[0];
    EXPECT_EQ(book.on_head(thrown, peer(2), at(0)), Seen::accepted);
  }
  EXPECT_EQ(book.strangers(), HeadLimits{}.strangers);
  EXPECT_EQ(book.newest_of("known")->sequence, 1U);
  EXPECT_EQ(book.look(heads[2], peer(2), at(0)), Seen::unchecked) << "told by the flooder itself";
  EXPECT_EQ(book.on_head(heads[2], peer(2), at(0)), Seen::accepted);
  EXPECT_EQ(book.on_head(chain_of(1, "known-new")[0], peer(2), at(0)), Seen::accepted);
}

TEST(Strangers, APeerThatBringsManyDisplacesItsOwnOnly) {
  HeadBook book = book_of();
  for (std::uint32_t honest = 1; honest <= 3; ++honest) {
    for (int i = 0; i < 10; ++i) {
      const std::string name = "honest" + std::to_string(honest) + "-" + std::to_string(i);
      book.on_head(chain_of(1, name)[0], peer(honest), at(0));
    }
  }
  for (int i = 0; i < 10'000; ++i) {
    book.on_head(chain_of(1, "thrown" + std::to_string(i))[0], peer(9), at(0));
    // Telling of the others as well does not put them into the flooder's share.
    if (i % 1000 == 0) (void)book.look(chain_of(1, "honest1-0")[0], peer(9), at(0));
  }
  std::size_t honest = 0;
  for (const Head& head : book.newest()) honest += head.node.starts_with("honest") ? 1U : 0U;
  EXPECT_EQ(honest, 30U);
  EXPECT_TRUE(book.newest_of("thrown9999"));
  EXPECT_FALSE(book.newest_of("thrown0"));
}

TEST(Strangers, AfterARestartWhoTellsOfThemAnswersForThem) {
  HeadLimits limits;
  limits.strangers = 4;
  HeadBook before = book_of(limits);
  std::vector<HeadBook::Saved> saved;
  for (const char* name : {"a", "b"}) {
    before.on_head(chain_of(1, name)[0], peer(1), at(0));
    saved.push_back(*before.saved(name));
  }
  HeadBook after = book_of(limits);
  after.restore(saved, at(0));
  EXPECT_EQ(after.look(chain_of(1, "a")[0], peer(1), at(0)), Seen::known);
  for (int i = 0; i < 20; ++i) after.on_head(chain_of(1, "thrown" + std::to_string(i))[0], peer(9), at(0));
  EXPECT_TRUE(after.newest_of("a"));
  EXPECT_TRUE(after.newest_of("b"));
}

// Its number may come back as somebody else's.
TEST(Strangers, OfAPeerThatIsForgottenCountAgainstNobody) {
  HeadLimits limits;
  limits.strangers = 4;
  HeadBook book = book_of(limits);
  book.on_head(chain_of(1, "a")[0], peer(1), at(0));
  book.on_head(chain_of(1, "b")[0], peer(1), at(0));
  book.on_forgotten(peer(1));
  EXPECT_EQ(book.look(chain_of(1, "a")[0], peer(2), at(0)), Seen::known) << "somebody else answers for it now";
  for (int i = 0; i < 20; ++i) book.on_head(chain_of(1, "thrown" + std::to_string(i))[0], peer(1), at(0));
  EXPECT_TRUE(book.newest_of("a"));
  EXPECT_EQ(book.strangers(), 4U);
}

TEST(Strangers, APeerMayTellOfSoManyAtOnceAndThenOfAFewEachMinute) {
  HeadBook book = book_of();
  std::size_t looked_at = 0;
  const auto tell = [&](int number, Instant now) {
    return book.look(chain_of(1, "thrown" + std::to_string(number))[0], peer(9), now) == Seen::unchecked;
  };
  int number = 0;
  for (; number < 5000; ++number) looked_at += tell(number, at(0)) ? 1U : 0U;
  EXPECT_EQ(looked_at, HeadLimits{}.stranger_heads_burst);
  for (; number < 10'000; ++number) looked_at += tell(number, at(2)) ? 1U : 0U;
  EXPECT_EQ(looked_at, HeadLimits{}.stranger_heads_burst + 2 * HeadLimits{}.stranger_heads_per_minute);
  EXPECT_EQ(book.look(chain_of(1)[0], peer(9), at(2)), Seen::unchecked) << "known signers are told of freely";
}

TEST(Strangers, OneOfThemCannotNameMoreThanAFewHeads) {
  HeadBook book = book_of();
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    Head head = chain_of(2, "stranger")[1];
    head.sequence = 2 * i;
    head.previous = named("invented " + std::to_string(i));
    (void)book.on_head(head, peer(9), at(0));
  }
  EXPECT_EQ(book.take_wanted_heads().size(), HeadLimits{}.runs_of_stranger);
}

TEST(Strangers, WhoIsNotHeardOfForADayIsForgotten) {
  HeadBook book = book_of();
  book.on_head(chain_of(2, "stranger")[1], peer(1), at(0));
  book.on_head(chain_of(2)[1], peer(1), at(0));
  (void)book.take_changed();
  book.retry(at(24 * 60));
  EXPECT_TRUE(book.newest_of("stranger"));
  book.retry(at(24 * 60 + 1));
  EXPECT_FALSE(book.newest_of("stranger"));
  EXPECT_FALSE(book.wants(head_name(chain_of(2, "stranger")[0])));
  EXPECT_EQ(book.take_changed(), std::set<std::string>{"stranger"});
  EXPECT_TRUE(book.newest_of("known"));
}

}  // namespace
}  // namespace lastmile::sync::test
