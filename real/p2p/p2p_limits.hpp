// What one process is willing to hold for its peers (libp2p.md 8 and 17). Every limit that is hit is counted.
#pragma once

#include <cstddef>

#include "core/base/time.hpp"

namespace lastmile::p2p {

struct P2pLimits {
  std::size_t connections_max = 900;    // in both directions, those being made included
  std::size_t upgrades_max = 64;        // accepted and not authenticated yet
  std::size_t upgrades_per_ip_max = 8;  // of these, from one IP address
  std::size_t connections_per_peer_max = 8;
  // Identities that have a number; beyond, who was lost longest ago is forgotten. The connected ones always have one.
  std::size_t known_peers_max = 65536;
  std::size_t send_buffer_max = 32 * 1024 * 1024;  // queued for one peer; above it the peer is too slow and is closed
  std::size_t receive_buffer_max = 64 * 1024 * 1024;  // parts of messages, of all peers together
  std::size_t requests_served_max = 256;              // per peer and not answered yet; more are refused at once
  std::size_t requests_sent_max = 4096;               // by us, all peers together; more end with an error
  std::size_t fetches_served_max = 16;                // per peer and not finished; more are refused at once
  std::size_t bulk_buffer_max = 64 * 1024 * 1024;     // answered to one peer's fetches and not yet sent
  std::size_t fetch_bytes_max = 256 * 1024 * 1024;    // of one fetch, both ways
  Duration upgrade_timeout = seconds(15);             // from dial or accept to an authenticated peer
  Duration stream_timeout = seconds(10);              // for a stream's protocol, and for a whole request on it
  Duration keepalive = seconds(30);                   // a ping when nothing was read for so long
  Duration silence_max = seconds(60);                 // nothing read for so long: lost (timeout)
  Duration surplus_idle_max = seconds(60);            // of a second connection to one peer, without streams
};

inline constexpr Duration kProbePatience = seconds(5);         // for an old connection when a new one comes
inline constexpr Duration kLeavePatience = seconds(5);         // for who said that it goes, until it has gone
inline constexpr std::size_t kHeldBytesMax = 4 * 1024 * 1024;  // of a new connection while the old one is probed
inline constexpr std::size_t kHeldEventsMax = 65536;
inline constexpr Duration kLastWords = seconds(5);     // for writing why a connection ends
inline constexpr std::size_t kGossipReopensMax = 5;    // of the outbound stream, per connection (11.1)
inline constexpr std::size_t kPingStreamsMax = 2;      // accepted per connection (10)
inline constexpr std::size_t kMessageStreamsMax = 32;  // accepted per connection, of the message service (ipfs.md 12)
inline constexpr std::size_t kIdentifyStreamsMax = 4;  // accepted per connection, asked and pushed
// Between the answer of identify or ping and the end of its stream: js-libp2p loses the answer when both come together
// with the agreement (decision 0202).
inline constexpr Duration kEndPause = milliseconds(50);
inline constexpr std::size_t kWebSocketMessageMax = 1024 * 1024;  // 14
inline constexpr std::size_t kPeerStorePeersMax = 10000;          // 17
inline constexpr std::size_t kPeerStoreAddressesMax = 32;         // 17, of one peer
inline constexpr Duration kPeerStoreUnconfirmed = hours(1);       // 17
inline constexpr std::size_t kContentNameMax = 128;
inline constexpr std::size_t kRefusalTextMax = 256;
inline constexpr std::uint32_t kFetchWindow = 4 * 1024 * 1024;  // more than others: content comes in long runs

}  // namespace lastmile::p2p
