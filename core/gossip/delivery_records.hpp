// Messages being checked, in their delivery window, or rejected lately: who delivered them (libp2p.md 12.3 and 13).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/env/network.hpp"
#include "core/gossip/key_index.hpp"
#include "core/gossip/limits.hpp"
#include "core/gossip/message.hpp"

namespace lastmile::gossip {

struct DeliveryRecord {
  enum class State : std::uint8_t {
    verifying,   // signature check of copies[current]; not marked as seen, so that a forgery cannot suppress the
                 // original
    validating,  // marked as seen, the validator has not answered
    accepted,    // delivered; mesh deliveries still count until `until`
    rejected,    // whoever delivers it until `until` gets P4
  };
  // One content may come with different authors, numbers and signatures; each such copy is checked by itself.
  struct Copy {
    MessageRef message;
    env::PeerId from;  // who delivered this copy first, or kNobody
    env::Frame frame;  // its one-message RPC, empty if it came with others
  };
  struct Deliverer {
    env::PeerId peer;
    std::uint8_t copy = 0;
    bool punished = false;  // got P4 for a bad copy
  };

  MessageKey key;
  State state = State::verifying;
  TopicId topic;
  std::uint8_t current = 0;
  Instant until{};  // accepted, rejected
  std::vector<Copy> copies;
  std::vector<Deliverer> deliverers;  // in order of arrival; one per peer

  bool pending() const { return state == State::verifying || state == State::validating; }
  // False when known already or when there is no room.
  bool add_deliverer(env::PeerId peer, std::uint8_t copy);
};

class DeliveryRecords {
 public:
  explicit DeliveryRecords(std::uint64_t seed) : index_(seed) {}  // seed: see KeyIndex

  bool empty() const { return records_.empty(); }
  std::size_t size() const { return records_.size(); }
  std::size_t pending() const { return pending_; }
  DeliveryRecord* find(MessageKey key);  // null when absent
  // Absent before; state verifying. When full, settled records make room. Pointers from find() die.
  DeliveryRecord& add(MessageKey key, TopicId topic);
  void settle(DeliveryRecord& record, DeliveryRecord::State state, Instant until);  // pending -> accepted or rejected
  void remove(DeliveryRecord& record);                                              // pointers from find() die
  void expire(Instant now);
  // Nobody is praised or blamed any more for what this peer delivered.
  void forget(env::PeerId peer);
  std::size_t memory_bytes() const;

 private:
  std::vector<std::unique_ptr<DeliveryRecord>> records_;
  std::vector<std::unique_ptr<DeliveryRecord>> spare_;  // with the room they once took
  KeyIndex index_;
  std::size_t pending_ = 0;
};

}  // namespace lastmile::gossip
