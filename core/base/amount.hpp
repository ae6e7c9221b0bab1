// Money: an unsigned integer of 10^-18 token with checked arithmetic. Products that need more than 256 bits are
// refused.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/uint256.hpp"

namespace lastmile {

class Amount {
 public:
  static constexpr int kDecimals = 18;
  static constexpr std::uint64_t kUnitsPerToken = 1'000'000'000'000'000'000;

  Amount() = default;
  static Amount units(const Uint256& units) { return Amount(units); }
  static Amount tokens(std::uint64_t tokens);

  // "12.5" or "12": at most 18 digits after the point, none lost; empty for anything else.
  static std::optional<Amount> parse_tokens(std::string_view text);

  const Uint256& units() const { return units_; }
  std::string tokens_text() const;  // "12.500000000000000000": always 18 digits after the point

  // Empty on overflow or when the result would be negative.
  std::optional<Amount> plus(const Amount& other) const { return of(units_.plus(other.units_)); }
  std::optional<Amount> minus(const Amount& other) const { return of(units_.minus(other.units_)); }
  // floor(this * numerator / denominator) with a 512-bit product; empty when the result does not fit or denominator is
  // 0.
  std::optional<Amount> scaled(const Uint256& numerator, const Uint256& denominator) const {
    return of(units_.scaled(numerator, denominator));
  }

  friend bool operator==(const Amount&, const Amount&) = default;
  friend std::strong_ordering operator<=>(const Amount&, const Amount&) = default;

 private:
  explicit Amount(const Uint256& units) : units_(units) {}
  static std::optional<Amount> of(const std::optional<Uint256>& units) {
    if (!units) return std::nullopt;
    return Amount(*units);
  }

  Uint256 units_;
};

}  // namespace lastmile
