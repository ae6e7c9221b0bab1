// A folder as a CAR file: what a node takes as a directory (ipfs.md 10).
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.hpp"
#include "core/crypto/cid.hpp"

namespace lastmile::tools {

inline constexpr std::size_t kFolderDepthMax = 30;  // below the limit of DAGs

struct CarFile {
  crypto::Cid root;  // version 0
  std::uint64_t cumulative_size = 0;
  std::uint64_t files = 0;
};

// Writes `car` (a new file) with every regular file below `folder`. Links, devices and pipes are an error that names
// them: what is left out silently is missed later.
Result<CarFile> write_car(const std::string& folder, const std::string& car);

}  // namespace lastmile::tools
