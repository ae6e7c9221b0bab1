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
  static constexpr char kHex[] = "0123456789abcdef";
  ItemHash hash;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    hash.text_[2 * i] = kHex[digest.bytes[i] >> 4];
    hash.text_[2 * i + 1] = kHex[digest.bytes[i] & 0xf];
  }
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

std::optional<Hash256> ItemHash::digest() const {
  if (kind() != HashKind::storage) return std::nullopt;
  const auto nibble = [](char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  Hash256 digest;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    digest.bytes[i] = static_cast<std::uint8_t>(nibble(text_[2 * i]) << 4 | nibble(text_[2 * i + 1]));
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
