#include <gtest/gtest.h>

#include <memory>

#include "core/base/amount.hpp"
#include "core/base/bytes.hpp"
#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "core/base/siphash.hpp"

namespace lastmile {
namespace {

TEST(Hex, ReadsBothCasesAndWritesLower) {
  EXPECT_EQ(to_hex(from_hex("00FfA9").value()), "00ffa9");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(SipHash, GivesTheIdsOfTheGossipNetwork) {
  // libp2p.md 11.4: decimal text of SipHash-1-3 over (u64 length, data).
  const auto id = [](std::string_view data) {
    Bytes input(8, 0);
    input[0] = static_cast<std::uint8_t>(data.size());
    append(input, data);
    return std::to_string(siphash_1_3({}, input));
  };
  EXPECT_EQ(id("hello"), "9754003402134539932");
  EXPECT_EQ(id(""), "13646096770106105413");
}

TEST(Amount, ReadsAndPrintsEighteenDecimals) {
  EXPECT_EQ(Amount::parse_tokens("12.5")->tokens_text(), "12.500000000000000000");
  EXPECT_EQ(Amount::parse_tokens("0.000000000000000001")->units(), 1u);
  EXPECT_FALSE(Amount::parse_tokens("0.0000000000000000001"));
  EXPECT_FALSE(Amount::parse_tokens("-1"));
  EXPECT_FALSE(Amount::parse_tokens("1."));
  EXPECT_FALSE(Amount::parse_tokens(""));
}

TEST(Amount, RefusesWhatDoesNotFit) {
  const Amount most = Amount::units(~Uint256(0));
  EXPECT_FALSE(most.plus(Amount::units(1)));
  EXPECT_FALSE(Amount::units(1).minus(Amount::units(2)));
  EXPECT_FALSE(most.scaled(2, 1));
  EXPECT_FALSE(most.scaled(1, 0));
  EXPECT_EQ(most.scaled(7, 7), most);
  EXPECT_EQ(Amount::units(10).scaled(1, 3), Amount::units(3));
}

TEST(Callback, MovesClosuresOfAnySizeAndDestroysThemOnce) {
  auto alive = std::make_shared<int>(5);
  struct Large {
    char room[200] = {};
  };
  {
    Callback<int(int)> small = [alive](int x) { return *alive + x; };
    Callback<int(int)> large = [alive, room = Large{}](int x) { return *alive * x + room.room[0]; };
    Callback<int(int)> moved = std::move(small);
    EXPECT_FALSE(static_cast<bool>(small));  // NOLINT(bugprone-use-after-move): the point
    EXPECT_EQ(moved(2), 7);
    moved = std::move(large);
    EXPECT_EQ(moved(2), 10);
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(ResultDeathTest, AskingForTheWrongSideStopsTheProgram) {
  const Result<int> refused = Error{"no"};
  EXPECT_DEATH((void)refused.value(), "check failed");
}

}  // namespace
}  // namespace lastmile
