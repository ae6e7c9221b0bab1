// Every bound of the HTTP edge in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

namespace lastmile::http {

inline constexpr std::size_t kMiB = 1024 * 1024;
// http-api.md 0 and 7. A form around a file costs a little beside its bytes.
inline constexpr std::size_t kJsonBodyMax = kMiB;
inline constexpr std::size_t kUploadMax = 100 * kMiB;
inline constexpr std::size_t kAnonymousUploadMax = 25 * kMiB;
inline constexpr std::size_t kFormOverheadMax = 2 * kMiB;
inline constexpr std::size_t kFormParts = 16;

inline constexpr std::size_t kQueryParameters = 256;
inline constexpr std::size_t kListValues = 10000;  // of one list parameter
inline constexpr std::size_t kCursorPageMax = 200;
inline constexpr std::uint64_t kPageRowsMax = 50'000;    // of one page, also of "all of them": whoever wants more walks
inline constexpr std::size_t kStreamChunk = 256 * 1024;  // of a download, in memory at once
inline constexpr std::size_t kHistoryMax = 200;          // of a subscription, below this
// Changes of statuses that wait to be told to subscribers. Above it all are cut off: they come back and ask for
// history.
inline constexpr std::size_t kLiveBacklog = 100'000;
inline constexpr std::size_t kLiveBatch = 256;  // read in one job
inline constexpr std::size_t kClientsRemembered = 65536;

// What an operator may set ([http] of node.toml).
struct Limits {
  std::size_t connections = 1024;
  std::size_t connections_per_client = 256;
  std::size_t requests_per_second = 200;  // of one client, on average; 0 = no limit
  std::size_t request_burst = 1000;       // and at once
  std::size_t header_bytes = 32 * 1024;
  Duration header_timeout = seconds(15);  // from the first byte, or since the answer before
  Duration body_timeout = seconds(20);    // without any progress, of bodies and answers
  std::size_t body_rate_min = 4096;       // bytes per second a body must come with, after the first body_timeout
  std::size_t bodies_bytes = 512 * kMiB;  // of all requests being read or answered
  Duration handler_timeout = seconds(60);
  Duration sync_wait = seconds(30);  // http-api.md 3: a publication with "sync"
  std::size_t queries_waiting = 256;
  std::size_t sockets = 10000;                // WebSockets, http-api.md 5
  std::size_t socket_queue_bytes = 4 * kMiB;  // that wait for one subscriber
  Duration socket_idle = seconds(60);         // half of it between pings
};

}  // namespace lastmile::http
