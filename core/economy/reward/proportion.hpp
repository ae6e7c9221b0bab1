// Many shares of one envelope on one day: what accrue_stretch() and payouts() give for a whole day, without a division
// for each payee (economics.md 4). For models that pay millions of times; equal to the long division unit by unit.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/amount.hpp"
#include "core/base/uint256.hpp"

namespace lastmile::economy {

// 10^-18 token in half the words of an Amount: every sum below 3.4 * 10^20 tokens.
__extension__ using Units128 = unsigned __int128;

inline Units128 units128(const Uint256& value) { return Units128{value.words()[1]} << 64 | value.words()[0]; }
inline Uint256 wide(Units128 units) {
  return Uint256::of_words({static_cast<std::uint64_t>(units), static_cast<std::uint64_t>(units >> 64), 0, 0});
}
inline Amount amount_of(Units128 units) { return Amount::units(wide(units)); }
// LM_CHECK: it fits.
Units128 units128_of(const Amount& amount);

// What a core node is worth: tenths of linkage times m(score), in parts of kWholeWeight. Scores count in 10^-9.
inline constexpr std::uint64_t kScoreParts = 1'000'000'000;
inline constexpr std::uint64_t kWholeWeight = 6'000'000'000;  // ten tenths of the 0.6 between the ends of m(s)
// economics.md 3. score_parts <= kScoreParts, linkage <= 10 tenths.
constexpr std::uint64_t node_weight(std::uint64_t score_parts, unsigned linkage) {
  constexpr std::uint64_t least = kScoreParts / 5;
  constexpr std::uint64_t most = kScoreParts / 5 * 4;
  if (score_parts < least) return 0;
  return ((score_parts < most ? score_parts : most) - least) * linkage;
}

// floor(envelope * weight * part / (kWholeWeight * whole)) in units, for many (weight, part).
class Proportion {
 public:
  // `envelope` in 10^-36 token, below 2^160; whole > 0.
  Proportion(const Uint256& envelope, Units128 whole);

  // weight <= kWholeWeight.
  Units128 of(std::uint64_t weight, Units128 part) const {
    const auto low = Units128{static_cast<std::uint64_t>(part)} * weight;
    const Units128 high = (part >> 64) * weight + (low >> 64);
    if (!small_ || high >> 64 != 0) return slow(weight, part);
    return product(static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high), weight, part);
  }
  // By long division, always.
  Units128 slow(std::uint64_t weight, Units128 part) const;

 private:
  // (high, low) = weight * part times the reciprocal. The reciprocal is too small by less than 1, so the product is by
  // less than 2^128 of its 192 bits behind the point: it is the quotient itself unless the highest 64 of them are all
  // ones.
  Units128 product(std::uint64_t low, std::uint64_t high, std::uint64_t weight, Units128 part) const {
    const Units128 l0 = Units128{low} * reciprocal_[0];
    const Units128 l1 = Units128{low} * reciprocal_[1];
    const Units128 l2 = Units128{low} * reciprocal_[2];
    const Units128 h0 = Units128{high} * reciprocal_[0];
    const Units128 h1 = Units128{high} * reciprocal_[1];
    const Units128 h2 = Units128{high} * reciprocal_[2];
    constexpr auto word = [](Units128 value) { return Units128{static_cast<std::uint64_t>(value)}; };
    const Units128 w1 = (l0 >> 64) + word(l1) + word(h0);
    const Units128 w2 = (w1 >> 64) + (l1 >> 64) + word(l2) + (h0 >> 64) + word(h1);
    const Units128 w3 = (w2 >> 64) + (l2 >> 64) + (h1 >> 64) + word(h2);
    if (~static_cast<std::uint64_t>(w2) == 0) return slow(weight, part);
    return w3 + ((h2 >> 64) << 64);
  }

  Uint256 envelope_;
  Uint256 divisor_;                            // kWholeWeight * whole * 10^18
  std::array<std::uint64_t, 3> reciprocal_{};  // floor(2^192 * envelope / divisor), lowest first
  bool small_ = false;                         // it fits into them
};

}  // namespace lastmile::economy
