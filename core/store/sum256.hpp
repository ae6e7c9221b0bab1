// Sums modulo 2^256 of hashes: a digest of a multiset that can be kept up with every change. Chosen collisions need a
// subset of hashes with a given sum (Wagner's k-list attack, far from practical at the sizes an attacker can publish);
// the state digest and the final word between two stores stay SHA-256.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/amount.hpp"
#include "core/base/hash.hpp"

namespace lastmile::store {

class Sum256 {
 public:
  Sum256() = default;
  // The hash as a big-endian number.
  static Sum256 of(const Hash256& hash);

  Sum256& operator+=(const Sum256& other) {
    bool carry = false;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const bool first = __builtin_add_overflow(words_[i], other.words_[i], &words_[i]);
      const bool second = __builtin_add_overflow(words_[i], std::uint64_t{carry}, &words_[i]);
      carry = first || second;
    }
    return *this;
  }
  Sum256& operator-=(const Sum256& other) {
    bool borrow = false;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const bool first = __builtin_sub_overflow(words_[i], other.words_[i], &words_[i]);
      const bool second = __builtin_sub_overflow(words_[i], std::uint64_t{borrow}, &words_[i]);
      borrow = first || second;
    }
    return *this;
  }

  Hash256 big_endian() const;
  Uint256 number() const;
  friend bool operator==(const Sum256&, const Sum256&) = default;

 private:
  std::array<std::uint64_t, 4> words_{};  // lowest first
};

}  // namespace lastmile::store
