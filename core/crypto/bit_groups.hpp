// A bit string cut into groups of 4, 5 or 6 bits, most significant first, each written as one character (RFC 4648).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::crypto {

class BitGroups {
 public:
  constexpr BitGroups(int bits, std::string_view alphabet) : bits_(bits), alphabet_(alphabet) {
    values_.fill(kNone);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
      values_[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
  }

  // Without padding characters; the last group is filled with zero bits.
  std::string encode(ByteView bytes) const;
  // Empty for a character outside the alphabet, a length that no encoder writes, or left-over bits that are not zero.
  std::optional<Bytes> decode(std::string_view text) const;

 private:
  static constexpr std::uint8_t kNone = 0xff;

  int bits_;
  std::string_view alphabet_;
  std::array<std::uint8_t, 256> values_{};  // of each character, or kNone
};

// The one alphabet that has two users here.
inline constexpr BitGroups kBase64(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

}  // namespace lastmile::crypto
