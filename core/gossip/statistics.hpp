// What a router counted since it was made. Plain sums; the owner adds up routers and makes rates.
#pragma once

#include <cstdint>

namespace lastmile::gossip {

struct Statistics {
  std::uint64_t duplicates = 0;
  std::uint64_t first_deliveries = 0;  // accepted messages of others
  std::uint64_t published = 0;
  std::uint64_t messages_sent = 0;        // copies handed to the transport or queued: own, forwarded, answers to IWANT
  std::uint64_t message_bytes_sent = 0;   // wire size of the RPCs that carried them
  std::uint64_t control_frames_sent = 0;  // RPCs without a message
  std::uint64_t control_bytes_sent = 0;
  std::uint64_t not_joined = 0;      // messages of topics we are not in
  std::uint64_t graylisted = 0;      // messages ignored for their sender's score
  std::uint64_t invalid = 0;         // structure, signature or validator said no
  std::uint64_t ignored = 0;         // validator said ignore
  std::uint64_t own_returned = 0;    // from ourselves, not published just now
  std::uint64_t checks_refused = 0;  // the queue of checks was full
  std::uint64_t malformed = 0;       // frames that do not decode
  std::uint64_t grafts_refused = 0;
  std::uint64_t ihave_ignored = 0;  // over the limit, below the threshold, or not joined
  std::uint64_t ids_asked = 0;      // sent in IWANT
  std::uint64_t ids_served = 0;     // messages sent in answer to IWANT
  std::uint64_t promises_broken = 0;
  std::uint64_t outbound_dropped = 0;  // frames dropped from full outbound queues
};

}  // namespace lastmile::gossip
