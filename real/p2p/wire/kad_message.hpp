// Messages of the Kademlia DHT (libp2p.md 15). What was present stays present, also when it is 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "real/p2p/wire/multiaddr.hpp"

namespace lastmile::p2p {

enum class KadType : std::uint8_t { put_value, get_value, add_provider, get_providers, find_node, ping };

struct KadPeer {
  std::optional<Bytes> id;
  std::vector<Bytes> addresses;             // as received; they may be of kinds we do not know
  std::optional<std::uint64_t> connection;  // 0 none, 1 connected, 2 can connect, 3 cannot
  friend bool operator==(const KadPeer&, const KadPeer&) = default;
};

struct KadRecord {
  std::optional<Bytes> key, value;
  std::optional<std::string> time_received;
  friend bool operator==(const KadRecord&, const KadRecord&) = default;
};

struct KadMessage {
  KadType type = KadType::put_value;
  std::optional<Bytes> key;
  std::optional<KadRecord> record;
  std::vector<KadPeer> closer, providers;
  std::optional<std::uint64_t> cluster_level;  // unused
  friend bool operator==(const KadMessage&, const KadMessage&) = default;
};

Bytes encode_kad(const KadMessage& message);
// Error: malformed, above kKadMessageMax, or without a known type. Peers beyond kKadPeersMax are not kept.
Result<KadMessage> decode_kad(ByteView bytes);

// Where a key lies: distances are the XOR of two such places, as big-endian numbers.
Hash256 kad_place(ByteView key);
Hash256 kad_distance(const Hash256& a, const Hash256& b);

}  // namespace lastmile::p2p
