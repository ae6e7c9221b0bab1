// Fixed-size key material that the curves share.
#pragma once

#include <array>
#include <cstdint>

namespace lastmile::crypto {

using PrivateKey = std::array<std::uint8_t, 32>;

namespace curve {

using CompressedKey = std::array<std::uint8_t, 33>;     // 02 or 03, then x big endian
using CompactSignature = std::array<std::uint8_t, 64>;  // two 32-byte halves: r and s, or R and s

// The number (big endian) modulo the order of an ECDSA group, 0 replaced by 1: always a usable key. `order` must be
// above 2^255, as that of both our curves is, so that one subtraction is enough.
PrivateKey reduce_modulo(PrivateKey number, const PrivateKey& order);

}  // namespace curve
}  // namespace lastmile::crypto
