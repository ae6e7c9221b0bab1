#include "core/sync/held_set.hpp"

#include <algorithm>

#include "core/crypto/hash.hpp"

namespace lastmile::sync {
namespace {

std::uint64_t word_at(const Hash256& big_endian, std::size_t word) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | big_endian.bytes[24 - 8 * word + i];
  return value;
}

void append_big_endian(std::array<std::uint8_t, 40>& out, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) out[at + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

}  // namespace

RangeSum& RangeSum::operator+=(const RangeSum& other) {
  count += other.count;
  bool carry = false;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const bool first = __builtin_add_overflow(sum[i], other.sum[i], &sum[i]);
    const bool second = __builtin_add_overflow(sum[i], std::uint64_t{carry}, &sum[i]);
    carry = first || second;
  }
  return *this;
}

RangeSum& RangeSum::operator-=(const RangeSum& other) {
  count -= other.count;
  bool borrow = false;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const bool first = __builtin_sub_overflow(sum[i], other.sum[i], &sum[i]);
    const bool second = __builtin_sub_overflow(sum[i], std::uint64_t{borrow}, &sum[i]);
    borrow = first || second;
  }
  return *this;
}

RangeSum sum_of(const message::ItemHash& hash) {
  const auto digest = hash.digest();
  const Hash256 number = digest ? *digest : crypto::sha256(hash.view());
  RangeSum sum;
  sum.count = 1;
  for (std::size_t i = 0; i < sum.sum.size(); ++i) sum.sum[i] = word_at(number, i);
  return sum;
}

Fingerprint fingerprint(const RangeSum& sum) {
  std::array<std::uint8_t, 40> bytes;
  append_big_endian(bytes, 0, sum.count);
  for (std::size_t i = 0; i < sum.sum.size(); ++i) append_big_endian(bytes, 8 + 8 * i, sum.sum[3 - i]);
  const Hash256 digest = crypto::sha256(ByteView(bytes));
  Fingerprint result;
  std::copy_n(digest.bytes.begin(), result.size(), result.begin());
  return result;
}

}  // namespace lastmile::sync
