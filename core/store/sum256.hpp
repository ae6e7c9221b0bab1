// Sums modulo 2^256 of hashes: a digest of a multiset that can be kept up with every change. Chosen collisions need a
// subset of hashes with a given sum (Wagner's k-list attack, far from practical at the sizes an attacker can publish);
// the state digest and the final word between two stores stay SHA-256.
#pragma once

#include "core/base/hash.hpp"
#include "core/base/uint256.hpp"

namespace lastmile::store {

class Sum256 {
 public:
  Sum256() = default;
  // The hash as a big-endian number.
  static Sum256 of(const Hash256& hash) { return Sum256(Uint256::big_endian(hash)); }

  Sum256& operator+=(const Sum256& other) {
    number_ += other.number_;
    return *this;
  }
  Sum256& operator-=(const Sum256& other) {
    number_ -= other.number_;
    return *this;
  }

  Hash256 big_endian() const { return number_.big_endian(); }
  const Uint256& number() const { return number_; }
  friend bool operator==(const Sum256&, const Sum256&) = default;

 private:
  explicit Sum256(const Uint256& number) : number_(number) {}
  Uint256 number_;
};

}  // namespace lastmile::store
