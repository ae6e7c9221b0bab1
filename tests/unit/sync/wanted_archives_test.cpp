#include "core/sync/wanted_archives.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sync/sets.hpp"

namespace lastmile::sync::test {
namespace {

TEST(WantedArchives, InventedOnesOfStrangersKeepNoKnownOneAway) {
  WantedArchives wanted({}, 64);
  for (int i = 0; i < 10'000; ++i) {
    wanted.add(named("invented " + std::to_string(i)), "stranger" + std::to_string(i / 100), true, false, at(0));
  }
  EXPECT_EQ(wanted.size(), HeadLimits{}.archives_of_strangers);
  EXPECT_EQ(wanted.take_to_ask().size(), 16U) << "a quarter of the places";
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(wanted.add(named(std::to_string(i)), "known", false, false, at(0)));
  const auto asked = wanted.take_to_ask();
  ASSERT_EQ(asked.size(), 48U);
  std::set<message::ItemHash> known;
  for (int i = 0; i < 100; ++i) known.insert(named(std::to_string(i)));
  for (const auto& archive : asked) EXPECT_TRUE(known.contains(archive));
}

TEST(WantedArchives, OneStrangerHasAShare) {
  WantedArchives wanted({}, 64);
  for (int i = 0; i < 1000; ++i) wanted.add(named(std::to_string(i)), "stranger", true, false, at(0));
  EXPECT_EQ(wanted.size(), HeadLimits{}.archives_of_stranger);
  EXPECT_FALSE(wanted.has_room("stranger", true));
  EXPECT_TRUE(wanted.has_room("another", true));
}

TEST(WantedArchives, WhatNobodyHadGoesBehindTheRest) {
  WantedArchives wanted({}, 1);
  wanted.add(named("lost"), "known", false, false, at(0));
  EXPECT_EQ(wanted.take_to_ask(), std::vector{named("lost")});
  wanted.add(named("good"), "known", false, false, at(0));
  EXPECT_TRUE(wanted.take_to_ask().empty()) << "one at a time";
  wanted.unavailable(named("lost"));
  EXPECT_EQ(wanted.take_to_ask(), std::vector{named("good")});
  wanted.arrived(named("good"));
  EXPECT_EQ(wanted.take_to_ask(), std::vector{named("lost")});
  EXPECT_EQ(wanted.take_at_hand(), named("good"));
  EXPECT_FALSE(wanted.take_at_hand());
  wanted.taken_in(named("good"));
  EXPECT_EQ(wanted.size(), 1U);
}

TEST(WantedArchives, OneThatTurnsOutDamagedIsFetched) {
  WantedArchives wanted({}, 1);
  wanted.add(named("torn"), "known", false, true, at(0));
  EXPECT_TRUE(wanted.take_to_ask().empty());
  EXPECT_EQ(wanted.take_at_hand(), named("torn"));
  wanted.unavailable(named("torn"));
  EXPECT_EQ(wanted.take_to_ask(), std::vector{named("torn")});
}

TEST(WantedArchives, AKnownSignerTakesOverWhatAStrangerNamed) {
  WantedArchives wanted({}, 4);
  wanted.add(named("one"), "stranger", true, false, at(0));
  EXPECT_EQ(wanted.take_to_ask().size(), 1U);
  EXPECT_TRUE(wanted.add(named("one"), "known", false, false, at(0)));
  EXPECT_TRUE(wanted.take_to_ask().empty()) << "being asked for";
  EXPECT_TRUE(wanted.drop("stranger").empty());
  EXPECT_TRUE(wanted.expire(at(10'000)).empty());
  wanted.unavailable(named("one"));
  EXPECT_EQ(wanted.take_to_ask().size(), 1U);
}

TEST(WantedArchives, ThoseOfStrangersExpireAndGoWithTheirSigner) {
  WantedArchives wanted({}, 4);
  wanted.add(named("old"), "a", true, false, at(0));
  wanted.add(named("young"), "a", true, false, at(60));
  wanted.add(named("other"), "b", true, false, at(60));
  wanted.add(named("known"), "known", false, false, at(0));
  EXPECT_TRUE(wanted.expire(at(24 * 60)).empty());
  EXPECT_EQ(wanted.expire(at(24 * 60 + 1)), std::vector{named("old")});
  EXPECT_EQ(wanted.drop("a"), std::vector{named("young")});
  EXPECT_EQ(wanted.size(), 2U);
}

}  // namespace
}  // namespace lastmile::sync::test
