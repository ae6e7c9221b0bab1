#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sim/env/disk_image.hpp"

namespace lastmile::sim {

// The image as it was: today's map, and beside it the old values of the keys that have changed since. Costs nothing
// when it is taken, and per change only while it lives.
class SnapshotReader final : public env::Reader {
 public:
  explicit SnapshotReader(std::shared_ptr<DiskImage> image);
  ~SnapshotReader() override;
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  env::Value get(std::string_view key) const override;
  std::unique_ptr<env::Cursor> seek(std::string_view key) const override;
  std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override;

  // The first change of a key since the snapshot is the one that counts.
  void remember(const std::string& key, const env::Value& before) { changed_.try_emplace(key, before); }

 private:
  friend class SnapshotCursor;
  std::shared_ptr<DiskImage> image_;
  std::map<std::string, env::Value, std::less<>> changed_;  // null: the key was absent
};

}  // namespace lastmile::sim
