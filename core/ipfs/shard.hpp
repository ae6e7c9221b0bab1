// The trie of a sharded directory (ipfs.md 8.2): where a name falls, and what a link of a shard is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/ipfs/block.hpp"

namespace lastmile::ipfs {

inline constexpr std::uint64_t kShardHash = 0x22;  // murmur3-x64-64
inline constexpr std::size_t kShardPrefixChars = 2;

// Slot of a name at a level: 0 is the root.
std::size_t shard_slot(std::string_view name, std::size_t level);
// "00" ... "FF".
std::string shard_prefix(std::size_t slot);

// Is this the node of a trie of our kind, with two digits before every name? Empty = yes.
ReadResult<Unit> check_shard(const crypto::Cid& cid, const FsNode& node);
// A link without a name of its own leads to a shard of the next level.
inline bool is_child_shard(const PbLink& link) { return link.name.size() == kShardPrefixChars; }

}  // namespace lastmile::ipfs
