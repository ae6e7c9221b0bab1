// The folder in which a node keeps everything, laid out as the operator guide says: LOCK, VERSION, keys/, db/, blobs/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {

// Schema of the whole folder, in VERSION as one decimal line. A change of any key or value format raises it.
inline constexpr std::uint32_t kSchemaVersion = 7;

struct DataDirError {
  // locked: another process has it (exit code 4). migration: an older or newer schema (exit code 5).
  enum class Kind : std::uint8_t { missing, locked, migration, not_ours, io };
  Kind kind = Kind::io;
  std::string text;
};

// That a folder has this schema and not kSchemaVersion, and what to do.
std::string schema_difference(const std::filesystem::path& path, std::uint32_t schema);

// An open data folder, movable; holds the lock until it is destroyed or the process ends, however it ends.
class DataDir {
 public:
  // Makes the folder and what a new node needs. Refuses (not_ours) a folder that has anything in it.
  static Result<Unit, DataDirError> init(const std::filesystem::path& path);
  // Takes LOCK (flock; the file holds the pid for people) and looks at VERSION.
  enum class Schema : std::uint8_t { ours, any };  // any: to migrate it
  static Result<DataDir, DataDirError> open(const std::filesystem::path& path, Schema wanted = Schema::ours);

  const std::filesystem::path& path() const { return path_; }
  std::uint32_t schema() const { return schema_; }  // of VERSION
  std::filesystem::path database() const { return path_ / "db"; }
  std::filesystem::path blobs() const { return path_ / "blobs"; }
  std::filesystem::path keys() const { return path_ / "keys"; }

 private:
  DataDir(std::filesystem::path path, std::uint32_t schema, Descriptor lock)
      : path_(std::move(path)), schema_(schema), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  std::uint32_t schema_;
  Descriptor lock_;
};

}  // namespace lastmile::real
