// The file system below a data folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/base/result.hpp"

namespace lastmile::real {

// Of a number that statfs(2) gives: the name of a file system whose files lie on another machine, or may (FUSE): there
// a lock, a rename or fsync need not mean what a database needs. Empty for all others.
std::string_view network_file_system(std::uint64_t magic);

struct Room {
  std::uint64_t free_bytes = 0;  // for this user
  std::uint64_t total_bytes = 0;
  std::uint64_t magic = 0;  // f_type
};
Result<Room> room_of(const std::filesystem::path& folder);

}  // namespace lastmile::real
