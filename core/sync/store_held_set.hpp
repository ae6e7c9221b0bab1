// The store as a held set.
#pragma once

#include <utility>

#include "core/store/store.hpp"
#include "core/sync/held_set.hpp"

namespace lastmile::sync {

// The store must outlive it.
class StoreHeldSet final : public HeldSet {
 public:
  explicit StoreHeldSet(const store::Store& held) : store_(held) {}

  Result<RangeSum> sum(const HeldItem& from, const HeldItem& until) const override {
    const auto held = store_.held_sum(to_store(from), to_store(until));
    if (!held) return held.error();
    RangeSum result;
    result.count = held->count;
    result.sum = held->sum.words();
    return result;
  }

  Result<std::vector<HeldItem>> items(const HeldItem& from, const HeldItem& until, std::size_t limit) const override {
    auto held = store_.held_items(to_store(from), to_store(until), limit);
    if (!held) return held.error();
    std::vector<HeldItem> result;
    result.reserve(held->size());
    for (const store::HeldItem& item : *held) result.push_back({item.second, item.hash});
    return result;
  }

  Result<std::optional<HeldItem>> at(const HeldItem& from, std::uint64_t position) const override {
    const auto at = store_.held_at(to_store(from), position);
    if (!at) return at.error();
    const auto& held = *at;
    if (!held) return std::optional<HeldItem>{};
    return std::optional(HeldItem{held->second, held->hash});
  }

 private:
  static store::HeldItem to_store(const HeldItem& item) { return {item.second, item.hash}; }
  const store::Store& store_;
};

}  // namespace lastmile::sync
