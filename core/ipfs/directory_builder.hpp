// The blocks of a directory (ipfs.md 8): one flat node, or a trie when it would be too large.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/crypto/cid.hpp"

namespace lastmile::ipfs {

struct DirectoryEntry {
  std::string name;
  crypto::Cid cid;
  std::uint64_t cumulative_size = 0;  // of the child and all below it
};

struct UnixFsDirectory {
  crypto::Cid cid;
  std::uint64_t cumulative_size = 0;
};

// Entries in any order. Names are UTF-8 bytes as they are: not empty, no "/" and no zero byte, neither "." nor "..", at
// most kEntryNameBytesMax bytes, each once; an error names the one that is not. `version`: 0 or 1, that of the profile.
// `sink` (may be empty) gets every block, children before parents; the bytes are valid during the call.
using DirectorySink = std::function<void(const crypto::Cid&, ByteView)>;
Result<UnixFsDirectory> build_directory(int version, std::vector<DirectoryEntry> entries,
                                        const DirectorySink& sink = {});

}  // namespace lastmile::ipfs
