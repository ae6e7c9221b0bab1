// MurmurHash3 x64 128, seed 0: the first of its two halves, which places names in sharded directories (ipfs.md 8.2).
// Not a cryptographic hash: whoever chooses names chooses where they fall.
#pragma once

#include <cstdint>
#include <string_view>

namespace lastmile::ipfs {

std::uint64_t murmur3_x64(std::string_view text);

}  // namespace lastmile::ipfs
