// Identify and the signed record of a peer (libp2p.md 9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "real/p2p/wire/key.hpp"
#include "real/p2p/wire/multiaddr.hpp"

namespace lastmile::p2p {

inline constexpr std::string_view kIdentifyName = "/ipfs/id/1.0.0";
inline constexpr std::string_view kIdentifyPushName = "/ipfs/id/push/1.0.0";
inline constexpr std::string_view kPingName = "/ipfs/ping/1.0.0";
inline constexpr std::string_view kIdentifyVersion = "ipfs/0.1.0";

// What a peer says of itself. Addresses that do not parse are left out; what is beyond the limits is not kept.
struct Identify {
  std::optional<Bytes> public_key;  // serialised, as received
  std::vector<Multiaddr> listen_addresses;
  std::vector<std::string> protocols;
  std::optional<Multiaddr> observed;
  std::string protocol_version;
  std::string agent_version;
  std::optional<Bytes> signed_record;  // an envelope
};

Bytes encode_identify(const Identify& identify);
// Adds one more message of the stream to what the ones before it said: lists grow, of single fields the last wins.
// Error: not a protobuf; `into` may have part of it.
Result<Unit> merge_identify(ByteView message, Identify& into);

struct PeerRecord {
  PeerId peer;
  std::uint64_t sequence = 0;  // grows; milliseconds of the wall clock
  std::vector<Multiaddr> addresses;
};
// The domain string, payload type and payload of an envelope, each with its length: what is signed.
Bytes envelope_signed_bytes(std::string_view domain, ByteView payload_type, ByteView payload);
Bytes encode_peer_record(const PeerRecord& record);
Bytes seal_peer_record(const PeerRecord& record, const PrivateKey& key);
// Error: malformed, not a peer record, or not signed by the peer it is about.
Result<PeerRecord> open_peer_record(ByteView envelope);

}  // namespace lastmile::p2p
