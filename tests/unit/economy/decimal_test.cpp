#include <gtest/gtest.h>

#include "core/economy/decimal.hpp"
#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

TEST(Decimal, ReadsEverySpellingOfAJsonNumber) {
  EXPECT_EQ(floored(decimal("12")), "12.000000000000000000");
  EXPECT_EQ(floored(decimal("-0.05")), "-0.050000000000000000");
  EXPECT_EQ(floored(decimal("9.77e-7")), "0.000000977000000000");
  EXPECT_EQ(floored(decimal("1E+3")), "1000.000000000000000000");
  EXPECT_EQ(decimal("1.0"), decimal("1"));
  EXPECT_EQ(decimal("-0"), decimal("0"));
  EXPECT_FALSE(decimal("-0").negative());
}

TEST(Decimal, RefusesWhatIsNoNumberOrBeyondItsLimits) {
  for (const char* text :
       {"", "-", ".5", "5.", "1e", "1e+", "0x10", "1 ", "+1", "nan", "1.2.3", "1e41", "1e-41", "1e99999999"}) {
    EXPECT_FALSE(Decimal::parse(text).has_value()) << text;
  }
  EXPECT_FALSE(Decimal::parse(std::string(61, '7')).has_value());
  EXPECT_FALSE(Decimal::parse("0." + std::string(61, '0')).has_value());
}

TEST(Decimal, KeepsTwentyEightDigitsHalfToEven) {
  // 28 digits fit; the 29th decides, and a tie goes to the even neighbour.
  EXPECT_EQ(decimal("1.0000000000000000000000000005") * decimal("1"), decimal("1.000000000000000000000000000"));
  EXPECT_EQ(decimal("1.0000000000000000000000000015") * decimal("1"), decimal("1.000000000000000000000000002"));
  EXPECT_EQ(decimal("1.00000000000000000000000000051") * decimal("1"), decimal("1.000000000000000000000000001"));
  // Rounding up through nines gains a digit and stays exact.
  EXPECT_EQ(decimal("9.9999999999999999999999999999") * decimal("1"), decimal("10"));
}

TEST(Decimal, DivisionSeesTheDigitsItCutsOff) {
  EXPECT_EQ(decimal("1").divided_by(3), decimal("0.3333333333333333333333333333"));
  EXPECT_EQ(decimal("2").divided_by(3), decimal("0.6666666666666666666666666667"));
  // Per-second prices of the worked examples: divided first, then multiplied.
  EXPECT_EQ(decimal("86250").divided_by(3600), decimal("23.95833333333333333333333333"));
  EXPECT_EQ(floored(Decimal::integer(24) * decimal("86250").divided_by(3600)), "574.999999999999999999");
  EXPECT_EQ(floored(decimal("0.055").divided_by(3600)), "0.000015277777777777");
}

TEST(Decimal, TheFloorOfANegativeFigureIsLarger) {
  EXPECT_EQ(floored(decimal("-49.0632233796296922459")), "-49.063223379629692246");
  EXPECT_EQ(floored(decimal("49.0632233796296922459")), "49.063223379629692245");
  EXPECT_EQ(floored(decimal("-1e-30")), "-0.000000000000000001");
  EXPECT_EQ(floored(decimal("1e-30")), "0.000000000000000000");
}

TEST(Decimal, FileSizesAreExactQuotients) {
  EXPECT_EQ(Decimal::binary_fraction(1048576, 20), decimal("1"));
  EXPECT_EQ(Decimal::binary_fraction(1, 20), decimal("9.5367431640625e-7"));
  EXPECT_EQ(Decimal::binary_fraction(0, 20), decimal("0"));
  // 20 digits before and 20 after the point: longer than an operation keeps, and still exact.
  EXPECT_EQ(floored(Decimal::binary_fraction(18446744073709551615u, 20)), "17592186044415.999999046325683593");
}

TEST(Decimal, ComparesByValueAcrossMagnitudes) {
  EXPECT_LT(decimal("-1e40"), decimal("1e-40"));
  EXPECT_LT(decimal("-2"), decimal("-1"));
  EXPECT_LT(decimal("0"), decimal("1e-40"));
  EXPECT_LT(decimal("1e-40"), decimal("1e40"));
  EXPECT_EQ(Decimal::compare(decimal("1e2"), decimal("100.00")), 0);
}

TEST(Decimal, WhatDoesNotFitIsEmptyAndNotCut) {
  EXPECT_FALSE((decimal("1e40") * decimal("1e30")).floor_units().has_value());
  EXPECT_FALSE(decimal("-1").floor_amount().has_value());
}

TEST(SignedUnits, AreOrderedAndAddedAcrossZero) {
  const SignedUnits plus_two = *SignedUnits::of(false, 2);
  const SignedUnits minus_three = *SignedUnits::of(true, 3);
  SignedUnits sum = plus_two;
  sum += minus_three;
  EXPECT_EQ(sum, *SignedUnits::of(true, 1));
  EXPECT_LT(minus_three, sum);
  EXPECT_LT(sum, SignedUnits());
  EXPECT_LT(SignedUnits(), plus_two);
  EXPECT_EQ(minus_three.size(), Uint256(3));
  EXPECT_EQ(-minus_three, *SignedUnits::of(false, 3));
}

TEST(SignedUnits, HaveNoNegativeZeroAndKeepOneBitForTheSign) {
  EXPECT_FALSE(SignedUnits::of(true, 0)->negative());
  EXPECT_EQ(units_text(-SignedUnits()), "0.000000000000000000");
  const Uint256 limit = Uint256::max() / 2 + 1;  // 2^255
  EXPECT_TRUE(SignedUnits::of(true, limit - 1)->negative());
  EXPECT_FALSE(SignedUnits::of(true, limit));
  EXPECT_FALSE(SignedUnits::of(false, limit));
}

}  // namespace
}  // namespace lastmile::economy
