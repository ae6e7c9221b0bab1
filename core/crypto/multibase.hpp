// Multibase texts: one prefix character names the encoding of the rest (ipfs.md 2). Strict: wrong letter case and
// left-over bits are refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::crypto {

// The value is the prefix character.
enum class Base : char {
  base16 = 'f',
  base16_upper = 'F',
  base32 = 'b',
  base32_upper = 'B',
  base36 = 'k',
  base58btc = 'z',
  base64 = 'm',     // no padding
  base64url = 'u',  // no padding
};

// The quadratic encodings (36, 58) refuse longer input, as in base58.hpp.
inline constexpr std::size_t kMultibaseQuadraticTextMax = 512;

struct Multibase {
  Base base;
  Bytes bytes;
};

std::string multibase_encode(Base base, ByteView bytes);
std::optional<Multibase> multibase_decode(std::string_view text);

// The bare encoding without prefix character: RFC 4648 base32, lower case, no padding.
std::string base32_encode(ByteView bytes);
std::optional<Bytes> base32_decode(std::string_view text);

}  // namespace lastmile::crypto
