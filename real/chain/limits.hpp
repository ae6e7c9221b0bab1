// Every bound of this room in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

namespace lastmile::real {

// --- HTTP
inline constexpr std::size_t kHttpRequestsMax = 256;  // on their way or waiting for a place
inline constexpr std::size_t kHttpConnectionsMax = 32;
inline constexpr std::size_t kHttpReplyBytesMax = 32 * 1024 * 1024;  // of one reply, unpacked
inline constexpr Duration kHttpConnectMax = seconds(10);

// --- JSON-RPC
inline constexpr std::size_t kRpcBatchMax = 32;            // calls in one request; halved where an endpoint refuses
inline constexpr std::size_t kRpcErrorTextMax = 200;       // of what an endpoint says, shown to people
inline constexpr std::size_t kEndpointsMax = 16;           // of one chain
inline constexpr Duration kEndpointPauseMin = seconds(1);  // after a failure; doubles with each
inline constexpr Duration kEndpointPauseMax = minutes(1);
inline constexpr Duration kLiarPause = minutes(10);  // after an answer that cannot be true
inline constexpr std::size_t kLogsMax = 100'000;     // in one reply
inline constexpr std::size_t kLogTopicsMax = 4;

// --- following
inline constexpr std::uint64_t kSurveyEvery = 10;       // rounds in which all endpoints are asked for the head
inline constexpr std::uint64_t kHeadersPerRound = 32;   // blocks read whole in one round
inline constexpr std::uint64_t kHistoryDistance = 256;  // so far below what is final only events are read
inline constexpr std::uint64_t kLogSpanMax = 100'000;   // blocks in one question for events (messages.md 6.3)
inline constexpr std::uint64_t kLogSpanFirst = 8'192;   // and in the first
inline constexpr std::size_t kHistoryBlocksMax = 256;   // with events, taken from one such question
inline constexpr std::size_t kKnownBlocksMax = 4096;    // hashes of blocks that are not final
inline constexpr std::size_t kBlocksPerTurn = 64;       // handed on before others get the loop
inline constexpr std::uint64_t kBackWhenUnknown = 64;   // blocks taken back where the remembered one is unknown

// --- anchors
inline constexpr std::size_t kAnchorsMax = 64;               // remembered until they are final
inline constexpr std::size_t kAnchorAttemptsMax = 16;        // fees offered for one
inline constexpr std::size_t kAnchorPayloadMax = 64 * 1024;  // bytes of JSON in one transaction
inline constexpr std::size_t kAnchorRowMax = 16 * 1024 * 1024;
inline constexpr int kLooksBeforeLost = 5;  // that find the nonce used and no receipt

}  // namespace lastmile::real
