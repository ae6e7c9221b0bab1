#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/env/disk.hpp"
#include "real/env/loop.hpp"

namespace rocksdb {
class Env;
}

namespace lastmile::real {

struct RocksBase;

// Batches reach the disk in groups: one write and one sync for all of them. When the group before is durable, the next
// one closes as soon as it holds so many batches, or after so long.
inline constexpr std::size_t kGroupBatchesMax = 1000;
inline constexpr Duration kGroupWaitMax = milliseconds(5);
// Blob operations that wait for a worker; above it they are refused.
inline constexpr std::size_t kBlobOperationsMax = 4096;
inline constexpr std::size_t kBlobWorkers = 2;
inline constexpr std::size_t kBlobNameMax = 128;

struct RocksDiskOptions {
  std::filesystem::path database;  // made when missing
  std::filesystem::path blobs;     // made when missing
  std::size_t block_cache_bytes = 64 * 1024 * 1024;
  std::size_t write_buffer_bytes = 32 * 1024 * 1024;
  std::size_t open_files_max = 512;
  Duration group_wait = kGroupWaitMax;
  // Tests put a disk that loses what was not synced, is full, or breaks, under the database. Not owned.
  rocksdb::Env* environment = nullptr;
};

// Keys and values in RocksDB, blobs as files blobs/ab/cd/<name>.
//
// commit() keeps the batch in memory, where it is visible at once (write_layers.hpp), so that the loop never waits for
// the database's tables; a flusher thread writes and syncs what a whole group left of every key, and the answers come
// in commit order. The first error (disk full, damaged, a checksum that is wrong in a read) sticks: that commit and all
// after it are answered with it. Snapshots may be read on any thread; everything else belongs to the loop thread. A
// snapshot or cursor must not outlive the Disk. The destructor writes nothing and answers nobody: what was not answered
// may be gone.
class RocksDisk final : public env::Disk {
 public:
  // An error that names the folder and what RocksDB said.
  static Result<std::unique_ptr<RocksDisk>> open(Loop& loop, const RocksDiskOptions& options);
  ~RocksDisk() override;

  const env::Reader& latest() const override;
  std::shared_ptr<const env::Reader> snapshot() const override;
  void commit(env::Batch batch, env::Done<Unit> done) override;
  void put_blob(std::string name, Bytes bytes, env::Done<Unit> done) override;
  void get_blob(env::ContentRange range, env::Done<Bytes> done) override;
  void remove_blob(std::string name, env::Done<Unit> done) override;
  std::optional<std::uint64_t> blob_size(std::string_view name) const override;

  // The open database, for what works beside the node (real/storage). From any thread.
  std::shared_ptr<RocksBase> base() const;
  // As long as one is kept no blob is removed: remove_blob() is answered with an error, and the store asks again later.
  using BlobHold = std::shared_ptr<const void>;
  BlobHold hold_blobs();  // loop thread; the hold may be let go on any

  // What broke first, if anything did. From any thread.
  std::optional<Error> failure() const;

  struct Figures {
    std::uint64_t commits = 0;
    std::uint64_t syncs = 0;
    std::size_t waiting = 0;  // commits not answered yet
  };
  Figures figures() const;  // loop thread

 private:
  struct State;
  explicit RocksDisk(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // work posted to the loop holds a weak reference
};

}  // namespace lastmile::real
