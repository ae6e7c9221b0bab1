#include "core/gossip/message_numbers.hpp"

#include "core/base/check.hpp"

namespace lastmile::gossip {

static_assert(kNoNumber == KeyIndex::kAbsent);

MessageNumber MessageNumbers::find(MessageKey key) const { return index_.find(key.value); }

MessageNumber MessageNumbers::number(MessageKey key) {
  const MessageNumber known = index_.find(key.value);
  if (known != kNoNumber) return known;
  const std::size_t next = first_ + keys_.size();
  LM_CHECK(next < kNoNumber);
  keys_.push_back(key);
  index_.set(key.value, static_cast<MessageNumber>(next));
  return static_cast<MessageNumber>(next);
}

void MessageNumbers::forget_before(MessageNumber first) {
  while (dropped_ < keys_.size() && first_ + dropped_ < first) {
    index_.erase(keys_[dropped_].value);
    ++dropped_;
  }
  if (dropped_ > 1024 && dropped_ * 2 > keys_.size()) {
    keys_.erase(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(dropped_));
    first_ += static_cast<MessageNumber>(dropped_);
    dropped_ = 0;
  }
}

MessageNumber MessageNumbers::renumber() {
  const MessageNumber by = oldest() / 64 * 64;
  keys_.erase(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(dropped_));
  first_ = oldest() - by;
  dropped_ = 0;
  index_.clear();
  for (std::size_t i = 0; i < keys_.size(); ++i) index_.set(keys_[i].value, first_ + static_cast<MessageNumber>(i));
  return by;
}

std::size_t MessageNumbers::memory_bytes() const {
  return index_.memory_bytes() + keys_.capacity() * sizeof(MessageKey);
}

}  // namespace lastmile::gossip
