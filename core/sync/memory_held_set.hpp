// A held set in memory: sums per hour, and per 32, 1024 and 32768 hours above them, so that a sum over any range costs
// a walk over at most some hundred nodes and the items of two hours.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <vector>

#include "core/sync/held_set.hpp"

namespace lastmile::sync {

class MemoryHeldSet final : public HeldSet {
 public:
  // False when it was there (insert) or was not (erase).
  bool insert(const HeldItem& item);
  bool erase(const HeldItem& item);
  bool contains(const HeldItem& item) const;
  std::uint64_t size() const;

  Result<RangeSum> sum(const HeldItem& from, const HeldItem& until) const override;
  Result<std::vector<HeldItem>> items(const HeldItem& from, const HeldItem& until, std::size_t limit) const override;
  Result<std::optional<HeldItem>> at(const HeldItem& from, std::uint64_t position) const override;

 private:
  static constexpr std::size_t kLevels = 4;  // hour, 32 hours, 1024 hours, 32768 hours
  static constexpr int kLevelBits = 5;

  struct Hour {
    std::vector<HeldItem> items;            // sorted
    mutable std::vector<RangeSum> running;  // running[i] = sum of items 0 to i; as far as it is made
    RangeSum before(const HeldItem& bound) const;
  };
  RangeSum before(const HeldItem& bound) const;  // of everything below the bound
  void account(std::int64_t hour, const RangeSum& sum, bool add);

  std::map<std::int64_t, Hour> hours_;
  std::array<std::map<std::int64_t, RangeSum>, kLevels> sums_;  // by hour >> (level * kLevelBits)
};

}  // namespace lastmile::sync
