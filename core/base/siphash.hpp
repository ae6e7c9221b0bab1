// SipHash (Aumasson, Bernstein): keyed 64-bit hash. 1-3 makes gossip message ids (libp2p.md 11.4), 2-4 derives
// substreams and fingerprints inside one program. Not for anything an attacker may collide for profit.
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"

namespace lastmile {

struct SipKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

std::uint64_t siphash_1_3(SipKey key, ByteView data);
std::uint64_t siphash_2_4(SipKey key, ByteView data);

}  // namespace lastmile
