// What the checks know about messages and nodes: dense numbers, a status per (message, node), and how many of the nodes
// that count have each message.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scenarios/engine/watch/expectations.hpp"
#include "scenarios/engine/watch/observer.hpp"
#include "scenarios/engine/watch/world_view.hpp"

namespace lastmile::scenario {

using MessageId = std::uint32_t;
inline constexpr MessageId kNoMessage = 0xffffffffU;

// Applied, or rightly gone.
constexpr bool is_settled(message::Status status) {
  return status == message::Status::processed || status == message::Status::removing ||
         status == message::Status::forgotten || status == message::Status::removed;
}

// Why nobody owes a message.
enum class Excuse : std::uint8_t {
  none,
  not_taken,      // no node took it
  lost,           // every disk that held it is gone
  content_lost,   // it is known, and every disk that held its file or content is gone
  built_on_lost,  // it cannot be without one of those
  built_on,       // it cannot be without one that is excused for another reason
  open,           // nobody knows whether it must be applied (Expected::open)
};

struct MessageRecord {
  message::ItemHash hash;
  SignedBy signed_by;  // of traffic
  Instant published{};
  Node entry = 0;
  message::Type type = message::Type::POST;
  bool from_traffic = false;
  Expected expected = Expected::applied;
  std::optional<Instant> expected_since;  // when that changed last
  bool not_taken = false;                 // the node had no room, could not be reached, or died before it answered
  bool acknowledged = false;
  bool lost_holder = false;                // somebody who had it lost its disk
  bool lost_applied = false;               // somebody who had applied it lost its disk
  std::vector<message::ItemHash> uploads;  // its file, its content when apart: only its entry node was given them
  std::vector<Node> acknowledged_by;
  std::vector<MessageId> needs;
  std::uint32_t held_by = 0;             // nodes with any status but none
  std::uint32_t settled_on_targets = 0;  // nodes that count and say what is expected
  std::uint32_t first_processings = 0;   // nodes that ever applied it
  std::uint32_t forgotten_on = 0;        // nodes that count it forgotten or removed now
};

class Ledger {
 public:
  Ledger(const NodeTable& nodes, const WorldView& view);

  // --- nodes: targets are honest core nodes that run, full or light. A light one has what it was told, and no state
  std::uint32_t nodes() const { return static_cast<std::uint32_t>(up_.size()); }
  const NodeTable& table() const { return table_; }
  const WorldView& view() const { return view_; }
  bool honest(Node node) const { return honest_[node]; }
  bool target(Node node) const { return up_[node] && honest_[node] && core_[node]; }
  bool has_state(Node node) const { return target(node) && !table_[node].light; }
  std::uint32_t targets() const { return targets_; }
  std::uint32_t states() const { return states_; }  // targets that have one
  std::uint32_t honest_core_nodes() const { return honest_core_; }
  std::uint32_t adversaries() const { return adversaries_; }
  std::uint32_t light_nodes() const { return light_; }                         // honest ones, running or not
  std::uint64_t processed_by(Node node) const { return processed_by_[node]; }  // messages of traffic applied now
  // A node went down; `lost`: with its disk.
  void down(Node node, bool lost);
  // A node runs again: its column is read from the world.
  void up(Node node);
  bool is_up(Node node) const { return up_[node]; }
  // A fault has damaged what lies on its disk, which is thrown away when the fault ends: what the node says of itself
  // until then is worth little.
  bool damaged(Node node) const { return damaged_[node]; }
  void set_damaged(Node node, bool damaged) { damaged_[node] = damaged; }
  // Counts changes of the set of targets and cleared columns.
  std::uint64_t generation() const { return generation_; }

  // --- messages
  MessageId find(std::string_view hash) const;
  MessageId add(const message::ItemHash& hash);  // or the one that is there
  std::size_t size() const { return messages_.size(); }
  MessageRecord& at(MessageId id) { return messages_[id]; }
  const MessageRecord& at(MessageId id) const { return messages_[id]; }
  MessageId of_number(std::uint64_t number) const;
  void publication(const Publication& publication);
  void not_taken(std::uint64_t number);
  void expect(MessageId id, Expected expected, Instant now);

  message::Status status(MessageId id, Node node) const { return static_cast<message::Status>(nibble(id, node) & 7); }
  void set_status(MessageId id, Node node, message::Status status);
  // True the first time.
  bool mark_processed_once(MessageId id, Node node);
  bool processed_once(MessageId id, Node node) const { return (nibble(id, node) & 8) != 0; }
  // What liveness checks ask for: applied or rightly gone; or not applied, when that is what must become of it.
  bool is_done(MessageId id, Node node) const { return done(messages_[id], status(id, node)); }
  // Messages that no node must apply.
  std::uint64_t refused() const { return refused_; }
  // Missing on so many targets.
  std::uint32_t missing(MessageId id) const { return targets_ - messages_[id].settled_on_targets; }

  // By message. One that nodes reject against expectation is owed like any other.
  std::vector<Excuse> excuses() const;
  // Is what is excused as lost on a disk of the run after all? Looks at all disks.
  bool recoverable(MessageId id, Excuse excuse) const;

 private:
  // Hashes are uniform behind their first characters.
  struct TextHash {
    std::size_t operator()(std::string_view text) const noexcept;
  };
  std::uint8_t nibble(MessageId id, Node node) const {
    return static_cast<std::uint8_t>((rows_[id][node / 2] >> (node % 2 * 4)) & 15);
  }
  void set_nibble(MessageId id, Node node, std::uint8_t value);
  static bool done(const MessageRecord& message, message::Status status);
  void change_target(Node node, bool is);
  bool settled_somewhere(MessageId id) const;
  Excuse excuse(MessageId id, const std::vector<Excuse>& earlier) const;

  const NodeTable& table_;
  const WorldView& view_;
  std::vector<bool> up_;
  std::vector<bool> damaged_;
  std::vector<bool> honest_;
  std::vector<bool> core_;
  std::vector<std::uint64_t> processed_by_;
  std::uint32_t targets_ = 0;
  std::uint32_t states_ = 0;
  std::uint32_t honest_core_ = 0;
  std::uint32_t light_ = 0;
  std::uint32_t adversaries_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t refused_ = 0;

  std::deque<MessageRecord> messages_;  // stable, the index points into it
  std::vector<std::vector<std::uint8_t>> rows_;
  std::unordered_map<std::string_view, MessageId, TextHash> index_;
  std::vector<MessageId> by_number_;
};

}  // namespace lastmile::scenario
