// Blocks on disk while a DAG is put together: one file for all, and where each lies.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/result.hpp"
#include "core/crypto/cid.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::tools {

inline constexpr std::size_t kDownloadedBlocksMax = 4'194'304;

class BlockFile {
 public:
  // Of a file that is open for reading and writing, and empty.
  explicit BlockFile(real::Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  // A block that is there already is not written again.
  Result<Unit> put(const crypto::Cid& cid, ByteView block);
  // An error when it is not there.
  Result<Bytes> get(const crypto::Cid& cid) const;

 private:
  struct Place {
    std::uint64_t begin = 0;
    std::size_t bytes = 0;
  };
  real::Descriptor fd_;
  std::string path_;
  std::map<Bytes, Place> places_;  // by multihash
  std::uint64_t end_ = 0;
};

// Writes what is below `root` to `out`, which must not be there: a file, or a folder with all that is in it. Everything
// is checked as it is read. Names that could lead elsewhere are refused.
Result<std::uint64_t> write_dag(const BlockFile& blocks, const crypto::Cid& root, const std::string& out);

}  // namespace lastmile::tools
