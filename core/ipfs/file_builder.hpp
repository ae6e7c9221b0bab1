// The CID of a file, as every Aleph node and IPFS implementation with these settings computes it (messages.md 1.2,
// ipfs.md 7): 256 KiB chunks, balanced tree, at most 174 links per node. Streaming: bytes arrive in any pieces, memory
// is one chunk and one open node per level, time is that of SHA-256.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/crypto/cid.hpp"

namespace lastmile::ipfs {

inline constexpr std::size_t kUnixFsChunkBytes = 262144;
inline constexpr std::size_t kUnixFsLinksMax = 174;

enum class UnixFsProfile : std::uint8_t {
  v0,        // version 0, dag-pb leaves: every Aleph upload
  v1,        // version 1, raw leaves: re-checking content under a bafy... hash
  v1_dagpb,  // version 1, dag-pb leaves: gives one-chunk files a bafy... name
};

struct UnixFsFile {
  crypto::Cid cid;
  std::uint64_t content_size = 0;     // bytes of the file
  std::uint64_t cumulative_size = 0;  // all blocks, each reference counted ("dagSize")
};

class UnixFsBuilder {
 public:
  // Called for each block in the order of completion (children before parents, repeated chunks repeatedly); the bytes
  // are valid during the call. Without a sink dag-pb leaves are never put together in memory.
  using BlockSink = std::function<void(const crypto::Cid&, ByteView)>;

  explicit UnixFsBuilder(UnixFsProfile profile, BlockSink sink = {});
  UnixFsBuilder(UnixFsBuilder&&) = default;
  UnixFsBuilder& operator=(UnixFsBuilder&&) = default;

  void add(ByteView bytes);
  UnixFsFile finish();  // once; add and finish afterwards are a mistake of the caller (checked)

 private:
  struct Node {
    Hash256 digest;
    bool raw = false;
    std::uint64_t content_size = 0;
    std::uint64_t cumulative_size = 0;
  };

  void leaf(ByteView chunk);
  void push(std::size_t level, const Node& node);
  Node close(std::size_t level);
  crypto::Cid cid_of(const Node& node) const;

  UnixFsProfile profile_;
  BlockSink sink_;
  Bytes chunk_;                            // bytes of the unfinished chunk
  std::vector<std::vector<Node>> levels_;  // open nodes: levels_[0] are leaves waiting for a parent
  std::uint64_t total_ = 0;
  bool finished_ = false;
};

// A file that is already in memory.
UnixFsFile unixfs_file(UnixFsProfile profile, ByteView content);

// Is this CID one that an Aleph node may have computed for this content? Qm...: profile v0. Version 1: v1 or v1_dagpb.
bool content_has_cid(ByteView content, const crypto::Cid& cid);

}  // namespace lastmile::ipfs
