// Every bound of this room in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

namespace lastmile::chain {

inline constexpr std::size_t kArchiveMessagesMax = 10'000;  // messages.md 6.5
inline constexpr std::size_t kArchiveBytesMax =
    100 * 1024 * 1024;  // of an archive we read: below the limit of any content
inline constexpr std::size_t kPayloadBytesMax = 2 * 1024 * 1024;  // JSON text in one transaction; chains allow far less
inline constexpr std::size_t kLogDataBytesMax = 4 * 1024 * 1024;  // ABI data of one event
inline constexpr std::size_t kSavedBlocksMax = 1024;              // hashes in a saved state
inline constexpr std::size_t kSavedTransactionsMax =
    1'000'000;                                          // read back from one; its limits may have been other ones
inline constexpr std::size_t kEventTextBytesMax = 256;  // transaction hash, publisher, block hash

// What one follower keeps in memory and in its saved state.
struct FollowLimits {
  std::size_t transactions = 10'000;           // not done yet; more are read from the chain again later
  std::size_t bytes = 8 * 1024 * 1024;         // of their payloads; one transaction always fits
  std::size_t archives_at_once = 20;           // being fetched or taken in (messages.md 6.6)
  std::size_t contract_messages_at_once = 64;  // being taken in
  std::size_t window_blocks = 4096;            // hashes of blocks that are not final, newest kept
  Duration retry_pause_min = seconds(5);       // of an unavailable archive; doubles with each attempt
  Duration retry_pause_max = seconds(300);
  std::uint32_t stale_after_attempts = 8;  // from here on a transaction gives way when the queue is full
  Duration reread_pause = minutes(10);     // between two readings of what gave way
};

static_assert(kPayloadBytesMax < kArchiveBytesMax, "messages on chain are read with the archive parser");

}  // namespace lastmile::chain
