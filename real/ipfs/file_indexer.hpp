// Cuts a file that is at hand, whole, into its blocks, and notes where they lie: so that what came by HTTP or from a
// peer of ours can be served block by block. One file at a time, a piece at a time; hashing is a job.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>

#include "core/ipfs/file_builder.hpp"
#include "real/ipfs/block_index.hpp"
#include "real/ipfs/ipfs_limits.hpp"

namespace lastmile::real {

class FileIndexer {
 public:
  FileIndexer(env::Disk& disk, env::Executor& executor, BlockIndex& index, const IpfsLimits& limits)
      : disk_(disk), executor_(executor), index_(index), limits_(limits) {}
  ~FileIndexer() { *alive_ = false; }
  FileIndexer(const FileIndexer&) = delete;
  FileIndexer& operator=(const FileIndexer&) = delete;

  // False: there is no room for it, or no way of cutting we know gives this name. done: all blocks are noted, or it
  // turned out that they cannot be.
  bool add(const std::string& file, Callback<void()> done);

 private:
  struct Work;
  void next();
  void begin(const std::shared_ptr<Work>& work, ipfs::UnixFsProfile profile);
  void piece(const std::shared_ptr<Work>& work);
  void took(const std::shared_ptr<Work>& work, bool last);
  void finish();

  env::Disk& disk_;
  env::Executor& executor_;
  BlockIndex& index_;
  const IpfsLimits& limits_;
  struct Waiting {
    std::string file;
    std::vector<Callback<void()>> done;
  };
  std::deque<Waiting> waiting_;  // the first is being cut
  bool busy_ = false;
  std::set<std::string> hopeless_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lastmile::real
