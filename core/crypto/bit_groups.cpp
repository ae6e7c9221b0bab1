#include "core/crypto/bit_groups.hpp"

namespace lastmile::crypto {

std::string BitGroups::encode(ByteView bytes) const {
  std::string text;
  text.reserve(bytes.size() * 8 / static_cast<std::size_t>(bits_) + 1);
  const unsigned mask = (1U << bits_) - 1;
  unsigned window = 0;
  int held = 0;  // bits of the window not written yet, fewer than bits_
  for (const std::uint8_t byte : bytes) {
    window = window << 8 | byte;
    held += 8;
    while (held >= bits_) {
      held -= bits_;
      text.push_back(alphabet_[window >> held & mask]);
    }
  }
  if (held > 0) text.push_back(alphabet_[window << (bits_ - held) & mask]);
  return text;
}

std::optional<Bytes> BitGroups::decode(std::string_view text) const {
  Bytes bytes;
  bytes.reserve(text.size() * static_cast<std::size_t>(bits_) / 8);
  unsigned window = 0;
  int held = 0;
  for (const char c : text) {
    const unsigned value = values_[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    window = (window << bits_ | value) & 0xffff;
    held += bits_;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(window >> held));
    }
  }
  // A whole group left over means one character too many; bits that are left must be zero.
  if (held >= bits_ || (window & ((1U << held) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace lastmile::crypto
