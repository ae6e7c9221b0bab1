// The name of a message or of content: 64 hexadecimal digits of a SHA-256, or a CID in one of two spellings
// (messages.md 1.2). A plain value of 64 bytes without heap, since nodes keep millions of them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/hash.hpp"
#include "core/message/type.hpp"

namespace lastmile::message {

enum class HashKind : std::uint8_t { storage, cid_v0, cid_v1 };

class ItemHash {
 public:
  static constexpr std::size_t kTextMax = 64;
  static constexpr std::size_t kCidV1Length = 59;

  // The storage hash of 64 zeros: a default for containers, never the name of anything.
  ItemHash();

  // The strict shape test of messages.md 1.2, used for every hash everywhere: 64 x [0-9a-f], "Qm" + 42 to 44 characters
  // of the base58btc alphabet, or "bafy" + 55 characters of [a-z2-7]. Empty for everything else.
  static std::optional<ItemHash> parse(std::string_view text);
  // The storage hash with this digest.
  static ItemHash of(const Hash256& digest);

  HashKind kind() const;
  // storage or ipfs: the item_type of an envelope or of a STORE that names content by this hash.
  ItemType item_type() const { return kind() == HashKind::storage ? ItemType::storage : ItemType::ipfs; }
  // Valid as long as this object.
  std::string_view view() const { return {text_.data(), size()}; }
  std::string text() const { return std::string(view()); }
  // The 32 bytes of a storage hash; empty for a CID.
  std::optional<Hash256> digest() const;

  // Order of the text, byte by byte (messages.md 10).
  friend bool operator==(const ItemHash& a, const ItemHash& b) {
    return std::memcmp(a.text_.data(), b.text_.data(), kTextMax) == 0;
  }
  friend std::strong_ordering operator<=>(const ItemHash& a, const ItemHash& b) {
    return std::memcmp(a.text_.data(), b.text_.data(), kTextMax) <=> 0;
  }

 private:
  friend struct std::hash<ItemHash>;
  explicit ItemHash(std::string_view text);
  std::size_t size() const;

  std::array<char, kTextMax> text_;  // zero after the end; the length tells the kind
};
static_assert(sizeof(ItemHash) == ItemHash::kTextMax);

// The lax test that the reference applies to the item_hash of envelopes: what it lets through beyond parse() fails
// later in any case. Empty when not even that fits.
std::optional<ItemType> lax_item_type(std::string_view item_hash);

}  // namespace lastmile::message

template <>
struct std::hash<lastmile::message::ItemHash> {
  std::size_t operator()(const lastmile::message::ItemHash& h) const noexcept {
    // Sixteen characters behind the fixed first ones of a CID: 64 random bits or more. Not proof against chosen hashes:
    // see the README for tables that outsiders fill.
    std::uint64_t a;
    std::uint64_t b;
    std::memcpy(&a, h.text_.data() + 16, sizeof a);
    std::memcpy(&b, h.text_.data() + 24, sizeof b);
    return static_cast<std::size_t>((a * 0x9e3779b97f4a7c15ULL) ^ ((b * 0xc2b2ae3d27d4eb4fULL) >> 7));
  }
};
