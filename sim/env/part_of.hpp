#pragma once

#include <cstdint>

#include "sim/env/hardware.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

// So many parts per 10^9 of a whole, rounded down.
inline std::uint64_t part_of(std::uint64_t whole, std::uint64_t parts) {
  return static_cast<std::uint64_t>(Wide{whole} * parts / kBillion);
}

}  // namespace lastmile::sim
