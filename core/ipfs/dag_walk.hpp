// All blocks of a DAG, each once: depth first, in the order of the links (ipfs.md 10). What a CAR of it holds, and what
// must be there before a directory is accepted. Works as FileReader does.
#pragma once

#include <set>
#include <vector>

#include "core/ipfs/block.hpp"

namespace lastmile::ipfs {

class DagWalk {
 public:
  explicit DagWalk(crypto::Cid root);

  const crypto::Cid* wanted() const { return failed_ || pending_.empty() ? nullptr : &pending_.back().cid; }
  // The blocks needed after it as far as known, nearest first, at most `most`; one may be named twice.
  std::vector<crypto::Cid> ahead(std::size_t most) const;
  bool done() const { return !failed_ && pending_.empty(); }
  // Blocks of codec dag-pb are followed; others have no links that we know.
  ReadResult<Unit> give(ByteView block);

 private:
  struct Pending {
    crypto::Cid cid;
    std::size_t depth = 0;
  };
  ReadResult<Unit> take(const Pending& item, ByteView block);
  void skip_seen();

  std::vector<Pending> pending_;  // the next one last
  std::set<Bytes> seen_;          // multihashes
  bool failed_ = false;
};

}  // namespace lastmile::ipfs
