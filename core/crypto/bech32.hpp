// Bech32 addresses with the checksum of BIP-173 (constant 1): Avalanche and Cosmos.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::crypto {

// BIP-173 allows 90; some Cosmos networks use a little more, and nothing here depends on the length of the code.
inline constexpr std::size_t kBech32TextMax = 128;

struct Bech32 {
  std::string prefix;  // human-readable part, lower case
  Bytes data;          // bytes, already converted from groups of 5 bits
};

// Empty for an empty, upper-case, too long or non-printable prefix, or a result above kBech32TextMax.
std::optional<std::string> bech32_encode(std::string_view prefix, ByteView data);
// Empty for mixed case, a wrong checksum, left-over bits that are not zero, or a text above kBech32TextMax.
std::optional<Bech32> bech32_decode(std::string_view text);

}  // namespace lastmile::crypto
