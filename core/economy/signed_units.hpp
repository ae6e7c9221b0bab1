// Money that may be owed: units of 10^-18 with a sign. Only the volume discount is ever negative.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "core/base/uint256.hpp"

namespace lastmile::economy {

// Above -2^255 and below 2^255; sums are taken modulo 2^256, far above any price (messages.md 7.4).
class SignedUnits {
 public:
  constexpr SignedUnits() = default;
  // Empty when the size is 2^255 or more.
  static constexpr std::optional<SignedUnits> of(bool negative, const Uint256& size) {
    const SignedUnits units(size);
    if (units.negative()) return std::nullopt;
    return negative ? -units : units;
  }

  constexpr bool negative() const { return bits_.words()[3] >> 63 != 0; }
  constexpr Uint256 size() const { return negative() ? Uint256() - bits_ : bits_; }

  constexpr SignedUnits operator-() const { return SignedUnits(Uint256() - bits_); }
  constexpr SignedUnits& operator+=(const SignedUnits& other) {
    bits_ += other.bits_;
    return *this;
  }
  friend constexpr bool operator==(const SignedUnits&, const SignedUnits&) = default;
  friend constexpr std::strong_ordering operator<=>(const SignedUnits& a, const SignedUnits& b) {
    if (a.negative() != b.negative()) return b.negative() <=> a.negative();
    return a.bits_ <=> b.bits_;
  }

 private:
  explicit constexpr SignedUnits(const Uint256& bits) : bits_(bits) {}
  Uint256 bits_;  // two's complement
};

// "-49.063223379629692246": always 18 digits after the point; zero has no sign.
std::string units_text(const SignedUnits& units);

}  // namespace lastmile::economy
