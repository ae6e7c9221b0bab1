// Messages of Bitswap 1.2 (ipfs.md 12), between bytes and values. What to ask whom, and what to answer, is not decided
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/crypto/cid.hpp"

namespace lastmile::ipfs::bitswap {

inline constexpr std::string_view kProtocol = "/ipfs/bitswap/1.2.0";

enum class WantType : std::uint8_t { block = 0, have = 1 };
enum class Presence : std::uint8_t { have = 0, do_not_have = 1 };

struct Want {
  crypto::Cid cid;
  std::int32_t priority = 1;  // greater is more urgent
  bool cancel = false;
  WantType type = WantType::block;
  bool send_do_not_have = false;
  friend bool operator==(const Want&, const Want&) = default;
};

// All of a CID but the digest, which the receiver computes.
struct Prefix {
  std::uint64_t version = 1;
  std::uint64_t codec = crypto::codec::kRaw;
  std::uint64_t hash_function = crypto::multihash::kSha2_256;
  std::uint64_t digest_bytes = 32;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};

struct Block {
  Prefix prefix;
  Bytes data;
  friend bool operator==(const Block&, const Block&) = default;
};

struct BlockPresence {
  crypto::Cid cid;
  Presence presence = Presence::have;
  friend bool operator==(const BlockPresence&, const BlockPresence&) = default;
};

struct Message {
  bool full = false;  // the wants replace what the receiver remembers
  std::vector<Want> wants{};
  std::vector<Block> blocks{};  // also those of version 1.0, as blocks of version 0
  std::vector<BlockPresence> presences{};
  std::int32_t pending_bytes = 0;  // queued for the receiver
  friend bool operator==(const Message&, const Message&) = default;
};

// One message without its length. Within limits.hpp; unknown fields are read over; a CID that is none, a block above
// kBlockBytesMax or a value outside its enumeration is an error. Blocks are not hashed here: see cid_of.
Result<Message> decode(ByteView bytes);
// Keeping it within kBitswapMessageBytesMax is for the caller to see to.
Bytes encode(const Message& message);

Prefix prefix_of(const crypto::Cid& cid);
// The name of a block that came, by hashing it. Empty: a hash function that we do not compute, or a prefix of no CID.
std::optional<crypto::Cid> cid_of(const Block& block);

}  // namespace lastmile::ipfs::bitswap
