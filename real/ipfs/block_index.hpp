// Where the blocks of files lie: in which blob, or unfinished file, at which place. A cache that can be made anew from
// the files, in rows of the node's disk; what it says is checked whenever a block is read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/crypto/cid.hpp"
#include "core/env/disk.hpp"
#include "core/env/executor.hpp"
#include "real/ipfs/partial_files.hpp"

namespace lastmile::real {

// A block is `head`, then `length` bytes of the file from `offset`, then `tail`.
struct BlockPlace {
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Bytes head, tail;
  std::uint64_t size() const { return head.size() + length + tail.size(); }
};

class BlockIndex {
 public:
  // All must outlive it.
  BlockIndex(env::Disk& disk, env::Executor& executor, PartialFiles& partials)
      : disk_(disk), executor_(executor), partials_(partials) {}

  ~BlockIndex() { *alive_ = false; }
  BlockIndex(const BlockIndex&) = delete;
  BlockIndex& operator=(const BlockIndex&) = delete;

  void add(env::Batch& batch, const crypto::Cid& cid, const BlockPlace& place) const;
  void note_complete(env::Batch& batch, const std::string& file) const;  // every block of it is noted
  bool complete(const std::string& file) const;
  // At most `limit` rows of it leave. True: none is left.
  bool forget_some(const std::string& file, std::size_t limit);
  // The first file above `after` that has rows; empty: none.
  std::optional<std::string> next_file(const std::string& after) const;

  // Its place in a file for which `usable` is true.
  using Usable = std::function<bool(const std::string& file)>;
  std::optional<BlockPlace> find(const crypto::Cid& cid, const Usable& usable) const;

  // Whole and right, or null. done: on the loop, later.
  using Block = std::shared_ptr<const Bytes>;
  void read(const crypto::Cid& cid, const BlockPlace& place, Callback<void(Block)> done);

 private:
  void check(const crypto::Cid& cid, Bytes block, Callback<void(Block)> done);

  env::Disk& disk_;
  env::Executor& executor_;
  PartialFiles& partials_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lastmile::real
