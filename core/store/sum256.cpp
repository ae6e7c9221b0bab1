#include "core/store/sum256.hpp"

namespace lastmile::store {

Sum256 Sum256::of(const Hash256& hash) {
  Sum256 sum;
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
    std::uint64_t& word = sum.words_[3 - i / 8];
    word = word << 8 | hash.bytes[i];
  }
  return sum;
}

Hash256 Sum256::big_endian() const {
  Hash256 hash;
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
    hash.bytes[i] = static_cast<std::uint8_t>(words_[3 - i / 8] >> (56 - 8 * (i % 8)));
  }
  return hash;
}

Uint256 Sum256::number() const {
  Uint256 number = 0;
  for (std::size_t i = words_.size(); i-- > 0;) number = (number << 64) | words_[i];
  return number;
}

}  // namespace lastmile::store
