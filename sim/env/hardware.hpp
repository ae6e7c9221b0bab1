// What a simulated machine is made of. Neutral numbers: scenario files and units are the business of scenarios/engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"

namespace lastmile::sim {

inline constexpr std::int64_t kBillion = 1'000'000'000;

struct Hardware {
  std::uint64_t uplink_bits = 0;  // per second; 0 = no limit
  std::uint64_t downlink_bits = 0;
  Duration access_latency = {};       // one way, added to every path from and to this node
  std::uint32_t cores = 4;            // for executor jobs; the loop has one of its own
  std::uint64_t speed = kBillion;     // parts per 10^9 of the reference machine on which job costs were measured
  std::uint64_t disk_read_bytes = 0;  // per second; 0 = no limit
  std::uint64_t disk_write_bytes = 0;
  Duration disk_sync = {};            // of a group of writes
  Duration disk_seek = {};            // of a blob read
  std::uint64_t disk_size = 0;        // bytes; 0 = no limit
  std::uint64_t idle_milliwatts = 0;  // while the node runs; both 0: not known
  std::uint64_t busy_milliwatts = 0;  // with all cores at work; between them it grows with their number
};

// How a node's clock differs from the time of the run. Local rate = 1 + drift / 10^9.
struct ClockLaw {
  Duration wall_offset = {};  // of wall() at the start
  std::int64_t drift = 0;     // parts per 10^9, moves both clocks; SimClock says how far
};

struct NodeSpec {
  std::string name = {};     // its address and identity; unique, not empty
  std::uint32_t region = 0;  // row of RegionDelays
  Hardware hardware = {};
  ClockLaw clock = {};
  bool has_disk = true;  // without one the node finds an empty disk and must not write
};

// One-way delay between regions, without access latencies: delay[from * count + to].
struct RegionDelays {
  std::uint32_t count = 1;
  std::vector<Duration> delay = {Duration{}};

  Duration between(std::uint32_t from, std::uint32_t to) const { return delay[std::size_t{from} * count + to]; }
};

}  // namespace lastmile::sim
