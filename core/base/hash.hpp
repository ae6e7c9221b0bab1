// Hash values as fixed-size types. How they are computed is the business of core/crypto.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include "core/base/bytes.hpp"

namespace lastmile {

// 32 bytes of SHA-256, Keccak-256 or blake2b-256.
struct Hash256 {
  std::array<std::uint8_t, 32> bytes{};
  friend auto operator<=>(const Hash256&, const Hash256&) = default;
  ByteView view() const { return bytes; }
  std::string hex() const { return to_hex(bytes); }
};

}  // namespace lastmile

template <>
struct std::hash<lastmile::Hash256> {
  std::size_t operator()(const lastmile::Hash256& h) const noexcept {
    std::size_t word;
    std::memcpy(&word, h.bytes.data(), sizeof word);  // already uniform
    return word;
  }
};
