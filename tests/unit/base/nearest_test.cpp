#include "core/base/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace lastmile {
namespace {

constexpr std::array<std::string_view, 4> kVerbs{"run", "rerun", "report", "validate"};

TEST(Nearest, IsTheWordWithTheFewestEdits) {
  EXPECT_EQ(nearest("rnu", kVerbs), "run") << "a swap of neighbours is one";
  EXPECT_EQ(nearest("reporrt", kVerbs), "report");
  EXPECT_EQ(nearest("valdate", kVerbs), "validate");
  EXPECT_EQ(nearest("validates", kVerbs), "validate");
}

TEST(Nearest, IsTheFirstOfEquals) {
  constexpr std::array<std::string_view, 2> kBoth{"bat", "cat"};
  EXPECT_EQ(nearest("rat", kBoth), "bat");
}

TEST(Nearest, IsNoneWhenAThirdIsWrong) {
  EXPECT_EQ(nearest("list", kVerbs), "");
  EXPECT_EQ(nearest("validxxx", kVerbs), "");
  EXPECT_EQ(nearest("", kVerbs), "");
  EXPECT_EQ(nearest("run", {}), "");
}

TEST(Nearest, IsTheOnlyWordThatGoesOnLikeThis) {
  constexpr std::array<std::string_view, 4> kKeys{"wall_time", "memory", "queue_depth", "queue_age_s"};
  EXPECT_EQ(nearest("wall", kKeys), "wall_time");
  EXPECT_EQ(nearest("queue", kKeys), "") << "two do";
  EXPECT_EQ(nearest("wa", kKeys), "") << "too little to tell";
}

// NOLINTNEXTLINE(bugprone-string-constructor): as long as that
TEST(Nearest, TakesWordsOfAnyLength) { EXPECT_EQ(nearest(std::string(10'000'000, 'r'), kVerbs), ""); }

}  // namespace
}  // namespace lastmile
