#include "core/economy/decimal.hpp"

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "core/base/uint256_wide.hpp"

namespace lastmile::economy {
namespace {

// Room for a product of two coefficients and for the digits a division adds.
using Wide = boost::multiprecision::uint1024_t;

Wide wide(const Uint256& value) { return widened<Wide>(value); }

Wide power_of_ten(int power) {
  LM_CHECK(power >= 0 && power <= 200);
  Wide value = 1;
  for (int i = 0; i < power; ++i) value *= 10;
  return value;
}

int digit_count(const Wide& value) {
  int digits = 0;
  for (Wide rest = value; rest != 0; rest /= 10) ++digits;
  return digits;
}

struct Rounded {
  Uint256 coefficient;
  int exponent = 0;
};

// value * 10^exponent with at most kPrecision digits, half to even; `more` says that a non-zero rest below value was
// cut off.
Rounded round_half_even(const Wide& value, int exponent, bool more) {
  const int excess = digit_count(value) - Decimal::kPrecision;
  if (excess <= 0) return {present(narrowed(value)), exponent};
  const Wide unit = power_of_ten(excess);
  Wide kept = value / unit;
  const Wide rest = value % unit;
  const Wide half = unit / 2;
  const bool up = rest > half || (rest == half && (more || (kept & 1) != 0));
  if (up) kept += 1;  // 28 nines become 10^28: 29 digits, but the value is exact
  return {present(narrowed(kept)), exponent + excess};
}

}  // namespace

Decimal Decimal::integer(std::uint64_t value) {
  Decimal result;
  result.coefficient_ = value;
  return result;
}

Decimal Decimal::binary_fraction(std::uint64_t numerator, unsigned power) {
  LM_CHECK(power <= 64);
  // n / 2^p = n * 5^p / 10^p; common factors of two are taken out first to keep the coefficient short.
  while (power > 0 && numerator % 2 == 0 && numerator != 0) {
    numerator /= 2;
    --power;
  }
  Decimal result;
  result.coefficient_ = numerator;
  if (numerator == 0) return result;
  for (unsigned i = 0; i < power; ++i) result.coefficient_ *= 5u;
  result.exponent_ = -static_cast<int>(power);
  return result;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal result;
  std::size_t at = 0;
  const bool negative = at < text.size() && text[at] == '-';
  if (negative) ++at;
  int digits = 0;
  int fraction = -1;  // digits after the point, -1 before it
  bool any = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.') {
      if (fraction >= 0 || !any) return std::nullopt;
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (fraction >= 0) ++fraction;
    if (result.coefficient_ != 0 || c != '0') ++digits;
    if (digits > kMaxDigits || fraction > kMaxDigits) return std::nullopt;
    result.coefficient_ = result.coefficient_ * 10u + static_cast<unsigned>(c - '0');
  }
  if (!any || fraction == 0) return std::nullopt;
  int power = 0;
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    ++at;
    bool down = false;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) down = text[at++] == '-';
    const std::size_t start = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      if (power < 10'000) power = power * 10 + (text[at] - '0');
    }
    if (at == start || at != text.size()) return std::nullopt;
    if (down) power = -power;
  }
  if (result.coefficient_ == 0) return Decimal();
  result.exponent_ = power - (fraction < 0 ? 0 : fraction);
  const int first_digit = digits - 1 + result.exponent_;
  if (first_digit > kMaxMagnitude || first_digit < -kMaxMagnitude) return std::nullopt;
  result.negative_ = negative;
  return result;
}

Decimal operator*(const Decimal& a, const Decimal& b) {
  Decimal result;
  const Rounded rounded =
      round_half_even(wide(a.coefficient_) * wide(b.coefficient_), a.exponent_ + b.exponent_, /*more=*/false);
  result.coefficient_ = rounded.coefficient;
  result.exponent_ = rounded.exponent;
  result.negative_ = a.negative_ != b.negative_ && result.coefficient_ != 0;
  return result;
}

Decimal Decimal::divided_by(std::uint64_t divisor) const {
  LM_CHECK(divisor > 0);
  // 20 digits of divisor + 28 of result + 2 to see the half: the quotient has more digits than are kept.
  constexpr int kExtra = kPrecision + 22;
  const Wide scaled = wide(coefficient_) * power_of_ten(kExtra);
  const Wide quotient = scaled / divisor;
  const Rounded rounded = round_half_even(quotient, exponent_ - kExtra, scaled % divisor != 0);
  Decimal result;
  result.coefficient_ = rounded.coefficient;
  result.exponent_ = rounded.exponent;
  result.negative_ = negative_ && result.coefficient_ != 0;
  return result;
}

std::optional<SignedUnits> Decimal::floor_units() const {
  const int shift = exponent_ + Amount::kDecimals;
  if (shift > 100) return std::nullopt;
  Wide value = wide(coefficient_);
  if (shift >= 0) {
    value *= power_of_ten(shift);
  } else if (shift < -200) {
    value = negative_ ? 1 : 0;
  } else {
    const Wide unit = power_of_ten(-shift);
    const bool rest = value % unit != 0;
    value /= unit;
    if (negative_ && rest) value += 1;
  }
  const auto size = narrowed(value);
  if (!size) return std::nullopt;
  return SignedUnits::of(negative_, *size);
}

std::optional<Uint256> Decimal::floor_at(int decimals) const {
  LM_CHECK(0 <= decimals && decimals <= 100);
  if (negative_) return std::nullopt;
  const int shift = exponent_ + decimals;
  if (coefficient_ == 0 || shift < -100) return Uint256();
  if (shift > 100) return std::nullopt;
  if (shift < 0) return narrowed(Wide(wide(coefficient_) / power_of_ten(-shift)));
  return narrowed(Wide(wide(coefficient_) * power_of_ten(shift)));
}

std::optional<Amount> Decimal::floor_amount() const {
  if (negative_) return std::nullopt;
  const auto units = floor_units();
  if (!units) return std::nullopt;
  return Amount::units(units->size());
}

Decimal Decimal::operator-() const {
  Decimal result = *this;
  result.negative_ = !negative_ && coefficient_ != 0;
  return result;
}

int Decimal::compare(const Decimal& a, const Decimal& b) {
  if (a.negative_ != b.negative_) return a.negative_ ? -1 : 1;
  const int low = a.exponent_ < b.exponent_ ? a.exponent_ : b.exponent_;
  const int gap_a = a.exponent_ - low;
  const int gap_b = b.exponent_ - low;
  int order = 0;
  if (a.coefficient_ == 0 || b.coefficient_ == 0) {
    order = a.coefficient_ < b.coefficient_ ? -1 : a.coefficient_ > b.coefficient_ ? 1 : 0;
  } else if (gap_a > 200 || gap_b > 200) {
    order = gap_a > gap_b ? 1 : -1;  // coefficients have fewer than 80 digits
  } else {
    order = (wide(a.coefficient_) * power_of_ten(gap_a)).compare(wide(b.coefficient_) * power_of_ten(gap_b));
  }
  return a.negative_ ? -order : order;
}

}  // namespace lastmile::economy
