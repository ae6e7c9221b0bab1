// Which peers may not be grafted in which topic, and until when (libp2p.md 12.4). Sparse: a settled network has none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/time.hpp"
#include "core/env/network.hpp"
#include "core/gossip/topics.hpp"

namespace lastmile::gossip {

struct Backoff {
  Instant until{};
  Instant since{};  // when it was last set: the time of the PRUNE
};

class BackoffTable {
 public:
  // Sets or prolongs; a running back-off is never shortened.
  void set(env::PeerId peer, TopicId topic, Duration length, Instant now);
  // Null when there is none, or when it ended longer than the slack of expire() ago.
  const Backoff* find(env::PeerId peer, TopicId topic) const;
  void expire(Instant now, Duration slack);  // forgets those that ended at now - slack or before
  void forget(env::PeerId peer);             // in all topics
  bool empty() const { return entries_.empty(); }
  std::size_t memory_bytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  struct Entry {
    std::uint64_t key;  // peer << 16 | topic
    Backoff backoff;
  };
  static std::uint64_t key_of(env::PeerId peer, TopicId topic) { return std::uint64_t{peer.value} << 16 | topic.value; }

  std::vector<Entry> entries_;  // by key
};

}  // namespace lastmile::gossip
