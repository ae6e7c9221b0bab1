// A flat hash table from 64-bit keys to 32-bit values, for look-ups only: it cannot be walked, so its order can never
// reach an output. Linear probing, erase by backward shift, at most 3/4 full. The seed keeps outsiders, who choose
// message ids, from aiming at one slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lastmile::gossip {

class KeyIndex {
 public:
  static constexpr std::uint32_t kAbsent = 0xffffffff;  // not a possible value

  explicit KeyIndex(std::uint64_t seed = 0) : seed_(seed) {}

  std::uint32_t find(std::uint64_t key) const {
    if (size_ == 0) return kAbsent;
    for (std::size_t i = home(key);; i = (i + 1) & mask()) {
      if (slots_[i].value == kAbsent) return kAbsent;
      if (slots_[i].key == key) return slots_[i].value;
    }
  }
  void set(std::uint64_t key, std::uint32_t value);  // inserts or replaces
  void erase(std::uint64_t key);                     // no effect when absent
  void clear();
  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t value = kAbsent;
  };
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t home(std::uint64_t key) const {
    std::uint64_t h = (key ^ seed_) * 0x9e3779b97f4a7c15U;
    h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93U;
    return static_cast<std::size_t>(h >> 32) & mask();
  }
  void resize(std::size_t slots);

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
  std::uint64_t seed_;
};

}  // namespace lastmile::gossip
