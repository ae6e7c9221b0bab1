#include "core/gossip/key_index.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace lastmile::gossip {

void KeyIndex::set(std::uint64_t key, std::uint32_t value) {
  LM_CHECK(value != kAbsent);
  if ((size_ + 1) * 4 > slots_.size() * 3) resize(slots_.empty() ? 16 : slots_.size() * 2);
  std::size_t i = home(key);
  while (slots_[i].value != kAbsent) {
    if (slots_[i].key == key) {
      slots_[i].value = value;
      return;
    }
    i = (i + 1) & mask();
  }
  slots_[i] = {key, value};
  ++size_;
}

void KeyIndex::erase(std::uint64_t key) {
  if (size_ == 0) return;
  std::size_t hole = home(key);
  while (slots_[hole].value == kAbsent || slots_[hole].key != key) {
    if (slots_[hole].value == kAbsent) return;
    hole = (hole + 1) & mask();
  }
  // Close the gap: an entry further on may move here unless its home lies behind the hole.
  for (std::size_t i = (hole + 1) & mask(); slots_[i].value != kAbsent; i = (i + 1) & mask()) {
    const std::size_t from_home = (i - home(slots_[i].key)) & mask();
    const std::size_t from_hole = (i - hole) & mask();
    if (from_home >= from_hole) {
      slots_[hole] = slots_[i];
      hole = i;
    }
  }
  slots_[hole] = {};
  --size_;
  if (size_ == 0) clear();
}

void KeyIndex::clear() {
  slots_ = {};
  size_ = 0;
}

void KeyIndex::resize(std::size_t slots) {
  std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
  for (const Slot& slot : old) {
    if (slot.value == kAbsent) continue;
    std::size_t i = home(slot.key);
    while (slots_[i].value != kAbsent) i = (i + 1) & mask();
    slots_[i] = slot;
  }
}

}  // namespace lastmile::gossip
