#include "core/sync/memory_held_set.hpp"

#include <algorithm>

namespace lastmile::sync {
namespace {

constexpr std::int64_t kHourSeconds = 3600;

std::int64_t hour_of(const HeldItem& item) { return item.second / kHourSeconds; }

}  // namespace

void MemoryHeldSet::account(std::int64_t hour, const RangeSum& sum, bool add) {
  for (std::size_t level = 0; level < kLevels; ++level) {
    RangeSum& node = sums_[level][hour >> (level * kLevelBits)];
    if (add) {
      node += sum;
    } else {
      node -= sum;
    }
    if (node.count == 0) sums_[level].erase(hour >> (level * kLevelBits));
  }
}

bool MemoryHeldSet::insert(const HeldItem& item) {
  Hour& hour = hours_[hour_of(item)];
  const auto place = std::lower_bound(hour.items.begin(), hour.items.end(), item);
  if (place != hour.items.end() && *place == item) return false;
  hour.running.resize(std::min(hour.running.size(), static_cast<std::size_t>(place - hour.items.begin())));
  hour.items.insert(place, item);
  account(hour_of(item), sum_of(item.hash), true);
  return true;
}

bool MemoryHeldSet::erase(const HeldItem& item) {
  const auto found = hours_.find(hour_of(item));
  if (found == hours_.end()) return false;
  Hour& hour = found->second;
  const auto place = std::lower_bound(hour.items.begin(), hour.items.end(), item);
  if (place == hour.items.end() || *place != item) return false;
  hour.running.resize(std::min(hour.running.size(), static_cast<std::size_t>(place - hour.items.begin())));
  hour.items.erase(place);
  if (hour.items.empty()) hours_.erase(found);
  account(hour_of(item), sum_of(item.hash), false);
  return true;
}

bool MemoryHeldSet::contains(const HeldItem& item) const {
  const auto hour = hours_.find(hour_of(item));
  return hour != hours_.end() && std::binary_search(hour->second.items.begin(), hour->second.items.end(), item);
}

RangeSum MemoryHeldSet::Hour::before(const HeldItem& bound) const {
  const auto count = static_cast<std::size_t>(std::lower_bound(items.begin(), items.end(), bound) - items.begin());
  if (count == 0) return {};
  while (running.size() < count) {
    const RangeSum last = running.empty() ? RangeSum{} : running.back();
    running.push_back(last + sum_of(items[running.size()].hash));
  }
  return running[count - 1];
}

std::uint64_t MemoryHeldSet::size() const {
  std::uint64_t count = 0;
  for (const auto& [_, sum] : sums_.back()) count += sum.count;
  return count;
}

RangeSum MemoryHeldSet::before(const HeldItem& bound) const {
  RangeSum total;
  const std::int64_t hour = hour_of(bound);
  for (std::size_t level = kLevels; level-- > 0;) {
    // Whole nodes left of the one that holds the hour, inside its parent; at the top, all of them.
    const std::int64_t node = hour >> (level * kLevelBits);
    const std::int64_t first = level + 1 == kLevels ? 0 : (node >> kLevelBits) << kLevelBits;
    for (auto it = sums_[level].lower_bound(first); it != sums_[level].end() && it->first < node; ++it) {
      total += it->second;
    }
  }
  if (const auto found = hours_.find(hour); found != hours_.end()) total += found->second.before(bound);
  return total;
}

Result<RangeSum> MemoryHeldSet::sum(const HeldItem& from, const HeldItem& until) const {
  return until > from ? before(until) - before(from) : RangeSum{};
}

Result<std::vector<HeldItem>> MemoryHeldSet::items(const HeldItem& from, const HeldItem& until,
                                                   std::size_t limit) const {
  std::vector<HeldItem> result;
  for (auto hour = hours_.lower_bound(hour_of(from)); hour != hours_.end(); ++hour) {
    const std::vector<HeldItem>& all = hour->second.items;
    for (auto item = std::lower_bound(all.begin(), all.end(), from); item != all.end(); ++item) {
      if (result.size() == limit || !(*item < until)) return result;
      result.push_back(*item);
    }
  }
  return result;
}

Result<std::optional<HeldItem>> MemoryHeldSet::at(const HeldItem& from, std::uint64_t position) const {
  std::uint64_t rest = before(from).count + position;  // counted from the very first item
  std::int64_t node = 0;
  for (std::size_t level = kLevels; level-- > 0;) {
    const auto& nodes = sums_[level];
    auto it = nodes.lower_bound(level + 1 == kLevels ? 0 : node << kLevelBits);
    while (it != nodes.end() && it->second.count <= rest) rest -= (it++)->second.count;
    if (it == nodes.end()) return std::optional<HeldItem>{};  // only at the top: beyond the last item
    node = it->first;
  }
  return std::optional(hours_.at(node).items[rest]);
}

}  // namespace lastmile::sync
