// The messages of a run that light nodes hold, each once: a node keeps their numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/env/executor.hpp"
#include "core/gossip/message.hpp"
#include "core/message/envelope.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/switches.hpp"

namespace lastmile::sim {

// Forgets nothing, and must outlive the jobs it made. What a message says is read when it is first
// met and is the same for everybody; who judges it is charged for the check of its signature.
class MessageTable {
 public:
  using Id = std::uint32_t;  // dense from 0, in the order of first sight
  static constexpr Id kNone = 0xffffffffU;
  static constexpr std::size_t kMessagesMax = 10'000'000;  // those beyond are like none

  explicit MessageTable(const message::Switches& switches) : switches_(switches) {}

  // kNone: it is no envelope, or a tombstone, or its inline content does not read: nobody forwards it.
  Id read(const gossip::PubsubMessage& message);
  // What a client hands in.
  Id read(std::string_view payload);

  const message::Envelope& envelope(Id id) const { return *entries_[id].envelope; }
  std::size_t size() const { return entries_.size(); }
  // The first message of this name, or kNone; another copy of it, by another wallet, follows it.
  Id find(const message::ItemHash& hash) const;
  Id next_copy(Id id) const { return entries_[id].next_copy; }
  // Its output: message::verdict_of(). Not for envelopes without a signature.
  env::Job verification(Id id) const;

 private:
  struct Entry {
    std::shared_ptr<const message::Envelope> envelope;
    env::JobKey key;
    Duration cost;
    Id next_copy = kNone;
  };
  Id add(message::Envelope envelope);

  const message::Switches switches_;
  std::vector<Entry> entries_;
  std::unordered_map<message::ItemHash, Id> by_hash_;  // the first of its copies; looked up only
  static constexpr Id kUnread = 0xfffffffeU;
  std::vector<Id> by_number_;  // by gossip::MessageNumber
};

}  // namespace lastmile::sim
