// Shares of one: scores, decentralization, and what a score is worth (economics.md 3). Exact decimals, no floating
// point.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/uint256.hpp"

namespace lastmile::economy {

// From 0 to 1 in parts of 10^-36. A JSON number written from a double of at least 10^-19 fits without loss; further
// digits are cut off, toward 0.
class Share {
 public:
  static constexpr int kDecimals = 36;
  static const Uint256& one();  // 10^36

  Share() = default;
  // The text of a JSON number; below 0 becomes 0, above 1 becomes 1. The text must be a JSON number.
  static Share clamped(std::string_view json_number);
  static Share percent(unsigned percent);  // <= 100

  const Uint256& parts() const { return parts_; }
  std::string text() const;  // "0.35": without trailing zeros

  friend bool operator==(const Share&, const Share&) = default;
  friend std::strong_ordering operator<=>(const Share&, const Share&) = default;

 private:
  Uint256 parts_;
};

struct Fraction {
  Uint256 numerator;
  Uint256 denominator = 1;
  bool zero() const { return numerator == 0; }
};

// m(s): 0 below 0.2, 1 from 0.8, (s - 0.2) / 0.6 between. Of every share the denominator is the same,
// multiplier_denominator(), so that multipliers can be added up.
Fraction score_multiplier(const Share& score);
const Uint256& multiplier_denominator();  // 0.6 in parts of a share
// The same of good / all; 0 when there were none. good <= all < 2^60.
Fraction score_multiplier(std::uint64_t good, std::uint64_t all);

}  // namespace lastmile::economy
