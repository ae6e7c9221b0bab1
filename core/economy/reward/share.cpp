#include "core/economy/reward/share.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::economy {
namespace {

Uint256 power_of_ten(int power) {
  Uint256 value = 1;
  for (int i = 0; i < power; ++i) value *= 10u;
  return value;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Of a checked number: its exponent part, cut off at +-10^6.
std::int64_t exponent_of(std::string_view text) {
  constexpr std::int64_t kFar = 1'000'000;
  const bool down = !text.empty() && text.front() == '-';
  if (!text.empty() && !is_digit(text.front())) text.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : text) value = std::min(kFar, value * 10 + (c - '0'));
  return down ? -value : value;
}

}  // namespace

const Uint256& Share::one() {
  static const Uint256 value = power_of_ten(kDecimals);
  return value;
}

Share Share::percent(unsigned percent) {
  LM_CHECK(percent <= 100);
  Share share;
  share.parts_ = one() / 100u * percent;
  return share;
}

Share Share::clamped(std::string_view json_number) {
  Share share;
  if (json_number.empty() || json_number.front() == '-') return share;
  const std::size_t e = json_number.find_first_of("eE");
  const std::string_view digits = json_number.substr(0, e);
  const std::int64_t exponent = e == std::string_view::npos ? 0 : exponent_of(json_number.substr(e + 1));
  // The first digit stands for 10^place.
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::int64_t place = static_cast<std::int64_t>(point) - 1 + exponent;
  for (const char c : digits) {
    if (!is_digit(c)) continue;
    if (c != '0') {
      if (place >= 0) {
        share.parts_ = one();
        return share;
      }
      if (place >= -kDecimals) {
        share.parts_ += power_of_ten(static_cast<int>(place) + kDecimals) * static_cast<unsigned>(c - '0');
      }
    }
    --place;
    if (place < -kDecimals) break;
  }
  return share;
}

std::string Share::text() const {
  if (parts_ == one()) return "1";
  std::string digits = parts_.text();
  digits.insert(0, static_cast<std::size_t>(kDecimals) - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits.empty() ? "0" : "0." + digits;
}

const Uint256& multiplier_denominator() {
  static const Uint256 value = Share::percent(60).parts();
  return value;
}

Fraction score_multiplier(const Share& score) {
  static const Share kNothing = Share::percent(20);
  static const Share kEverything = Share::percent(80);
  const Share limited = std::min(std::max(score, kNothing), kEverything);
  return {limited.parts() - kNothing.parts(), multiplier_denominator()};
}

Fraction score_multiplier(std::uint64_t good, std::uint64_t all) {
  LM_CHECK(good <= all && all < std::uint64_t{1} << 60);
  if (good * 5 < all || all == 0) return {0, 1};
  if (good * 5 >= all * 4) return {1, 1};
  return {good * 5 - all, all * 3};
}

}  // namespace lastmile::economy
