// Things that wait for one event: timers, requests, jobs. O(1) and compact; an event names its thing by (slot,
// generation), so that one which comes too late finds nothing.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace lastmile::sim {

struct SlotRef {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // from 1: a SlotRef of zeros names nothing
  friend bool operator==(const SlotRef&, const SlotRef&) = default;
};

template <class T>
class SlotTable {
 public:
  SlotRef add(T item) {
    std::uint32_t slot = free_;
    if (slot == kNone) {
      LM_CHECK(entries_.size() < kNone);
      slot = static_cast<std::uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      free_ = entries_[slot].next_free;
    }
    Entry& entry = entries_[slot];
    entry.item = std::move(item);
    entry.live = true;
    ++live_;
    return {slot, entry.generation};
  }

  // Null when it was taken already. Valid until the next add().
  T* find(SlotRef ref) {
    if (ref.slot >= entries_.size()) return nullptr;
    Entry& entry = entries_[ref.slot];
    return entry.live && entry.generation == ref.generation ? &entry.item : nullptr;
  }

  // Moves it out and frees the slot; false when it was taken already.
  bool take(SlotRef ref, T& out) {
    T* item = find(ref);
    if (item == nullptr) return false;
    out = std::move(*item);
    remove(ref);
    return true;
  }
  bool remove(SlotRef ref) {
    if (find(ref) == nullptr) return false;
    Entry& entry = entries_[ref.slot];
    entry.item = T();
    entry.live = false;
    --live_;
    // A slot whose generations are used up is never given out again.
    if (++entry.generation != 0) {
      entry.next_free = free_;
      free_ = ref.slot;
    }
    return true;
  }

  std::size_t live() const { return live_; }

  // (SlotRef, T&) of everything alive, by slot: the order is repeatable but not that of creation. No add() or take()
  // inside.
  template <class Visit>
  void each(Visit&& visit) {
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
      Entry& entry = entries_[slot];
      if (entry.live) visit(SlotRef{slot, entry.generation}, entry.item);
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  struct Entry {
    T item{};
    std::uint32_t generation = 1;
    std::uint32_t next_free = kNone;
    bool live = false;
  };
  std::vector<Entry> entries_;
  std::uint32_t free_ = kNone;
  std::uint32_t live_ = 0;
};

}  // namespace lastmile::sim
