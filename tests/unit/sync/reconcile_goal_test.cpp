// The goals of architecture.md 8 with a million items on each side: round trips and bytes, not time. Prints what it
// measured.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/unit/sync/sets.hpp"

namespace lastmile::sync {
namespace {

using test::run_session;
using test::SessionCost;

constexpr std::int64_t kBegin = 1'700'000'000;
constexpr std::int64_t kMonth = 30 * 86400;
constexpr std::size_t kItems = 1'000'000;

// Two sets that hold the same million; made once, since that is most of the cost.
class Goals : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Generator random(7);
    left_ = new MemoryHeldSet;
    right_ = new MemoryHeldSet;
    for (std::size_t i = 0; i < kItems; ++i) {
      const HeldItem item{kBegin + static_cast<std::int64_t>(i) * kMonth / static_cast<std::int64_t>(kItems),
                          test::random_hash(random)};
      left_->insert(item);
      right_->insert(item);
    }
  }
  static void TearDownTestSuite() {
    delete left_;
    delete right_;
  }

  // Adds half of the differences to each side, reconciles, and takes them away again.
  static SessionCost differ(std::size_t differences, std::int64_t begin, std::int64_t length, const char* what) {
    Generator random(differences);
    std::vector<std::pair<MemoryHeldSet*, HeldItem>> added;
    std::set<message::ItemHash> only_left;
    std::set<message::ItemHash> only_right;
    for (std::size_t i = 0; i < differences; ++i) {
      const HeldItem item{begin + random.between(0, length - 1), test::random_hash(random)};
      MemoryHeldSet* side = i % 2 == 0 ? left_ : right_;
      side->insert(item);
      added.emplace_back(side, item);
      (i % 2 == 0 ? only_left : only_right).insert(item.hash);
    }
    const SessionCost cost = run_session(*left_, *right_, 0x5a17);
    for (const auto& [side, item] : added) side->erase(item);
    EXPECT_TRUE(cost.complete);
    EXPECT_EQ(cost.lacking, only_right);
    EXPECT_EQ(cost.other_lacks, only_left);
    std::size_t offers = 0;
    for (const Offer& offer : make_offers(cost.other_lacks)) offers += encode_reconcile(offer).size();
    std::printf("%s: %zu differences, %zu round trips, %zu bytes", what, differences, cost.round_trips, cost.bytes);
    if (differences > 0) {
      std::printf(", %.1f bytes per difference (%.1f with the offers)",
                  static_cast<double>(cost.bytes) / static_cast<double>(differences),
                  static_cast<double>(cost.bytes + offers) / static_cast<double>(differences));
    }
    std::printf("\n");
    EXPECT_LE(cost.round_trips, 5u);
    return cost;
  }

  static MemoryHeldSet* left_;
  static MemoryHeldSet* right_;
};
MemoryHeldSet* Goals::left_ = nullptr;
MemoryHeldSet* Goals::right_ = nullptr;

TEST_F(Goals, EqualSetsTakeOneRoundTripBelow200Bytes) {
  const SessionCost cost = differ(0, kBegin, 1, "equal sets");
  EXPECT_EQ(cost.round_trips, 1u);
  EXPECT_LT(cost.bytes, 200u);
}

TEST_F(Goals, AThousandDifferencesInTheHourOfACut) {
  EXPECT_LE(differ(1000, kBegin + kMonth / 2, 3600, "one hour").bytes, 1000u * 120);
}

TEST_F(Goals, AHundredDifferencesScatteredOverTheMonth) {
  EXPECT_LE(differ(100, kBegin, kMonth, "scattered").bytes, 100u * 2048);
}

TEST_F(Goals, OneDifference) { EXPECT_LE(differ(1, kBegin + kMonth / 3, 1, "single").bytes, 4096u); }

}  // namespace
}  // namespace lastmile::sync
