// Typed trace events: what reports, checks, replay and metrics feed on.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lastmile::trace {

enum class Kind : std::uint16_t {
  node_started,          // a = incarnation
  node_crashed,          // a = incarnation
  message_published,     // item = hash; a = bytes; handed in by a client
  message_acknowledged,  // item = hash; told to the client after a durable commit
  message_received,      // item = hash; a = 1 when new, 0 for a duplicate
  message_processed,     // item = hash; first time this node applied it
  status_changed,        // item = hash; a = old status, b = new status (message::Status), c = error code
  message_confirmed,     // item = hash; a = code of the chain (number of crypto::Chain), b = height, c = 1 when final
  queue_depth,           // a = Queue, b = depth, c = limit
  queue_refused,         // a = Queue, b = reason; the sender was told
  reconciled,            // a = peer, b = rounds, c = bytes
  anchored,              // a = chain index, b = messages in the archive
  block_applied,         // a = chain index, b = height
  block_final,           // a = chain index, b = height
  chain_reorg,           // a = chain index, b = height kept, c = blocks taken back
  content_fetched,       // item = name; a = bytes, b = 1 when it matched its hash
  permission_disagreed,  // item = hash: the reference setting would have decided otherwise
  node_failed,           // its disk is full or damaged: the node acknowledges nothing any more and must be stopped
  rare_state,            // a = RareState (rare_state.hpp): the node is in it now
  kind_count
};
inline constexpr std::size_t kKindCount = static_cast<std::size_t>(Kind::kind_count);

// Name and units of the fields of a kind, for the header of events.lmt. An unused field has an empty name.
struct KindInfo {
  std::string_view name;
  std::string_view item;
  std::array<std::string_view, 3> fields;
};
const KindInfo& kind_info(Kind kind);

// The bounded queues of a node. Every one has a named limit (core/node/limits.hpp).
enum class Queue : std::uint8_t {
  inbox,
  verify,
  fetch,
  waiting,
  outbound,
  reconcile,
  chain_archives,
  hashing,  // contents being compared with their names, archives being read and written
  heads,    // of the content store, waiting for the check of their signature
  queue_count
};
inline constexpr std::size_t kQueueCount = static_cast<std::size_t>(Queue::queue_count);
std::string_view queue_name(Queue queue);

struct Event {
  Kind kind;
  std::string_view item;  // valid during the call only
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
};

// Receives events of one node, in order; the world adds time and node. Must be cheap and must not call back.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void record(const Event& event) = 0;
};

// Swallows everything: for tests and for nodes nobody watches.
Sink& null_sink();

}  // namespace lastmile::trace
