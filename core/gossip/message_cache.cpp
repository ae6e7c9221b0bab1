#include "core/gossip/message_cache.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/limits.hpp"

namespace lastmile::gossip {
namespace {

constexpr std::size_t kIdleEntries = 64;  // an empty cache does not keep more room

}  // namespace

MessageCache::MessageCache(int windows, std::uint64_t seed) : windows_(windows), index_(seed) {
  LM_CHECK(windows > 0 && windows <= kHistoryLengthMax);
}

void MessageCache::put(const env::Frame& frame, MessageKey key, MessageNumber number, TopicId topic) {
  while (!empty() && (size() >= kMessageCacheEntriesMax || bytes_ + frame->wire_size() > kMessageCacheBytesMax)) {
    drop_oldest(1);
  }
  bytes_ += frame->wire_size();
  entries_.push_back({frame, key, nullptr, number, topic});
  ++counts_.front();
}

void MessageCache::shift() {
  const auto last = static_cast<std::size_t>(windows_ - 1);
  drop_oldest(counts_[last]);
  for (std::size_t i = last; i > 0; --i) counts_[i] = counts_[i - 1];
  counts_[0] = 0;
}

std::size_t MessageCache::start_of(int windows) const {
  std::size_t count = 0;
  for (int i = 0; i < std::min(windows, windows_); ++i) count += counts_[static_cast<std::size_t>(i)];
  return entries_.size() - count;
}

env::Frame MessageCache::take_for(MessageKey key, env::PeerId peer, int times_max) {
  for (; indexed_ < entries_.size(); ++indexed_) {
    index_.set(entries_[indexed_].key.value, position(indexed_));
  }
  const std::uint32_t found = index_.find(key.value);
  if (found == KeyIndex::kAbsent) return {};
  Entry& entry = entries_[(found - base_) & kPositionMask];
  if (!entry.sent) entry.sent = std::make_unique<std::vector<Sent>>();
  for (Sent& sent : *entry.sent) {
    if (sent.peer != peer) continue;
    if (sent.times >= times_max) return {};
    ++sent.times;
    return entry.frame;
  }
  if (times_max < 1) return {};
  entry.sent->push_back({peer, 1});
  return entry.frame;
}

void MessageCache::forget(env::PeerId peer) {
  for (Entry& entry : entries_) {
    if (entry.sent) std::erase_if(*entry.sent, [peer](const Sent& sent) { return sent.peer == peer; });
  }
}

void MessageCache::drop_oldest(std::size_t count) {
  for (; count > 0; --count, ++head_) {
    Entry& entry = entries_[head_];
    bytes_ -= entry.frame->wire_size();
    if (head_ < indexed_) index_.erase(entry.key.value);
    entry = Entry{};
    // Entries leave in order, so the count belongs to the oldest window that has any; shift() moves it on.
    auto window = static_cast<std::size_t>(windows_ - 1);
    while (counts_[window] == 0) --window;
    --counts_[window];
  }
  indexed_ = std::max(indexed_, head_);
  compact();
}

void MessageCache::compact() {
  if (head_ == entries_.size()) {
    entries_.clear();
    if (entries_.capacity() > kIdleEntries) entries_.shrink_to_fit();
  } else if (head_ * 2 > entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
  } else {
    return;
  }
  base_ = position(head_);
  indexed_ -= head_;
  head_ = 0;
}

std::size_t MessageCache::memory_bytes() const {
  std::size_t sum = entries_.capacity() * sizeof(Entry) + index_.memory_bytes();
  for (const Entry& entry : entries_)
    sum += entry.sent ? sizeof(std::vector<Sent>) + entry.sent->capacity() * sizeof(Sent) : 0;
  return sum;
}

}  // namespace lastmile::gossip
