#include "core/crypto/big_base.hpp"

#include <algorithm>

namespace lastmile::crypto {

std::string BigBase::encode(ByteView bytes) const {
  const auto base = static_cast<unsigned>(alphabet_.size());
  const auto first = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b != 0; });
  const auto zeros = static_cast<std::size_t>(first - bytes.begin());
  std::vector<std::uint8_t> digits;  // least significant first
  digits.reserve(bytes.size() * 8 / 5 + 1);
  for (auto it = first; it != bytes.end(); ++it) {
    unsigned carry = *it;
    for (auto& digit : digits) {
      carry += static_cast<unsigned>(digit) << 8;
      digit = static_cast<std::uint8_t>(carry % base);
      carry /= base;
    }
    for (; carry > 0; carry /= base) digits.push_back(static_cast<std::uint8_t>(carry % base));
  }
  std::string text(zeros, alphabet_[0]);
  text.reserve(zeros + digits.size());
  for (auto it = digits.rbegin(); it != digits.rend(); ++it) text.push_back(alphabet_[*it]);
  return text;
}

std::optional<Bytes> BigBase::decode(std::string_view text) const {
  const auto base = static_cast<unsigned>(alphabet_.size());
  const std::size_t zeros = std::min(text.find_first_not_of(alphabet_[0]), text.size());
  Bytes bytes;  // least significant first, turned around at the end
  bytes.reserve(text.size());
  for (const char c : text.substr(zeros)) {
    const unsigned value = values_[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    unsigned carry = value;
    for (auto& byte : bytes) {
      carry += byte * base;
      byte = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry > 0) bytes.push_back(static_cast<std::uint8_t>(carry));
  }
  bytes.insert(bytes.end(), zeros, 0);
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

}  // namespace lastmile::crypto
