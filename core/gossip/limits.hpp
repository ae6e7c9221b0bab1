// Every limit of this room in one place (libp2p.md 12.2, 12.4, 17). Sizes are bytes of the protobuf without its length
// prefix.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"
#include "core/env/network.hpp"

namespace lastmile::gossip {

inline constexpr std::size_t kRpcBytesMaxAleph = 262144;      // largest RPC on the Aleph network
inline constexpr std::size_t kRpcBytesMaxKubo = 1024 * 1024;  // towards kubo; also the most a decoder accepts
inline constexpr std::size_t kRpcMessagesMax = 100;           // Aleph nodes ignore the rest
inline constexpr std::size_t kRpcBytesMin = 1024;  // a limit below it leaves no room for what routers tell each other
inline constexpr std::size_t kMessageIdBytesMax = 512;
inline constexpr std::size_t kControlEntriesMax = 5000;  // ihave + iwant + graft + prune + idontwant of one RPC
inline constexpr std::size_t kIdsPerEntryMax = 5000;     // message ids of one IHAVE, IWANT or IDONTWANT
inline constexpr std::size_t kTopicsPerPeerMax = 1000;
inline constexpr std::size_t kTopicBytesMax = 1024;
inline constexpr std::size_t kSubscriptionsPerRpcMax = 2 * kTopicsPerPeerMax;  // leave all, announce all
inline constexpr std::size_t kExchangedPeersMax = 16;                          // of one PRUNE; the rest is not kept
inline constexpr std::size_t kKnownTopicsMax = 32;  // topics of a Topics table: one bit each in a peer's record

inline constexpr std::size_t kOutboundMessagesMax = 1024;  // per peer, RPC parts waiting for the transport
inline constexpr std::size_t kOutboundBytesMax = 4 * 1024 * 1024;

inline constexpr std::size_t kPendingChecksMax = 1024;  // messages in signature check or validation
inline constexpr std::size_t kPendingCopiesMax = 8;     // other copies of one content waiting for the first one's check
inline constexpr std::size_t kDeliverersMax = 64;       // remembered deliverers of one message
inline constexpr std::size_t kDeliveryRecordsMax = 4096;   // pending, in their delivery window, or rejected lately
inline constexpr Duration kRejectedMemory = seconds(120);  // later deliverers of a rejected message get P4 this long
inline constexpr std::size_t kSeenMessagesMax = 1 << 21;   // ids a router remembers: 1165/s over 30 minutes, 100 MiB
// PeerIds are dense, and a network gives a number again before it comes near (env::PeerHandler::on_forgotten): a larger
// one is a mistake of ours.
inline constexpr std::uint32_t kPeerNumbersMax = 1 << 24;
// Stands where a peer was whose number was given to another one meanwhile.
inline constexpr env::PeerId kNobody{kPeerNumbersMax};
// A router that numbers messages for itself begins again from below when it has given so many numbers: after 24 days of
// 1000 messages/s. What it still remembers keeps being remembered.
inline constexpr std::uint32_t kRenumberAt = 1u << 31;
inline constexpr std::size_t kMessageCacheEntriesMax = 65536;
inline constexpr std::size_t kMessageCacheBytesMax = 64 * 1024 * 1024;
inline constexpr int kHistoryLengthMax = 10;  // windows of the message cache
inline constexpr std::size_t kPromisesMax = 4096;
inline constexpr std::uint64_t kBackoffSecondsMax = 3600;  // a PRUNE may not silence us for longer
inline constexpr int kDecayCatchUpMax = 64;                // decay steps made up for after missed heartbeats

static_assert(kPendingChecksMax <= kDeliveryRecordsMax);
static_assert(kRpcBytesMin < kRpcBytesMaxAleph);
static_assert(kRpcBytesMaxAleph <= kRpcBytesMaxKubo);

}  // namespace lastmile::gossip
