#pragma once

#include <filesystem>

#include "core/base/result.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {

// The folder in which the nodes of one rig live: under the system's temporary folder, with a short path because sockets
// lie in it. It goes with this object; what a killed rig left is removed by the next one (its lock is free).
class RigFolder {
 public:
  // The longest path of the temporary folder that leaves room for socket names (107 bytes, by the kernel).
  static constexpr std::size_t kBaseBytesMax = 60;

  static Result<RigFolder> make(const std::filesystem::path& base = std::filesystem::temp_directory_path());
  RigFolder(RigFolder&&) noexcept = default;
  RigFolder& operator=(RigFolder&&) = delete;
  ~RigFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  RigFolder(std::filesystem::path path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  Descriptor lock_;
};

}  // namespace lastmile::real
