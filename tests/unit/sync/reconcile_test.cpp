// Sessions on small sets: exact differences whatever the distribution, limits, hostile answers, collisions of tokens.
#include "core/sync/reconcile.hpp"

#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include "core/crypto/hash.hpp"
#include "tests/unit/sync/sets.hpp"

namespace lastmile::sync {
namespace {

using test::random_hash;
using test::random_hash_of_any_kind;
using test::run_session;
using test::SessionCost;

std::set<message::ItemHash> hashes_of(const MemoryHeldSet& set) {
  std::set<message::ItemHash> hashes;
  const auto items = set.items(range_begin(), range_end(), 10'000'000);
  for (const HeldItem& item : *items) hashes.insert(item.hash);
  return hashes;
}

std::set<message::ItemHash> minus(const std::set<message::ItemHash>& a, const std::set<message::ItemHash>& b) {
  std::set<message::ItemHash> result;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(result, result.end()));
  return result;
}

// Both sets, with some share in common, over so many distinct seconds: from a burst in one second to years.
struct Pair {
  MemoryHeldSet left;
  MemoryHeldSet right;
};
void fill(Pair& pair, Generator& random, std::size_t items, std::int64_t seconds, double common) {
  for (std::size_t i = 0; i < items; ++i) {
    const HeldItem item{random.between(0, seconds - 1) * random.between(1, 3), random_hash_of_any_kind(random)};
    const bool both = random.chance(common);
    const bool left = random.chance(0.5);
    if (both || left) pair.left.insert(item);
    if (both || !left) pair.right.insert(item);
  }
}

void expect_exact(const Pair& pair, const SessionCost& cost) {
  EXPECT_TRUE(cost.complete);
  EXPECT_EQ(cost.lacking, minus(hashes_of(pair.right), hashes_of(pair.left)));
  EXPECT_EQ(cost.other_lacks, minus(hashes_of(pair.left), hashes_of(pair.right)));
}

TEST(HeldSet, FingerprintIsOfCountAndSum) {
  EXPECT_EQ(to_hex(fingerprint(RangeSum{})),
            crypto::sha256(std::string_view(std::string(40, '\0'))).hex().substr(0, 32));
  Generator random(1);
  const auto a = random_hash(random);
  const auto b = random_hash(random);
  EXPECT_EQ(sum_of(a) + sum_of(b), sum_of(b) + sum_of(a));
  EXPECT_EQ(sum_of(a) + sum_of(b) - sum_of(a), sum_of(b));
  const auto ones = *message::ItemHash::parse(std::string(64, 'f'));
  const auto one = *message::ItemHash::parse(std::string(63, '0') + "1");
  EXPECT_EQ((sum_of(ones) + sum_of(one)).sum, (std::array<std::uint64_t, 4>{})) << "sums wrap at 2^256";
}

RC_GTEST_PROP(MemoryHeldSetProperty, AgreesWithAPlainSet, ()) {
  Generator random(*rc::gen::arbitrary<std::uint64_t>());
  const std::int64_t seconds = static_cast<std::int64_t>(1) << random.below(33);
  MemoryHeldSet set;
  std::set<HeldItem> plain;
  const std::size_t changes = random.below(300);
  for (std::size_t i = 0; i < changes; ++i) {
    const HeldItem item{random.between(0, seconds - 1), random_hash_of_any_kind(random)};
    RC_ASSERT(set.insert(item) == plain.insert(item).second);
    if (random.chance(0.3)) {
      const HeldItem gone = random.chance(0.5)
                                ? item
                                : *std::next(plain.begin(), static_cast<std::ptrdiff_t>(random.below(plain.size())));
      RC_ASSERT(set.erase(gone) == (plain.erase(gone) == 1));
    }
  }
  RC_ASSERT(set.size() == plain.size());
  const auto pick = [&]() -> HeldItem {
    if (random.chance(0.1)) return range_end();
    if (!plain.empty() && random.chance(0.5))
      return *std::next(plain.begin(), static_cast<std::ptrdiff_t>(random.below(plain.size())));
    return {random.between(0, seconds), random.chance(0.5) ? message::ItemHash() : random_hash_of_any_kind(random)};
  };
  for (int i = 0; i < 20; ++i) {
    const HeldItem from = pick();
    const HeldItem until = pick();
    RangeSum expected;
    std::vector<HeldItem> items;
    for (auto it = plain.lower_bound(from); it != plain.end() && *it < until; ++it) {
      expected += sum_of(it->hash);
      items.push_back(*it);
    }
    RC_ASSERT(set.sum(from, until).value() == expected);
    RC_ASSERT(set.items(from, until, 1000).value() == items);
    const auto position = random.below(plain.size() + 2);
    auto it = plain.lower_bound(from);
    for (std::uint64_t n = 0; n < position && it != plain.end(); ++n) ++it;
    RC_ASSERT(set.at(from, position).value() == (it == plain.end() ? std::nullopt : std::optional(*it)));
  }
}

RC_GTEST_PROP(ReconcileProperty, BothDifferencesAreExact, ()) {
  Generator random(*rc::gen::arbitrary<std::uint64_t>());
  Pair pair;
  const std::int64_t seconds = static_cast<std::int64_t>(1) << random.below(31);
  const double common = std::array{0.0, 0.5, 0.9, 0.99, 1.0}[random.below(5)];
  fill(pair, random, random.below(3000), seconds, common);
  const SessionCost cost = run_session(pair.left, pair.right, random.next());
  RC_ASSERT(cost.complete);
  RC_ASSERT(cost.lacking == minus(hashes_of(pair.right), hashes_of(pair.left)));
  RC_ASSERT(cost.other_lacks == minus(hashes_of(pair.left), hashes_of(pair.right)));
}

TEST(Reconcile, ABurstInOneSecond) {
  Generator random(3);
  Pair pair;
  fill(pair, random, 20'000, 1, 0.95);
  const SessionCost cost = run_session(pair.left, pair.right, 1);
  expect_exact(pair, cost);
  EXPECT_LE(cost.round_trips, 4u);
}

TEST(Reconcile, EmptyAgainstFullInBothDirections) {
  Generator random(4);
  Pair pair;
  for (int i = 0; i < 10'000; ++i) pair.right.insert({random.between(0, 1'000'000), random_hash(random)});
  const SessionCost fetch = run_session(pair.left, pair.right, 1);
  expect_exact(pair, fetch);
  EXPECT_LE(fetch.round_trips, 4u);
  const SessionCost push = run_session(pair.right, pair.left, 1);
  EXPECT_TRUE(push.complete);
  EXPECT_EQ(push.other_lacks.size(), 10'000u);
  EXPECT_EQ(push.round_trips, 1u) << "nothing there: no list is needed";
}

TEST(Reconcile, MoreThanOneAnswerCanHoldIsContinued) {
  Generator random(5);
  Pair pair;
  for (int i = 0; i < 40'000; ++i) pair.right.insert({random.between(0, 1'000'000), random_hash(random)});
  expect_exact(pair, run_session(pair.left, pair.right, 1, {.differences_max = 100'000}));
  // Dense differences on both sides: thousands of ranges, more than one request or answer takes.
  fill(pair, random, 100'000, 1'000'000, 0.5);
  const SessionCost cost = run_session(pair.left, pair.right, 2, {.differences_max = 200'000});
  expect_exact(pair, cost);
}

TEST(Reconcile, SessionsEndAtTheirLimitsAndTheNextOnesFindTheRest) {
  Generator random(6);
  Pair pair;
  fill(pair, random, 5'000, 1'000'000, 0.3);
  const std::size_t apart = minus(hashes_of(pair.right), hashes_of(pair.left)).size();
  int sessions = 0;
  while (true) {
    const SessionCost cost = run_session(pair.left, pair.right, random.next(), {.differences_max = 200});
    ASSERT_LE(cost.lacking.size(), 200u + kListMax);
    // Fetch what was found, file it under its own second.
    const auto items = pair.right.items(range_begin(), range_end(), 100'000);
    for (const HeldItem& item : *items) {
      if (cost.lacking.contains(item.hash)) pair.left.insert(item);
    }
    const auto own = pair.left.items(range_begin(), range_end(), 100'000);
    for (const HeldItem& item : *own) {
      if (cost.other_lacks.contains(item.hash)) pair.right.insert(item);
    }
    ++sessions;
    if (cost.complete) break;
    ASSERT_LT(sessions, 200);
  }
  EXPECT_EQ(hashes_of(pair.left), hashes_of(pair.right));
  EXPECT_GE(sessions, static_cast<int>(apart / 200));
}

TEST(Reconcile, TheNextSessionMayBeginWhereTheLastOneEnded) {
  // Nothing is fetched in between, and still every difference is found, once.
  Generator random(16);
  Pair pair;
  fill(pair, random, 5'000, 1'000'000, 0.3);
  for (const bool one_sided : {false, true}) {
    const MemoryHeldSet empty;
    const MemoryHeldSet& other = one_sided ? empty : pair.right;
    std::set<message::ItemHash> lacking;
    std::set<message::ItemHash> other_lacks;
    HeldItem begin = range_begin();
    std::size_t found = 0;
    int sessions = 0;
    while (!(begin == range_end())) {
      Initiator session(random.next(), {.differences_max = 200}, begin, range_end());
      while (true) {
        const auto request = session.next(pair.left);
        if (!*request) break;
        // Now and then the answer does not come, or makes no sense.
        if (random.chance(0.02)) break;
        const auto found_there = random.chance(0.02) ? Answer{} : *answer(other, **request);
        ASSERT_TRUE(session.on_answer(pair.left, found_there));
      }
      EXPECT_EQ(session.complete(), session.over() && session.settled_until() == range_end());
      begin = session.settled_until();
      found += session.lacking().size() + session.other_lacks().size();
      lacking.insert(session.lacking().begin(), session.lacking().end());
      other_lacks.insert(session.other_lacks().begin(), session.other_lacks().end());
      ASSERT_LT(++sessions, 1000);
    }
    EXPECT_EQ(lacking, minus(hashes_of(other), hashes_of(pair.left)));
    EXPECT_EQ(other_lacks, minus(hashes_of(pair.left), hashes_of(other)));
    EXPECT_GT(sessions, 5);
    EXPECT_LT(found, 2 * (lacking.size() + other_lacks.size())) << "little is found twice";
  }
}

TEST(Reconcile, RoundTripsAreBounded) {
  Generator random(7);
  Pair pair;
  fill(pair, random, 5'000, 1'000'000, 0.9);
  const SessionCost cost = run_session(pair.left, pair.right, 1, {.round_trips_max = 2});
  EXPECT_EQ(cost.round_trips, 2u);
  EXPECT_FALSE(cost.complete);
}

TEST(Reconcile, CollidingTokensDelayButNeverLose) {
  // Tokens of one byte collide all the time.
  Generator random(8);
  Pair pair;
  fill(pair, random, 4'000, 100'000, 0.5);
  bool hidden_once = false;
  for (int session = 0; session < 20; ++session) {
    const auto lacking = minus(hashes_of(pair.right), hashes_of(pair.left));
    const auto other_lacks = minus(hashes_of(pair.left), hashes_of(pair.right));
    if (lacking.empty() && other_lacks.empty()) break;
    const SessionCost cost = run_session(pair.left, pair.right, random.next(), {.token_bytes = 1});
    EXPECT_TRUE(minus(cost.lacking, lacking).empty()) << "nothing is reported that is not so";
    EXPECT_TRUE(minus(cost.other_lacks, other_lacks).empty());
    hidden_once = hidden_once || cost.lacking.size() < lacking.size();
    const auto theirs = pair.right.items(range_begin(), range_end(), 100'000);
    const auto ours = pair.left.items(range_begin(), range_end(), 100'000);
    for (const HeldItem& item : *theirs) {
      if (cost.lacking.contains(item.hash)) pair.left.insert(item);
    }
    for (const HeldItem& item : *ours) {
      if (cost.other_lacks.contains(item.hash)) pair.right.insert(item);
    }
  }
  EXPECT_EQ(hashes_of(pair.left), hashes_of(pair.right));
  EXPECT_TRUE(hidden_once) << "the case did not occur: the test shows nothing";
}

TEST(Reconcile, AnswersThatDoNotBelongEndTheSession) {
  Generator random(9);
  MemoryHeldSet set;
  for (int i = 0; i < 100; ++i) set.insert({i, random_hash(random)});
  const std::vector<Answer> foreign{
      Answer{{}},                                  // nothing answered
      Answer{{Same{}, Same{}}},                    // more than was asked
      Answer{{Difference{}}},                      // of a list that was not sent
      Answer{{Split{{range_begin()}, {{}, {}}}}},  // a bound that is not inside
  };
  for (const Answer& wrong : foreign) {
    Initiator session(1);
    ASSERT_TRUE(session.next(set)->has_value());
    EXPECT_EQ(*session.on_answer(set, wrong), Initiator::Taken::protocol_error);
    EXPECT_TRUE(session.over());
    EXPECT_FALSE(session.complete());
    EXPECT_FALSE(session.next(set)->has_value());
  }
}

TEST(Reconcile, ALiarCostsABoundedNumberOfRoundTrips) {
  // Always "different", always in other parts.
  Generator random(10);
  MemoryHeldSet set;
  for (int i = 0; i < 2000; ++i) set.insert({i, random_hash(random)});
  Initiator session(1);
  std::size_t largest = 0;
  while (true) {
    const auto request = session.next(set);
    ASSERT_TRUE(request);
    if (!*request) break;
    largest = std::max(largest, encode_reconcile(**request).size());
    Answer lie;
    for (const Entry& entry : (*request)->entries) {
      if (entry.holds.index() == 1) {
        Difference difference;
        for (int i = 0; i < 50; ++i) difference.unlisted.push_back(random_hash(random));
        lie.findings.push_back(difference);
      } else {
        lie.findings.push_back(Ask{});
      }
    }
    ASSERT_EQ(*session.on_answer(set, lie), Initiator::Taken::good);
  }
  EXPECT_LE(session.round_trips(), kRoundTripsMax);
  EXPECT_LE(session.lacking().size(), kDifferencesMax);
  EXPECT_LE(largest, kReconcileBytesMax);
}

TEST(Reconcile, ASetThatCannotBeReadEndsTheSession) {
  class Damaged final : public HeldSet {
    Result<RangeSum> sum(const HeldItem&, const HeldItem&) const override { return Error{"damaged"}; }
    Result<std::vector<HeldItem>> items(const HeldItem&, const HeldItem&, std::size_t) const override {
      return Error{"damaged"};
    }
    Result<std::optional<HeldItem>> at(const HeldItem&, std::uint64_t) const override { return Error{"damaged"}; }
  };
  Initiator session(1);
  EXPECT_EQ(session.next(Damaged{}).error().text, "damaged");
  EXPECT_TRUE(session.over());
  EXPECT_FALSE(answer(Damaged{}, Request{0, 0, {Entry{range_begin(), range_end(), Fingerprint{}}}}));
}

TEST(Reconcile, OneRangeOnly) {
  Generator random(11);
  Pair pair;
  fill(pair, random, 500, 1000, 0.5);
  Initiator session(1, {}, {100, {}}, {200, {}});
  while (true) {
    const auto request = session.next(pair.left);
    if (!*request) break;
    ASSERT_TRUE(session.on_answer(pair.left, *answer(pair.right, **request)));
  }
  MemoryHeldSet expected;
  const auto items = pair.right.items({100, {}}, {200, {}}, 10'000);
  for (const HeldItem& item : *items) expected.insert(item);
  EXPECT_EQ(session.lacking(), minus(hashes_of(expected), hashes_of(pair.left)));
}

}  // namespace
}  // namespace lastmile::sync
