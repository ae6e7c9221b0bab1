// The own 256-bit number against the one of Boost, on every pair of numbers around the borders of its words.
#include "core/base/uint256.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/uint256_wide.hpp"

namespace lastmile {
namespace {

using Boost = boost::multiprecision::uint256_t;
using Wide = boost::multiprecision::cpp_int;

std::vector<Boost> border_numbers() {
  std::vector<Boost> numbers = {0, 1, 2, 10, 1'000'000'007};
  for (const unsigned bit : {63u, 64u, 65u, 127u, 128u, 191u, 192u, 255u}) {
    const Boost power = Boost(1) << bit;
    numbers.insert(numbers.end(), {power - 1, power, power + 1, power + power / 3});
  }
  numbers.insert(numbers.end(), {~Boost(0) - 1, ~Boost(0)});
  return numbers;
}

Uint256 own(const Boost& number) { return *narrowed(number); }

std::string text(const std::optional<Uint256>& number) { return number ? number->text() : "does not fit"; }
// As text() above, of an exact result.
std::string fitting(const Wide& exact) { return exact < 0 || (exact >> 256) != 0 ? "does not fit" : exact.str(); }

TEST(Uint256, CountsModulo2To256LikeBoost) {
  for (const Boost& a : border_numbers()) {
    EXPECT_EQ((~own(a)).text(), Boost(~a).str());
    for (const Boost& b : border_numbers()) {
      EXPECT_EQ((own(a) + own(b)).text(), Boost(a + b).str()) << a << " + " << b;
      EXPECT_EQ((own(a) - own(b)).text(), Boost(a - b).str()) << a << " - " << b;
      EXPECT_EQ((own(a) * own(b)).text(), Boost(a * b).str()) << a << " * " << b;
      if (b == 0) continue;
      EXPECT_EQ((own(a) / own(b)).text(), Boost(a / b).str()) << a << " / " << b;
    }
  }
}

TEST(Uint256, IsOrderedByValue) {
  for (const Boost& a : border_numbers()) {
    for (const Boost& b : border_numbers()) {
      EXPECT_EQ(own(a) == own(b), a == b) << a << ", " << b;
      EXPECT_EQ(own(a) < own(b), a < b) << a << ", " << b;
    }
  }
}

TEST(Uint256, CheckedSumsAndDifferencesSayWhenTheyDoNotFit) {
  for (const Boost& a : border_numbers()) {
    for (const Boost& b : border_numbers()) {
      EXPECT_EQ(text(own(a).plus(own(b))), fitting(Wide(a) + Wide(b))) << a << " + " << b;
      EXPECT_EQ(text(own(a).minus(own(b))), fitting(Wide(a) - Wide(b))) << a << " - " << b;
    }
  }
}

TEST(Uint256, ScalesThroughProductsOf512Bits) {
  for (const Boost& a : border_numbers()) {
    for (const Boost& b : border_numbers()) {
      EXPECT_EQ(text(own(a).scaled(own(b), 0)), "does not fit");
      for (const Boost& c : {Boost(1), Boost(3), Boost(Boost(1) << 64), ~Boost(0)}) {
        EXPECT_EQ(text(own(a).scaled(own(b), own(c))), fitting(Wide(a) * Wide(b) / Wide(c))) << a << " * " << b;
      }
    }
  }
}

TEST(Uint256, TextsAndBytesReadBackEqual) {
  for (const Boost& number : border_numbers()) {
    EXPECT_EQ(Uint256::parse(number.str()), own(number));
    EXPECT_EQ(Uint256::big_endian(own(number).big_endian()), own(number));
    EXPECT_EQ(own(number).big_endian().bytes.back(), static_cast<std::uint8_t>(number & 0xff));
  }
  EXPECT_EQ(Uint256::parse("0007"), Uint256(7));
}

TEST(Uint256, RefusesTextsThatAreNoNumberOrDoNotFit) {
  const std::string most = Uint256::max().text();
  EXPECT_EQ(most, "115792089237316195423570985008687907853269984665640564039457584007913129639935");
  std::string above = most;
  above.back() = '6';
  for (const std::string& wrong : {std::string(), std::string("-1"), std::string("1.0"), std::string("0x1"),
                                   std::string(" 1"), above, most + "0"}) {
    EXPECT_FALSE(Uint256::parse(wrong)) << wrong;
  }
}

TEST(Uint256, NarrowsWhatFitsOneWord) {
  EXPECT_EQ(Uint256(~std::uint64_t{0}).narrow(), ~std::uint64_t{0});
  EXPECT_FALSE((Uint256(~std::uint64_t{0}) + 1).narrow());
  EXPECT_FALSE((Uint256::max() - Uint256(~std::uint64_t{0})).narrow());
}

}  // namespace
}  // namespace lastmile
