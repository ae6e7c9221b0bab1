#include "core/message/item_hash.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::message {
namespace {

constexpr std::size_t kStorageLength = 64;
constexpr std::size_t kCidV0LengthMin = 44;
constexpr std::size_t kCidV0LengthMax = 46;

enum CharacterClass : std::uint8_t { kHexLower = 1, kBase58 = 2, kBase32 = 4 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&](std::string_view characters, std::uint8_t bit) {
    for (const char c : characters) classes[static_cast<unsigned char>(c)] |= bit;
  };
  mark("0123456789abcdef", kHexLower);
  mark("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", kBase58);
  mark("abcdefghijklmnopqrstuvwxyz234567", kBase32);
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

// The two digits of every byte.
constexpr std::array<char, 512> make_hex_pairs() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    pairs[2 * byte] = kDigits[byte >> 4];
    pairs[2 * byte + 1] = kDigits[byte & 0xf];
  }
  return pairs;
}
constexpr std::array<char, 512> kHexPairs = make_hex_pairs();

bool all_of(std::string_view text, std::uint8_t bit) {
  std::uint8_t common = bit;
  for (const char c : text) common &= kClasses[static_cast<unsigned char>(c)];
  return common != 0;
}

}  // namespace

ItemHash::ItemHash() { text_.fill('0'); }

ItemHash::ItemHash(std::string_view text) {
  text_.fill('\0');
  std::memcpy(text_.data(), text.data(), text.size());
}

std::optional<ItemHash> ItemHash::parse(std::string_view text) {
  const bool fits = text.size() == kStorageLength ? all_of(text, kHexLower)
                    : text.size() == kCidV1Length ? text.starts_with("bafy") && all_of(text.substr(4), kBase32)
                    : text.size() >= kCidV0LengthMin && text.size() <= kCidV0LengthMax
                        ? text.starts_with("Qm") && all_of(text.substr(2), kBase58)
                        : false;
  if (!fits) return std::nullopt;
  return ItemHash(text);
}

ItemHash ItemHash::of(const Hash256& digest) {
  ItemHash hash;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i)
    std::memcpy(&hash.text_[2 * i], &kHexPairs[std::size_t{2} * digest.bytes[i]], 2);
  return hash;
}

std::size_t ItemHash::size() const {
  if (text_[kStorageLength - 1] != '\0') return kStorageLength;
  if (text_[kCidV1Length - 1] != '\0') return kCidV1Length;
  std::size_t size = kCidV0LengthMax;
  while (text_[size - 1] == '\0') --size;
  return size;
}

HashKind ItemHash::kind() const {
  switch (size()) {
    case kStorageLength:
      return HashKind::storage;
    case kCidV1Length:
      return HashKind::cid_v1;
    default:
      return HashKind::cid_v0;
  }
}

// Every key of the store that names a message asks for it: eight digits at a time.
std::optional<Hash256> ItemHash::digest() const {
  if (kind() != HashKind::storage) return std::nullopt;
  Hash256 digest;
  for (std::size_t i = 0; i < kStorageLength; i += 8) {
    std::uint64_t digits = 0;
    for (std::size_t j = 0; j < 8; ++j)  // one load, in an order that does not depend on the machine
      digits |= std::uint64_t{static_cast<unsigned char>(text_[i + j])} << (8 * j);
    // Letters have bit 6 and count from 1.
    const std::uint64_t nibbles = (digits & 0x0f0f0f0f0f0f0f0f) + 9 * ((digits >> 6) & 0x0101010101010101);
    const std::uint64_t bytes = nibbles << 4 | nibbles >> 8;  // at every second place
    for (std::size_t j = 0; j < 4; ++j) digest.bytes[i / 2 + j] = static_cast<std::uint8_t>(bytes >> (16 * j));
  }
  return digest;
}

std::optional<ItemType> lax_item_type(std::string_view item_hash) {
  if (item_hash.starts_with("Qm") && item_hash.size() >= kCidV0LengthMin && item_hash.size() <= kCidV0LengthMax) {
    return ItemType::ipfs;
  }
  if (item_hash.starts_with("bafy") && item_hash.size() == ItemHash::kCidV1Length) return ItemType::ipfs;
  if (item_hash.size() == kStorageLength) return ItemType::storage;
  return std::nullopt;
}

}  // namespace lastmile::message
