// Money: an unsigned integer of 10^-18 token with checked arithmetic. Products that need more than 256 bits are
// refused.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace lastmile {

// 256 bits, throws nothing by itself in our code: Amount checks before it calls.
using Uint256 = boost::multiprecision::uint256_t;

class Amount {
 public:
  static constexpr int kDecimals = 18;

  Amount() = default;
  static Amount units(Uint256 units) { return Amount(std::move(units)); }
  static Amount tokens(std::uint64_t tokens);

  // "12.5" or "12": at most 18 digits after the point, none lost; empty for anything else.
  static std::optional<Amount> parse_tokens(std::string_view text);

  const Uint256& units() const { return units_; }
  std::string tokens_text() const;  // "12.500000000000000000": always 18 digits after the point

  // Empty on overflow or when the result would be negative.
  std::optional<Amount> plus(const Amount& other) const;
  std::optional<Amount> minus(const Amount& other) const;
  // floor(this * numerator / denominator) with a 512-bit product; empty when the result does not fit or denominator is
  // 0.
  std::optional<Amount> scaled(const Uint256& numerator, const Uint256& denominator) const;

  friend bool operator==(const Amount& a, const Amount& b) { return a.units_ == b.units_; }
  friend std::strong_ordering operator<=>(const Amount& a, const Amount& b) {
    const int order = a.units_.compare(b.units_);
    return order < 0   ? std::strong_ordering::less
           : order > 0 ? std::strong_ordering::greater
                       : std::strong_ordering::equal;
  }

 private:
  explicit Amount(Uint256 units) : units_(std::move(units)) {}
  Uint256 units_ = 0;
};

}  // namespace lastmile
