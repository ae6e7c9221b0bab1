#include "core/sync/bound.hpp"

#include <algorithm>
#include <string>

#include "core/crypto/cid.hpp"
#include "core/message/limits.hpp"

namespace lastmile::sync {
namespace {

using message::HashKind;
using message::ItemHash;

constexpr std::uint8_t kHexDigitsMax = 64;
constexpr std::uint8_t kTextMark = 128;
constexpr std::uint8_t kEndMark = 255;

// For each kind the characters that every prefix has at least, the length it is filled up to, and the smallest
// character.
struct Shape {
  std::string_view begin;
  std::size_t length;
  char fill;
};
constexpr Shape kHex{"", 64, '0'};
constexpr Shape kCidV0{"Qm", 44, '1'};
constexpr Shape kCidV1{"bafy", ItemHash::kCidV1Length, '2'};

const Shape& shape_of(const ItemHash& hash) {
  switch (hash.kind()) {
    case HashKind::storage:
      return kHex;
    case HashKind::cid_v0:
      return kCidV0;
    case HashKind::cid_v1:
      return kCidV1;
  }
  LM_CHECK(false);
}

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

// The smallest hash that begins with this prefix of a hash, which is cut before a longer version 0 may differ.
std::optional<ItemHash> first_with(std::string_view prefix) {
  const Shape& shape = is_hex(prefix) ? kHex : prefix.starts_with("Q") ? kCidV0 : kCidV1;
  std::string text(prefix.size() < shape.begin.size() ? shape.begin : prefix);
  if (text.size() < shape.length) text.append(shape.length - text.size(), shape.fill);
  return ItemHash::parse(text);
}

// The part of the text that must be written.
std::string_view prefix_of(const ItemHash& hash) {
  const Shape& shape = shape_of(hash);
  std::string_view text = hash.view();
  if (text.size() > shape.length) return text;  // version 0 of 45 or 46 characters
  while (text.size() > shape.begin.size() && text.back() == shape.fill) text.remove_suffix(1);
  return text;
}

std::uint8_t nibble(char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

void append_prefix(Bytes& out, const ItemHash& hash) {
  const std::string_view prefix = prefix_of(hash);
  if (hash.kind() != HashKind::storage) {
    out.push_back(static_cast<std::uint8_t>(kTextMark + prefix.size()));
    append(out, prefix);
    return;
  }
  out.push_back(static_cast<std::uint8_t>(prefix.size()));
  for (std::size_t i = 0; i < prefix.size(); i += 2) {
    const std::uint8_t low = i + 1 < prefix.size() ? nibble(prefix[i + 1]) : 0;
    out.push_back(static_cast<std::uint8_t>(nibble(prefix[i]) << 4 | low));
  }
}

// The text of a prefix, as its mark says; empty when it is cut off or not ours.
std::optional<std::string> take_prefix(ByteView& bytes, std::uint8_t mark) {
  const bool hex = mark <= kHexDigitsMax;
  const std::size_t length = hex ? mark : static_cast<std::size_t>(mark - kTextMark);
  const std::size_t size = hex ? (length + 1) / 2 : length;
  if (mark == 0 || (!hex && mark < kTextMark) || bytes.size() < size) return std::nullopt;
  const ByteView taken = bytes.first(size);
  bytes = bytes.subspan(size);
  if (!hex) return std::string(as_text(taken));
  std::string text = to_hex(taken);
  if (length % 2 == 1 && text.back() != '0') return std::nullopt;
  text.resize(length);
  return text;
}

}  // namespace

HeldItem bound_between(const HeldItem& left, const HeldItem& right) {
  if (left.second < right.second) return {right.second, ItemHash()};
  const std::string_view a = left.hash.view();
  const std::string_view b = right.hash.view();
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto common = static_cast<std::size_t>(differ.second - b.begin());
  const auto bound = first_with(b.substr(0, std::min(common + 1, b.size())));
  // A longer CID of version 0 that begins with a shorter one has no shorter spelling than itself.
  if (!bound || !(left.hash < *bound) || right.hash < *bound) return right;
  return {right.second, *bound};
}

void append_bound(Bytes& out, const HeldItem& bound, std::int64_t& second) {
  if (bound.second == kEndSecond) {
    crypto::append_varint(out, 1);
    out.push_back(kEndMark);
    return;
  }
  const bool bare = bound.hash == ItemHash();
  const auto delta = static_cast<std::uint64_t>(bound.second - second);
  crypto::append_varint(out, delta << 1 | (bare ? 0 : 1));
  second = bound.second;
  if (!bare) append_prefix(out, bound.hash);
}

std::size_t bound_size(const HeldItem& bound, std::int64_t& second) {
  if (bound.second == kEndSecond) return 2;
  std::size_t size = 1;
  for (auto rest = static_cast<std::uint64_t>(bound.second - second) << 1; rest >= 0x80; rest >>= 7) ++size;
  second = bound.second;
  if (bound.hash == ItemHash()) return size;
  const std::size_t prefix = prefix_of(bound.hash).size();
  return size + 1 + (bound.hash.kind() == HashKind::storage ? (prefix + 1) / 2 : prefix);
}

std::optional<HeldItem> take_bound(ByteView& bytes, std::int64_t& second) {
  const auto head = crypto::take_varint(bytes);
  if (!head || (*head >> 1) > static_cast<std::uint64_t>(message::kTimeSecondsMax)) return std::nullopt;
  const std::int64_t at = second + static_cast<std::int64_t>(*head >> 1);
  if (at > message::kTimeSecondsMax) return std::nullopt;
  if ((*head & 1) == 0) {
    second = at;
    return HeldItem{at, ItemHash()};
  }
  if (bytes.empty()) return std::nullopt;
  const std::uint8_t mark = bytes[0];
  bytes = bytes.subspan(1);
  if (mark == kEndMark) return *head == 1 ? std::optional(range_end()) : std::nullopt;
  const auto prefix = take_prefix(bytes, mark);
  const auto hash = prefix ? first_with(*prefix) : std::nullopt;
  // One spelling only: nothing that the filling would have given, and hexadecimal digits where they are meant.
  if (!hash || prefix_of(*hash) != *prefix || (hash->kind() == HashKind::storage) != (mark <= kHexDigitsMax)) {
    return std::nullopt;
  }
  second = at;
  return HeldItem{at, *hash};
}

}  // namespace lastmile::sync
