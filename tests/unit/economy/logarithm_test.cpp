// The fixed-point logarithm against a decimal one of 100 digits, and shares against their texts.
#include <gtest/gtest.h>
// clang-format off: rapidcheck's header needs gtest's before it
#include <rapidcheck/gtest.h>
// clang-format on

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <string>

#include "core/base/mul_div.hpp"
#include "core/economy/reward/logarithm.hpp"
#include "core/economy/reward/share.hpp"

namespace lastmile::economy {
namespace {

using Wide = boost::multiprecision::cpp_dec_float_100;

// floor(log10(n) * 10^36) by another library.
std::string expected_logarithm(std::uint64_t n) {
  const Wide scaled = boost::multiprecision::log10(Wide(n)) * boost::multiprecision::pow(Wide(10), 36);
  // cpp_dec_float carries its own error: a power of ten may come out just below a whole number.
  return static_cast<boost::multiprecision::cpp_int>(scaled + Wide("1e-50")).str();
}

TEST(Logarithm, PowersOfTenAreExact) {
  std::uint64_t n = 1;
  for (std::uint64_t power = 0; power < 20; ++power, n *= 10) {
    Uint256 expected = power;
    for (int i = 0; i < kLogarithmDecimals; ++i) expected *= 10u;
    EXPECT_EQ(log10_fixed(n), expected) << power;
  }
}

TEST(Logarithm, OfTwoIsWhatTablesSay) { EXPECT_EQ(log10_fixed(2).text(), "301029995663981195213738894724493026"); }

TEST(Logarithm, IsRoundedDownForEverySizeOfANetwork) {
  for (std::uint64_t n = 1; n <= 2000; ++n) ASSERT_EQ(log10_fixed(n).text(), expected_logarithm(n)) << n;
}

RC_GTEST_PROP(LogarithmProperty, ErrsByLessThanItsLastDigit, ()) {
  const unsigned bits = *rc::gen::inRange(1u, 64u);
  const std::uint64_t n = (*rc::gen::arbitrary<std::uint64_t>() >> (64 - bits)) | 1u;
  const Wide exact = boost::multiprecision::log10(Wide(n)) * boost::multiprecision::pow(Wide(10), 36);
  const Wide error = exact - Wide(log10_fixed(n).text());
  RC_ASSERT(error >= Wide("-1e-40"));  // the other library's own error
  RC_ASSERT(error < Wide(1) + Wide("1e-16"));
}

TEST(ShareText, KeepsTheDecimalOfAJsonNumber) {
  for (const char* text : {"0", "1", "0.35", "0.2", "0.000001", "0.123456789012345678901234567890123456"}) {
    EXPECT_EQ(Share::clamped(text).text(), text);
  }
  EXPECT_EQ(Share::clamped("3.5e-1").text(), "0.35");
  EXPECT_EQ(Share::clamped("0.0035E+2").text(), "0.35");
  EXPECT_EQ(Share::clamped("1.0").text(), "1");
  EXPECT_EQ(Share::clamped("0.0").text(), "0");
}

TEST(ShareText, IsClampedAndCutOff) {
  EXPECT_EQ(Share::clamped("-0.3").text(), "0");
  EXPECT_EQ(Share::clamped("1.7").text(), "1");
  EXPECT_EQ(Share::clamped("1e300").text(), "1");
  EXPECT_EQ(Share::clamped("1e-300").text(), "0");
  EXPECT_EQ(Share::clamped("1e99999999999999999999").text(), "1");
  EXPECT_EQ(Share::clamped("0.0000000000000000000000000000000000019").text(), "0.000000000000000000000000000000000001");
}

TEST(ScoreMultiplier, IsExactAtTheWorkedPoints) {
  const auto quarters = [](const char* score) {
    const Fraction fraction = score_multiplier(Share::clamped(score));
    EXPECT_EQ(mul_div(fraction.numerator, 4u, fraction.denominator) * fraction.denominator, fraction.numerator * 4u);
    return mul_div(fraction.numerator, 4u, fraction.denominator);
  };
  EXPECT_EQ(quarters("0.1999999999"), 0u);
  EXPECT_EQ(quarters("0.2"), 0u);
  EXPECT_EQ(quarters("0.35"), 1u);
  EXPECT_EQ(quarters("0.5"), 2u);
  EXPECT_EQ(quarters("0.65"), 3u);
  EXPECT_EQ(quarters("0.8"), 4u);
  EXPECT_EQ(quarters("0.93"), 4u);
}

RC_GTEST_PROP(ScoreMultiplierProperty, OfCountsEqualsThatOfTheDecimal, ()) {
  const std::uint64_t good = *rc::gen::inRange<std::uint64_t>(0, 1001);
  std::string digits = std::to_string(good);
  digits.insert(0, 4 - digits.size(), '0');
  const Fraction a = score_multiplier(good, 1000);
  const Fraction b = score_multiplier(Share::clamped(digits.insert(1, ".")));
  RC_ASSERT(a.numerator * b.denominator == b.numerator * a.denominator);
}

}  // namespace
}  // namespace lastmile::economy
