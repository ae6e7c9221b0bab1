// What lies on a node's disk: outlives the node. A tree that is changed in place, an undo log for what is not
// yet durable, and snapshots that note what has changed since they were taken.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/random.hpp"
#include "core/env/disk.hpp"
#include "sim/env/key_tree.hpp"
#include "sim/env/value_pool.hpp"

namespace lastmile::sim {

class DiskImage : public std::enable_shared_from_this<DiskImage> {
 public:
  using Blob = std::shared_ptr<const Bytes>;

  // The value pool outlives the last change.
  DiskImage(std::shared_ptr<KeyPool> keys, ValuePool& pool) : pool_(pool), live_(std::move(keys)) {}
  DiskImage(const DiskImage&) = delete;
  DiskImage& operator=(const DiskImage&) = delete;

  // --- changes; each is one entry of the undo log until it is durable -----------------------------------------------
  std::uint64_t apply(env::Batch batch);  // returns bytes to be written
  std::uint64_t put_blob(std::string name, Bytes bytes);
  std::uint64_t remove_blob(const std::string& name);
  void durable(std::size_t entries);  // the oldest `entries` will survive
  void refuse_last();                 // the last one never will, nor any after it: no room on the disk
  std::size_t not_durable() const { return undo_.size(); }
  // A part of the stored values and blobs, each with this chance (parts per 10^9): one byte of it is another. How many.
  std::size_t damage(std::uint64_t parts, Generator& draws);

  // --- what a crash leaves -----------------------------------------------------------------------------------------
  void keep_all();              // but for what was refused
  void tear(Generator& draws);  // a prefix, and perhaps a piece of the blob after it

  // --- reading -----------------------------------------------------------------------------------------------------
  const KeyTree& live() const { return live_; }
  Blob blob(std::string_view name) const;  // null when absent
  const std::map<std::string, Blob, std::less<>>& blobs() const { return blobs_; }
  // Answers charge nothing: SimDisk wraps them. The snapshot keeps the image alive.
  std::shared_ptr<const env::Reader> snapshot();

  std::uint64_t bytes() const { return key_value_bytes_ + blob_bytes_; }
  std::uint64_t key_value_bytes() const { return key_value_bytes_; }
  std::uint64_t blob_bytes() const { return blob_bytes_; }

 private:
  friend class SnapshotReader;
  // Old values in the order of the changes; null = the key was absent.
  using UndoBatch = std::vector<std::pair<std::string, env::Value>>;
  struct UndoBlob {
    std::string name;
    Blob before;
    bool put = false;
  };
  using Undo = std::variant<UndoBatch, UndoBlob>;

  env::Value set(const std::string& key, env::Value value);  // null = remove; returns what was there
  void set_blob(const std::string& name, Blob blob, Blob* before);
  void revert_down_to(std::size_t entries);
  void revert(Undo& undo);

  ValuePool& pool_;
  KeyTree live_;
  std::map<std::string, Blob, std::less<>> blobs_;
  std::deque<Undo> undo_;    // oldest first
  std::size_t refused_ = 0;  // the newest of them
  std::vector<class SnapshotReader*> snapshots_;
  std::uint64_t key_value_bytes_ = 0;
  std::uint64_t blob_bytes_ = 0;
};

// A cursor over the image as it is now; not to be used after a change.
std::unique_ptr<env::Cursor> live_cursor(const DiskImage& image, std::string_view key, bool before);

}  // namespace lastmile::sim
