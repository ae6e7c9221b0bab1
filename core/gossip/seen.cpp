#include "core/gossip/seen.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::gossip {

SeenCache::SeenCache(Duration keep) : keep_ticks_(static_cast<std::uint32_t>((keep.ns >> kTickShift) + 1)) {
  LM_CHECK(keep.ns >= 0 && (keep.ns >> kTickShift) < 0x7fffffff);
}

void SeenCache::mark(MessageNumber number, Instant now) {
  const std::size_t at = number >> 6;
  if (words_.empty()) base_ = at;
  if (at < base_) {  // an older number than any we hold: the window grows downwards
    words_.insert(words_.begin(), base_ - at, Word{});
    base_ = at;
  }
  if (at - base_ >= words_.size()) words_.resize(at - base_ + 1);
  Word& word = words_[at - base_];
  if (expired(word, now)) word.bits = 0;
  word.bits |= std::uint64_t{1} << (number & 63);
  word.last_mark = tick(now);
}

MessageNumber SeenCache::expire(Instant now) {
  std::size_t gone = 0;
  while (gone < words_.size() && (words_[gone].bits == 0 || expired(words_[gone], now))) ++gone;
  const std::size_t lowest = base_ + gone;
  if (gone == words_.size()) {
    words_.clear();
    base_ = lowest;
  } else if (gone > 64 && gone * 2 > words_.size()) {  // moving the rest costs at most as much as was freed
    words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(gone));
    words_.shrink_to_fit();
    base_ = lowest;
  }
  return static_cast<MessageNumber>(lowest << 6);
}

void SeenCache::renumber(MessageNumber by) {
  LM_CHECK(by % 64 == 0);
  const std::size_t words = by / 64;
  if (base_ < words) {
    const std::size_t below = std::min(words - base_, words_.size());
    words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(below));
    base_ = words;
  }
  base_ -= words;
}

}  // namespace lastmile::gossip
