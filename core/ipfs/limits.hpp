// Every limit of this room (ipfs.md 14), and those that bound hostile input.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lastmile::ipfs {

inline constexpr std::size_t kBlockBytesMax = 2 * 1024 * 1024;
inline constexpr std::size_t kFileLinksMax = 8192;  // of one node of a file; directories are bounded by the block
inline constexpr std::size_t kDagDepthMax = 32;     // levels below the root
inline constexpr std::size_t kCarHeaderBytesMax = 8192;
inline constexpr std::size_t kCarRootsMax = 128;  // more than a header of that length holds
inline constexpr std::size_t kPathSegmentsMax = 64;
inline constexpr std::size_t kPathSegmentBytesMax = 255;
inline constexpr std::size_t kSymlinkBytesMax = 4096;   // target of a symbolic link
inline constexpr std::size_t kEntryNameBytesMax = 255;  // of directories that we write, as file systems have it

// A DAG may refer to a few blocks so often that walking it never ends (ipfs.md 9).
inline constexpr std::uint64_t kBlocksVisitedMax = 4'194'304;  // 1 TiB in chunks of 256 KiB
inline constexpr std::size_t kDirectoryEntriesMax = 1'000'000;

// ipfs.md 8.2: above this sum of name and CID bytes a directory is written as a trie.
inline constexpr std::size_t kFlatDirectoryBytesMax = 262144;
inline constexpr std::size_t kShardFanout = 256;
inline constexpr std::size_t kShardDepthMax = 8;  // bytes of the hash of a name

// Bitswap (ipfs.md 12).
inline constexpr std::size_t kBitswapMessageBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kBitswapEntriesMax =
    8192;  // wants in one message; a peer may have fewer of them remembered
inline constexpr std::size_t kBitswapPresencesMax = 8192;
inline constexpr std::size_t kBitswapBlocksMax = 4096;
inline constexpr std::size_t kWantsPerPeerMax = 1024;

static_assert(kBlockBytesMax < kBitswapMessageBytesMax, "a block fits a message");

}  // namespace lastmile::ipfs
