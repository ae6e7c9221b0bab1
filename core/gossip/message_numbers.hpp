// Dense numbers for message keys. A router remembers what it has seen as one bit per number instead of one hash entry
// per id, which is what lets ten thousand routers of a run stay in the processor's cache. The routers of one simulation
// share one table; a real node has its own.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/strong.hpp"
#include "core/gossip/key_index.hpp"

namespace lastmile::gossip {

struct MessageKeyTag;
using MessageKey = Strong<MessageKeyTag, std::uint64_t>;  // 64-bit id; never a key for anything but gossip bookkeeping

using MessageNumber = std::uint32_t;
inline constexpr MessageNumber kNoNumber = 0xffffffff;

// A table that a run shares ends at 2^32 messages, whose keys alone would fill 32 GiB; one of a single router never
// does, because it forgets and renumbers.
class MessageNumbers {
 public:
  explicit MessageNumbers(std::uint64_t seed = 0) : index_(seed) {}  // seed: see KeyIndex
  MessageNumber find(MessageKey key) const;                          // kNoNumber when absent
  MessageNumber number(MessageKey key);                              // finds or gives the next number, from 0 upwards
  // Forgets all numbers below `first`; a key that comes back gets a new number. For tables of one router only.
  void forget_before(MessageNumber first);
  // The numbers not forgotten move down together, by as much as this gives (a multiple of 64), so that numbering never
  // comes to an end. For tables of one router only: whoever keeps numbers must move them too.
  MessageNumber renumber();
  MessageNumber next() const { return first_ + static_cast<MessageNumber>(keys_.size()); }
  MessageNumber oldest() const { return first_ + static_cast<MessageNumber>(dropped_); }  // first not forgotten
  std::size_t size() const { return keys_.size() - dropped_; }
  std::size_t memory_bytes() const;

 private:
  KeyIndex index_;
  std::vector<MessageKey> keys_;  // by number - first_; the first dropped_ of them are forgotten
  MessageNumber first_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace lastmile::gossip
