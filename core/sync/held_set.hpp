// What a node holds, as reconciliation sees it: an ordered set of (content time in whole seconds, item hash), with sums
// over ranges. The store implements it with sums kept per hour (store_held_set.hpp), memory_held_set.hpp in memory.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::sync {

// Also a bound of ranges: a range is all items with from <= item < until.
struct HeldItem {
  std::int64_t second = 0;  // content.time, whole seconds, rounded down; never negative
  message::ItemHash hash;   // 64 zeros, the default, comes before every other hash
  friend auto operator<=>(const HeldItem&, const HeldItem&) = default;
  friend bool operator==(const HeldItem&, const HeldItem&) = default;
};
inline constexpr std::int64_t kEndSecond = std::numeric_limits<std::int64_t>::max();
inline HeldItem range_begin() { return {}; }
inline HeldItem range_end() { return {kEndSecond, {}}; }  // behind every item

// How many items, and the sum of their hashes mod 2^256: of a storage hash its 32 bytes as a big-endian number, of a
// CID the SHA-256 of its text. Sums of disjoint ranges add up.
struct RangeSum {
  std::uint64_t count = 0;
  std::array<std::uint64_t, 4> sum{};  // lowest word first

  RangeSum& operator+=(const RangeSum& other);
  RangeSum& operator-=(const RangeSum& other);
  friend RangeSum operator+(RangeSum a, const RangeSum& b) { return a += b; }
  friend RangeSum operator-(RangeSum a, const RangeSum& b) { return a -= b; }
  friend bool operator==(const RangeSum&, const RangeSum&) = default;
};
RangeSum sum_of(const message::ItemHash& hash);  // of one item

// First 16 bytes of SHA-256(count as 8 bytes big endian || sum as 32 bytes big endian).
using Fingerprint = std::array<std::uint8_t, 16>;
Fingerprint fingerprint(const RangeSum& sum);

// An error of any read means damage: the session ends with it.
class HeldSet {
 public:
  virtual ~HeldSet() = default;
  // Must be cheap for long ranges: logarithmic, plus the items of two hours.
  virtual Result<RangeSum> sum(const HeldItem& from, const HeldItem& until) const = 0;
  // In order, at most `limit`.
  virtual Result<std::vector<HeldItem>> items(const HeldItem& from, const HeldItem& until, std::size_t limit) const = 0;
  // The item at this position, 0-based, counted from `from`; empty when there are fewer.
  virtual Result<std::optional<HeldItem>> at(const HeldItem& from, std::uint64_t position) const = 0;
};

}  // namespace lastmile::sync
