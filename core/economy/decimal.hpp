// Exact decimal numbers as prices need them (messages.md 7.4): a product or quotient keeps 28 significant digits,
// rounded half to even; a stored figure is the floor at 18 decimals. Integers only, no floating point anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/amount.hpp"
#include "core/economy/signed_units.hpp"

namespace lastmile::economy {

class Decimal {
 public:
  static constexpr int kPrecision = 28;     // significant digits an operation keeps
  static constexpr int kMaxDigits = 60;     // of a text; longer ones are refused
  static constexpr int kMaxMagnitude = 40;  // |power of ten| of the first digit of a text; beyond is refused

  Decimal() = default;
  static Decimal integer(std::uint64_t value);
  // Exactly numerator / 2^power, which always has a finite decimal form: a file's MiB. power <= 64.
  static Decimal binary_fraction(std::uint64_t numerator, unsigned power);
  // "12", "-0.05", "9.77e-7": the text of a JSON number, kept exactly. Empty for anything else or beyond the limits.
  static std::optional<Decimal> parse(std::string_view text);

  bool negative() const { return negative_; }
  bool zero() const { return coefficient_ == 0; }

  // Rounded to 28 digits. The magnitudes of our inputs (prices below 10^18, counts below 2^64) cannot leave the range.
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  Decimal divided_by(std::uint64_t divisor) const;  // divisor > 0

  // Toward minus infinity at 18 decimals. Empty when it does not fit.
  std::optional<SignedUnits> floor_units() const;
  // floor(value * 10^decimals), decimals <= 100, of what is not negative; empty when it is or does not fit.
  std::optional<Uint256> floor_at(int decimals) const;
  // The same for what cannot be negative; empty also for a negative number.
  std::optional<Amount> floor_amount() const;

  Decimal operator-() const;
  // -1, 0 or 1 by value: 1.0 equals 1.
  static int compare(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return compare(a, b) == 0; }
  friend bool operator<(const Decimal& a, const Decimal& b) { return compare(a, b) < 0; }

 private:
  // Value = coefficient * 10^exponent, with a sign; zero is never negative.
  bool negative_ = false;
  Uint256 coefficient_;
  int exponent_ = 0;
};

}  // namespace lastmile::economy
