// One entry of the event queue: 40 bytes, inline, no heap. What an entry means is the business of Engine::dispatch().
#pragma once

#include <cstdint>

#include "core/base/time.hpp"
#include "sim/env/node_index.hpp"

namespace lastmile::sim {

// Whom an event is for inside its destination.
enum class EventKind : std::uint8_t {
  frame,           // aux protocol, stamp connection, extra receiver's PeerId, argument FrameBody
  frame_downlink,  // the same, standing at the receiver's access link
  parcel,          // as frame, argument Parcel: requests, answers, bulk
  parcel_downlink,
  connection,     // aux ConnectionStep, extra connection, argument by step
  timer,          // extra slot, argument generation
  network_timer,  // deadlines of requests, dials and keep-alive: aux NetworkTimer
  transfer,       // a bulk transfer has arrived in full: extra slot, argument generation
  disk,           // a group of writes is durable, or a read is done
  executor,       // extra slot, argument generation
  chain,          // extra chain, argument index of the newest block seen
  chain_answer,   // extra slot, argument generation
  wake,           // next deferred event of a busy or resumed node
  call,           // engine: extra slot, argument generation
  block,          // engine: chain `extra` makes a block
  transaction,    // engine: a transaction reaches the mempool of chain `extra`
};

// Events are handled in the order of (time, destination, source, per-source counter): the key does not depend on when
// or in which order they were inserted, so that a heap, a ring, and later several shards give the same run.
struct Event {
  std::int64_t time;       // ns since the start of the run
  std::uint64_t route;     // destination << 32 | source
  std::uint64_t tail;      // counter of the source << 16 | kind << 8 | aux
  std::uint64_t argument;  // a pointer or a number, by kind; whoever drops an event releases what it points to
  std::uint32_t stamp;     // incarnation of the destination, or the connection: stale events are dropped by it
  std::uint32_t extra;

  NodeIndex destination() const { return {static_cast<std::uint32_t>(route >> 32)}; }
  NodeIndex source() const { return {static_cast<std::uint32_t>(route)}; }
  EventKind kind() const { return static_cast<EventKind>((tail >> 8) & 0xff); }
  std::uint8_t aux() const { return static_cast<std::uint8_t>(tail); }
  void set_kind(EventKind kind) {
    tail = (tail & ~std::uint64_t{0xff00}) | std::uint64_t{static_cast<std::uint8_t>(kind)} << 8;
  }
};
static_assert(sizeof(Event) == 40);

constexpr std::uint64_t make_route(NodeIndex destination, NodeIndex source) {
  return std::uint64_t{destination.value} << 32 | source.value;
}
constexpr std::uint64_t make_tail(std::uint64_t counter, EventKind kind, std::uint8_t aux) {
  return counter << 16 | std::uint64_t{static_cast<std::uint8_t>(kind)} << 8 | aux;
}

// The counter is unique per source, so kind and aux in the tail never decide.
inline bool event_before(const Event& a, const Event& b) {
  if (a.time != b.time) return a.time < b.time;
  if (a.route != b.route) return a.route < b.route;
  return a.tail < b.tail;
}

}  // namespace lastmile::sim
