// A byte string read as one big number and written with an alphabet whose size is no power of two (58, 36). Leading
// zero bytes become leading zero digits, so that every byte string has exactly one text. Time is quadratic: callers
// bound it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::crypto {

class BigBase {
 public:
  constexpr explicit BigBase(std::string_view alphabet) : alphabet_(alphabet) {
    values_.fill(kNone);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
      values_[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
  }

  std::string encode(ByteView bytes) const;
  std::optional<Bytes> decode(std::string_view text) const;  // empty for a character outside the alphabet

 private:
  static constexpr std::uint8_t kNone = 0xff;

  std::string_view alphabet_;
  std::array<std::uint8_t, 256> values_{};  // of each character, or kNone
};

}  // namespace lastmile::crypto
