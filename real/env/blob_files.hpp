// Named blobs as files ROOT/ab/cd/NAME. Blocking calls on files, for worker threads; any number of threads, as long as
// no two work on one name at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "core/env/disk.hpp"

namespace lastmile::real {

class BlobFiles {
 public:
  // Makes ROOT when missing and throws away what unfinished writes left in ROOT/tmp.
  static Result<Unit> prepare(const std::filesystem::path& root);
  // Calls visit(name) for every blob of ROOT, in no order; false ends the walk. A file at another place than its name
  // says is not visited. Error: a folder cannot be read.
  static Result<Unit> each(const std::filesystem::path& root, Callback<bool(const std::string& name)> visit);
  explicit BlobFiles(std::filesystem::path root) : root_(std::move(root)) {}

  // Durable when it returns: temporary file, fsync, rename, fsync of the folders.
  Result<Unit> put(const std::string& name, ByteView bytes);
  // The same for a file that is already written, on the same file system: synced, and renamed.
  Result<Unit> adopt(const std::string& name, const std::filesystem::path& file);
  // The part of the range that exists, at most `limit` bytes of it; longer is an error.
  Result<Bytes> get(const env::ContentRange& range, std::uint64_t limit) const;
  Result<Unit> remove(const std::string& name);
  std::optional<std::uint64_t> size(std::string_view name) const;

  // Letters, digits, '-', '_' and '.', not at the start; 1 to kBlobNameMax bytes: names come from other people's
  // messages.
  static bool name_ok(std::string_view name);
  // "ab/cd/NAME". The first four letters for hexadecimal hashes; the last four for other names, because CIDs all begin
  // alike.
  static std::filesystem::path place(std::string_view name);

 private:
  Result<Unit> make_folders(const std::string& name);
  Result<Unit> make_folder(const std::filesystem::path& folder);

  std::filesystem::path root_;
  // Folders whose names this process knows to be durable: one that is there may have been made by another worker, or by
  // a process that was killed, and not be synced yet.
  std::mutex mutex_;
  std::set<std::string> durable_;
  std::atomic<std::uint64_t> temporaries_{0};
};

}  // namespace lastmile::real
