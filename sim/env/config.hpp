#pragma once

#include <array>
#include <cstdint>

#include "core/base/time.hpp"
#include "core/env/network.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/loop_event.hpp"

namespace lastmile::sim {

// simulation-engine.md section 5.
enum class NetworkLevel : std::uint8_t {
  delay,   // latency, jitter, faults
  access,  // and a FIFO queue on each node's uplink and downlink
  flow,    // and bulk that shares links and disks: one run per process
};

enum class CryptoMode : std::uint8_t {
  cached,  // each executor job runs once per key for the whole run, its time is charged to every node
  real,    // each job runs each time; same digest
};

// Parameters and limits of the network model, equal for all nodes.
struct NetworkModel {
  std::uint64_t jitter_share = 50'000'000;  // of the path latency, parts per 10^9: uniform in [0, share * latency]
  std::uint32_t handshake_extra_round_trips = 2;  // security and multiplexing, after the one of TCP
  Duration dial_timeout = seconds(10);
  Duration keep_alive = seconds(60);  // silence after which both sides give a connection up
  std::uint64_t send_buffer_bytes =
      8 << 20;  // per connection, what send() accepts ahead of the wire; beyond: dropped, counted
  std::uint32_t connections_max = 1000;      // inbound ones above it are refused with `limit`
  std::uint32_t backlog_frames_max = 65536;  // frames waiting for a busy or paused node; beyond: dropped, counted
  // Level `flow`. Below the threshold queueing and latency matter more than how links are shared (simulation-engine.md
  // 5).
  std::uint64_t transfer_bytes_min = 64 << 10;
  std::uint32_t transfers_per_node_max = 16;  // sent at once; further ones wait for their turn
  std::uint32_t transfers_waiting_max =
      1024;                            // of one node, for their turn or for the end of a cut; beyond: dropped, counted
  std::uint32_t transfers_max = 1000;  // in the whole run: the cost of each grows with their number
};

// Time that a node's loop is busy with one event, by kind; the next event waits. Zero (the default) costs nothing.
struct LoopCost {
  std::array<Duration, kLoopKindCount> by_kind{};
  Duration disk_read = {};  // per get() or seek() on a Disk reader
};

// Level `flow`: a job that keeps a core for so long or longer computes in the physics; below, a counter tells when the
// core is free, which is as exact and costs nothing. Far above the bucket of the queue (65.5 us), which it may have to
// wait for; what a hash of 1.5 MB takes, or an archive of 77 KiB read (docs/decisions/0171).
inline constexpr Duration kLongJobMin = milliseconds(1);

struct EngineConfig {
  std::uint64_t seed = 1;
  NetworkLevel level = NetworkLevel::access;
  CryptoMode crypto = CryptoMode::cached;
  Wall epoch{1'700'000'000'000'000'000};  // wall time at the start of the run
  RegionDelays regions = {};
  NetworkModel network = {};
  LoopCost loop_cost = {};
  bool energy = false;  // level `flow`: the physics keeps account of what machines draw; changes no event
};

struct TrafficCounts {
  std::uint64_t frames_sent = 0;                                // accepted from the node, requests and answers included
  std::array<std::uint64_t, env::kProtocolCount> bytes_sent{};  // by protocol
  std::uint64_t frames_received = 0;                            // handed to the node
  std::uint64_t bytes_received = 0;
  std::uint64_t frames_dropped = 0;  // not connected any more, buffer full, lost on the way, receiver gone
  std::uint64_t bulk_bytes_sent = 0;
  std::uint64_t bulk_bytes_received = 0;
  friend bool operator==(const TrafficCounts&, const TrafficCounts&) = default;
  TrafficCounts& operator+=(const TrafficCounts& more) {
    frames_sent += more.frames_sent;
    for (std::size_t i = 0; i < bytes_sent.size(); ++i) bytes_sent[i] += more.bytes_sent[i];
    frames_received += more.frames_received;
    bytes_received += more.bytes_received;
    frames_dropped += more.frames_dropped;
    bulk_bytes_sent += more.bulk_bytes_sent;
    bulk_bytes_received += more.bulk_bytes_received;
    return *this;
  }
};

struct DiskUsage {
  std::uint64_t key_value_bytes = 0;  // keys and values as the node wrote them
  std::uint64_t blob_bytes = 0;
};

}  // namespace lastmile::sim
