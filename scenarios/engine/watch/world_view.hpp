// What checks may ask a running world, besides the events it sends.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/hash.hpp"
#include "core/base/time.hpp"
#include "core/message/error_code.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/status.hpp"
#include "core/trace/event.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::scenario {

struct QueueState {
  std::uint64_t depth = 0;
  std::uint64_t limit = 0;
};

// What bytes on the wire are for.
enum class TrafficKind : std::uint8_t {
  messages,        // gossip frames that carry envelopes
  gossip_control,  // gossip frames that carry none: announcements, requests, mesh
  reconciliation,
  content,  // questions for contents and envelopes, and their answers
  heads,
  bulk,  // contents and files in ranges
};
inline constexpr std::size_t kTrafficKindCount = 6;
std::string_view traffic_kind_name(TrafficKind kind);

// Bytes sent by honest nodes since the start, those that run no more included. Gossip frames that carry envelopes, and
// bulk, are message bytes.
struct WireTotals {
  std::uint64_t bytes = 0;
  std::uint64_t message_bytes = 0;
  // Sums to `bytes`; empty when the world cannot say.
  std::optional<std::array<std::uint64_t, kTrafficKindCount>> by_kind = {};
};

// Who wrote an envelope, as it says itself. A hash names the content only: the same content may come with another
// sender or signature.
struct SignedBy {
  std::string sender;
  std::string signature;  // empty when there is none
  friend bool operator==(const SignedBy&, const SignedBy&) = default;
};

// What a node says of its ledger of rewards. Nodes that name the same `end` and `known` must name the same accounts.
struct RewardView {
  std::uint64_t end = 0;  // paid are all blocks below
  Hash256 known{};        // digest of the confirmed posts below
  Hash256 accounts{};     // digest of who holds what
  Amount sum;             // over all accounts
  Amount supply;
  Amount distributed;  // from the pool, dust included
  std::uint64_t postings = 0;
  bool complete = true;  // no confirmed post was left out for want of room
};

enum class Gauge : std::uint8_t {
  disk_bytes,
  node_memory_bytes,
  cpu_busy_parts /* per 10^9, since the last sample */,
  peers,
  mesh_degree
};
inline constexpr std::size_t kGaugeCount = 5;

// Asked on the runner's thread, between events, never from inside a trace call. Questions about a node that is not
// running answer with nothing (false, none, empty). All calls read, none changes anything, except that digests may be
// cached.
class WorldView {
 public:
  virtual ~WorldView() = default;

  virtual bool running(Node node) const = 0;
  virtual bool honest(Node) const { return true; }
  // The node's own opinion; Status::none when it does not know the hash.
  virtual message::Status status(Node node, const message::ItemHash& hash) const = 0;
  // Why the node refuses the message, or keeps it waiting; empty when it does neither, or cannot be asked.
  virtual std::optional<message::ErrorCode> code(Node, const message::ItemHash&) const { return std::nullopt; }
  // Whole bytes of this name lie on some disk of the run, whether its node runs or not; an archive with the envelope of
  // this message does.
  virtual bool bytes_on_some_disk(const message::ItemHash&) const { return false; }
  virtual bool archived_on_some_disk(const message::ItemHash&) const { return false; }
  // Of the envelope that the node holds; empty when it holds none or cannot be asked now.
  virtual std::optional<SignedBy> signed_by(Node node, const message::ItemHash& hash) const = 0;
  // A client could read the content now.
  virtual bool readable(Node node, const message::ItemHash& hash) const = 0;
  // State digest at the protocol time of now, equal for all nodes asked at one instant (scenario-format.md 7).
  virtual Hash256 state_digest(Node node) const = 0;
  // Cheap fingerprint: different values mean different states; equal ones are confirmed by digests. Empty: use digests.
  virtual std::optional<std::uint64_t> state_sum(Node) const { return std::nullopt; }
  virtual std::uint64_t held(Node node) const = 0;
  // Known and not yet applied, and contents or files still to fetch.
  virtual std::uint64_t pending(Node node) const = 0;
  virtual QueueState queue(Node node, trace::Queue queue) const = 0;
  // How long the one that waits longest has waited; 0: nobody waits. Empty when the world cannot say.
  virtual std::optional<Duration> queue_age(Node, trace::Queue) const { return std::nullopt; }
  // The node knows a final confirmation of it on chain `chain` (position in world.chains).
  virtual bool finally_confirmed(Node node, std::uint32_t chain, const message::ItemHash& hash) const = 0;

  // Empty: the node paid nothing yet, or is not told to.
  virtual std::optional<RewardView> rewards(Node) const { return std::nullopt; }

  virtual std::optional<WireTotals> wire() const { return std::nullopt; }
  // Copies that reached a node by gossip when it had seen the message already, in all its incarnations. Empty when the
  // world cannot say.
  virtual std::optional<std::uint64_t> gossip_repeats(Node) const { return std::nullopt; }
  // Millijoules that its machine drew while it ran. Empty when nobody knows what the machine draws.
  virtual std::optional<std::uint64_t> energy(Node) const { return std::nullopt; }
  virtual std::optional<std::uint64_t> gauge(Gauge, Node) const { return std::nullopt; }
  // Peers in the gossip mesh of the message topic; false when the world cannot say.
  virtual bool mesh(Node, std::vector<Node>& /*peers*/) const { return false; }
};

}  // namespace lastmile::scenario
