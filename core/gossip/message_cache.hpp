// Messages of the last heartbeats, for IHAVE and IWANT (libp2p.md 12.1): windows, newest first.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/env/network.hpp"
#include "core/gossip/key_index.hpp"
#include "core/gossip/limits.hpp"
#include "core/gossip/message_id.hpp"
#include "core/gossip/topics.hpp"

namespace lastmile::gossip {

class MessageCache {
 public:
  struct Sent {
    env::PeerId peer;
    std::uint8_t times = 0;
  };
  struct Entry {
    env::Frame frame;
    MessageKey key;
    std::unique_ptr<std::vector<Sent>> sent;  // only once somebody asked
    MessageNumber number = kNoNumber;
    TopicId topic;
  };

  // windows = history length; seed: see KeyIndex.
  MessageCache(int windows, std::uint64_t seed);

  // frame: the one-message RPC. Above kMessageCacheEntriesMax or kMessageCacheBytesMax the oldest messages go first.
  void put(const env::Frame& frame, MessageKey key, MessageNumber number, TopicId topic);
  void shift();  // a heartbeat has passed: the oldest window goes

  // The frame to answer an IWANT of this peer with; empty when not held, or sent to it `times_max` times before.
  env::Frame take_for(MessageKey key, env::PeerId peer, int times_max);
  void forget(env::PeerId peer);  // nothing was sent to who has this number next

  // Calls visit(entry) for the messages of the newest `windows` windows, oldest first.
  template <class Visit>
  void for_newest(int windows, Visit&& visit) const {
    for (std::size_t i = start_of(windows); i < entries_.size(); ++i) visit(entries_[i]);
  }
  std::size_t count_of_newest(int windows) const { return entries_.size() - start_of(windows); }
  // Where the next put() writes.
  [[gnu::always_inline]] inline void prefetch() const { __builtin_prefetch(entries_.data() + entries_.size(), 1); }
  bool empty() const { return head_ == entries_.size(); }
  std::size_t size() const { return entries_.size() - head_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t kPositionMask = 0x7fffffff;
  std::uint32_t position(std::size_t i) const { return (base_ + static_cast<std::uint32_t>(i)) & kPositionMask; }
  std::size_t start_of(int windows) const;
  void drop_oldest(std::size_t count);
  void compact();

  std::vector<Entry> entries_;  // oldest first; those before head_ are gone
  std::size_t head_ = 0;
  std::array<std::uint32_t, kHistoryLengthMax> counts_{};  // entries per window, newest first
  int windows_;
  KeyIndex index_;           // key -> position(); filled only when IWANT arrive
  std::size_t indexed_ = 0;  // entries_ below are in index_, or gone
  std::uint32_t base_ = 0;   // position of entries_[0], modulo 2^31
  std::size_t bytes_ = 0;
};

}  // namespace lastmile::gossip
