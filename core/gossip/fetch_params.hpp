// Every limit of a ContentFetcher.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"
#include "core/gossip/content_rooms.hpp"

namespace lastmile::gossip {

struct FetchParams {
  RoomsParams rooms{};
  std::size_t orders_max = 16;  // in flight, all peers
  std::size_t orders_per_peer_max = 3;
  // Items larger than what fits into an answer that are being transferred: they keep their places, and their bytes are
  // in memory. Fewer than orders, so that a slow one leaves room for questions.
  std::size_t transfers_max = 8;
  std::size_t transfers_per_peer_max = 2;
  std::uint64_t transfer_bytes_max = 256 * 1024 * 1024;  // announced by all that run; at least item_bytes_max
  // One whose bytes come more slowly than this, after so much of its peer's time, may have to end
  // (content_transfer.hpp). 2 Mbit/s, a hundredth of a server's link.
  std::uint64_t transfer_rate_least = 256 * 1024;  // bytes per second
  Duration transfer_grace = seconds(15);
  std::size_t names_per_request = 64;                // at most kContentNamesMax
  std::uint64_t item_bytes_max = 100 * 1024 * 1024;  // larger items are refused
  std::uint64_t range_bytes = 1024 * 1024;           // of one bulk fetch
  Duration request_deadline = seconds(2);            // messages.md 5P.4: message content
  Duration range_deadline = seconds(15);
  Duration retry_max = seconds(300);  // where the pause after a round stops growing
  int rounds_max = 0;                 // give up after so many rounds over all peers, early ones aside; 0 = never
  std::size_t hints_max = 8;          // remembered per item
  // Names in orders and contents being checked. Bytes of the latter: above it nothing more is asked for, and what is on
  // its way still comes.
  std::size_t checks_max = 1024;
  std::size_t check_bytes_max = 64 * 1024 * 1024;
};

}  // namespace lastmile::gossip
