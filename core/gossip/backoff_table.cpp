#include "core/gossip/backoff_table.hpp"

#include <algorithm>

namespace lastmile::gossip {

void BackoffTable::set(env::PeerId peer, TopicId topic, Duration length, Instant now) {
  const std::uint64_t key = key_of(peer, topic);
  auto at = std::lower_bound(entries_.begin(), entries_.end(), key,
                             [](const Entry& entry, std::uint64_t k) { return entry.key < k; });
  if (at == entries_.end() || at->key != key) at = entries_.insert(at, {key, {}});
  at->backoff.until = std::max(at->backoff.until, now + length);
  at->backoff.since = now;
}

const Backoff* BackoffTable::find(env::PeerId peer, TopicId topic) const {
  const std::uint64_t key = key_of(peer, topic);
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), key,
                                   [](const Entry& entry, std::uint64_t k) { return entry.key < k; });
  return at != entries_.end() && at->key == key ? &at->backoff : nullptr;
}

void BackoffTable::forget(env::PeerId peer) {
  std::erase_if(entries_, [peer](const Entry& entry) { return entry.key >> 16 == peer.value; });
}

void BackoffTable::expire(Instant now, Duration slack) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.backoff.until + slack <= now; });
  if (entries_.empty()) entries_.shrink_to_fit();
}

}  // namespace lastmile::gossip
