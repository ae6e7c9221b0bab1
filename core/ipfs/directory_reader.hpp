// The entries of a directory, flat or sharded, from blocks that are checked (ipfs.md 8 and 9). Works as FileReader
// does.
#pragma once

#include <vector>

#include "core/ipfs/block.hpp"
#include "core/ipfs/directory_builder.hpp"

namespace lastmile::ipfs {

class DirectoryReader {
 public:
  explicit DirectoryReader(crypto::Cid root);

  const crypto::Cid* wanted() const { return failed_ || pending_.empty() ? nullptr : &pending_.back().cid; }
  bool done() const { return !failed_ && pending_.empty(); }
  // A file fails as wrong_kind. Sizes of entries are what the directory says.
  ReadResult<Unit> give(ByteView block);

  // In the order of their names once done.
  const std::vector<DirectoryEntry>& entries() const { return entries_; }

 private:
  struct Pending {
    crypto::Cid cid;
    std::size_t level = 0;
  };
  ReadResult<Unit> take(const Pending& item, ByteView block);
  ReadResult<Unit> add(const crypto::Cid& in, std::string name, const PbLink& link);

  std::vector<Pending> pending_;
  std::vector<DirectoryEntry> entries_;
  bool failed_ = false;
};

}  // namespace lastmile::ipfs
