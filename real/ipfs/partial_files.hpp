// Files that are being fetched, in a folder of their own until they are whole: PARTIALS/NAME. Their bytes are trusted
// by nobody: whoever reads a block of one checks it. Blocking calls, short ones: a block at a time goes to the system's
// cache.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {

class PartialFiles {
 public:
  // Makes the folder when missing.
  static Result<PartialFiles> open(const std::filesystem::path& folder);

  // Open for writing, what is there kept; names are those of blobs (BlobFiles::name_ok).
  Result<Descriptor> begin(const std::string& name) const;
  static Result<Unit> write(const Descriptor& file, std::uint64_t offset, ByteView bytes);
  Result<Bytes> read(const std::string& name, std::uint64_t offset, std::uint64_t length) const;
  void remove(const std::string& name) const;
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  struct Entry {
    std::string name;
    Wall changed;
  };
  std::vector<Entry> list() const;

 private:
  explicit PartialFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace lastmile::real
