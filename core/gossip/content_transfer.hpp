// One large item that one peer gives in ranges. Its place among the transfers and its bytes are taken from others, so a
// peer that gives slowly
//   - is left for peers that were not asked yet, once; after that it is asked last, and may take its time:
//     perhaps nobody else has it, or all that have it are as slow;
//   - gives way when another item has waited long for a place: the slowest one, and one at a time, so that the faster
//     ones come to their end also when all are slow because our own link is.
// A peer that says it has something and does not give it in time has failed (FetchPeerCounts).
#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.hpp"
#include "core/env/network.hpp"

namespace lastmile::gossip {

using OrderId = std::uint64_t;

struct Transfer {
  env::PeerId source;
  Instant announced;
  std::uint64_t size = 0;  // as announced
  bool running = false;    // the first range was asked for: it has a place
  OrderId order = 0;       // the last range that was asked for
  Duration giving{};       // how long the source took for what it gave
  std::string received;

  // Bytes per second. At least one range was given.
  std::uint64_t rate() const { return received.size() * 1'000'000'000 / static_cast<std::uint64_t>(giving.ns + 1); }
};

}  // namespace lastmile::gossip
