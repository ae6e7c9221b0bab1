// An unsigned integer of 256 bits whose arithmetic is that of the built-in unsigned types: modulo 2^256. Who must not
// wrap asks with the checked functions. A plain value of four words, because it stands in headers all rooms include.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/hash.hpp"

namespace lastmile {

class Uint256 {
 public:
  constexpr Uint256() = default;
  template <std::unsigned_integral T>
  constexpr Uint256(T value) : words_{value} {}  // NOLINT(google-explicit-constructor): widening loses nothing
  // NOLINTNEXTLINE(google-explicit-constructor): a literal; a negative one does not compile
  consteval Uint256(int literal) : words_{literal >= 0 ? static_cast<std::uint64_t>(literal) : throw literal} {}

  // Lowest first.
  static constexpr Uint256 of_words(const std::array<std::uint64_t, 4>& words) {
    Uint256 value;
    value.words_ = words;
    return value;
  }
  static constexpr Uint256 max() { return ~Uint256(); }
  // "0" to "115792...": decimal digits only, leading zeros allowed. Empty for anything else or what does not fit.
  static std::optional<Uint256> parse(std::string_view digits);
  static Uint256 big_endian(const Hash256& bytes);

  std::string text() const;  // decimal, no leading zero
  Hash256 big_endian() const;
  // Lowest first.
  constexpr const std::array<std::uint64_t, 4>& words() const { return words_; }
  // Empty from 2^64 on.
  constexpr std::optional<std::uint64_t> narrow() const {
    if ((words_[1] | words_[2] | words_[3]) != 0) return std::nullopt;
    return words_[0];
  }

  // Empty when the result would not fit.
  constexpr std::optional<Uint256> plus(const Uint256& other) const {
    Uint256 sum = *this;
    if (sum.add(other)) return std::nullopt;
    return sum;
  }
  constexpr std::optional<Uint256> minus(const Uint256& other) const {
    Uint256 difference = *this;
    if (difference.subtract(other)) return std::nullopt;
    return difference;
  }
  // floor(this * numerator / denominator) with a 512-bit product; empty also when the denominator is 0.
  std::optional<Uint256> scaled(const Uint256& numerator, const Uint256& denominator) const;

  constexpr Uint256& operator+=(const Uint256& other) { return add(other), *this; }
  constexpr Uint256& operator-=(const Uint256& other) { return subtract(other), *this; }
  friend constexpr Uint256 operator+(Uint256 a, const Uint256& b) { return a += b; }
  friend constexpr Uint256 operator-(Uint256 a, const Uint256& b) { return a -= b; }
  friend Uint256 operator*(const Uint256& a, const Uint256& b);
  Uint256& operator*=(const Uint256& other) { return *this = *this * other; }
  friend Uint256 operator/(const Uint256& a, const Uint256& b);  // b > 0
  constexpr Uint256 operator~() const {
    Uint256 result;
    for (std::size_t i = 0; i < words_.size(); ++i) result.words_[i] = ~words_[i];
    return result;
  }

  friend constexpr bool operator==(const Uint256&, const Uint256&) = default;
  friend constexpr std::strong_ordering operator<=>(const Uint256& a, const Uint256& b) {
    for (std::size_t i = a.words_.size(); i-- > 0;) {
      if (a.words_[i] != b.words_[i]) return a.words_[i] <=> b.words_[i];
    }
    return std::strong_ordering::equal;
  }

 private:
  // Modulo 2^256; true says that it wrapped.
  constexpr bool add(const Uint256& other) {
    bool carry = false;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const bool first = __builtin_add_overflow(words_[i], other.words_[i], &words_[i]);
      const bool second = __builtin_add_overflow(words_[i], std::uint64_t{carry}, &words_[i]);
      carry = first || second;
    }
    return carry;
  }
  constexpr bool subtract(const Uint256& other) {
    bool borrow = false;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const bool first = __builtin_sub_overflow(words_[i], other.words_[i], &words_[i]);
      const bool second = __builtin_sub_overflow(words_[i], std::uint64_t{borrow}, &words_[i]);
      borrow = first || second;
    }
    return borrow;
  }

  std::array<std::uint64_t, 4> words_{};  // lowest first
};

}  // namespace lastmile
