// Which messages a router has seen: one bit per message number, expired in groups of 64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/time.hpp"
#include "core/gossip/message_numbers.hpp"

namespace lastmile::gossip {

// A marked number is remembered for at least `keep`, and at most until `keep` after the last mark among the 64 numbers
// that share its word. Numbers are given in order of first sight, so that those are seconds at most; memory is two bits
// each.
class SeenCache {
 public:
  explicit SeenCache(Duration keep);

  bool contains(MessageNumber number, Instant now) const {
    const std::size_t place = (number >> 6) - base_;  // wraps to a huge value below the base
    if (place >= words_.size()) return false;
    const Word& word = words_[place];
    return ((word.bits >> (number & 63)) & 1) != 0 && !expired(word, now);
  }
  void mark(MessageNumber number, Instant now);
  // Frees what has expired; returns the lowest number that may still be held.
  MessageNumber expire(Instant now);
  // MessageNumbers::renumber() moved all numbers down by this much; what lies below is forgotten.
  void renumber(MessageNumber by);
  [[gnu::always_inline]] inline void prefetch() const {
    __builtin_prefetch(words_.data() + (words_.empty() ? 0 : words_.size() - 1));
  }  // the newest numbers
  std::size_t memory_bytes() const { return words_.capacity() * sizeof(Word); }

 private:
  static constexpr int kTickShift = 26;  // a tick is 67 ms: 32 bits last nine years
  struct Word {
    std::uint64_t bits = 0;
    std::uint32_t last_mark = 0;  // tick
  };
  static std::uint32_t tick(Instant now) { return static_cast<std::uint32_t>(now.ns >> kTickShift); }
  bool expired(const Word& word, Instant now) const { return tick(now) - word.last_mark > keep_ticks_; }

  std::vector<Word> words_;
  std::size_t base_ = 0;  // number / 64 of words_[0]
  std::uint32_t keep_ticks_;
};

}  // namespace lastmile::gossip
