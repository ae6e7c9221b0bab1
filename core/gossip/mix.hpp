// One step of the digests by which traces tell frames apart: quick, not for anything an attacker may collide for
// profit.
#pragma once

#include <cstdint>

namespace lastmile::gossip {

inline std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
  h = (h ^ value) * 0x9e3779b97f4a7c15U;
  return h ^ (h >> 29);
}

}  // namespace lastmile::gossip
