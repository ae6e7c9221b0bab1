#include "core/store/codec.hpp"

#include <algorithm>

#include "core/base/present.hpp"

namespace lastmile::store {
namespace {

// Classes in the order of the texts they stand for: digits < "Qm" < a..., with "bafy" among the letters.
enum HashClass : char { digit_first = 0, cid_v0 = 1, below_bafy = 2, cid_v1 = 3, above_bafy = 4 };
constexpr std::size_t kCidV1Length = message::ItemHash::kCidV1Length;

}  // namespace

void append_hash(std::string& out, const message::ItemHash& hash) {
  const std::string_view text = hash.view();
  switch (hash.kind()) {
    case message::HashKind::storage: {
      out.push_back(text[0] <= '9' ? digit_first : text < "bafy" ? below_bafy : above_bafy);
      out.append(as_text(present(hash.digest()).view()));
      return;
    }
    case message::HashKind::cid_v0:
      out.push_back(cid_v0);
      out.append(text);
      out.push_back('\0');
      return;
    case message::HashKind::cid_v1:
      out.push_back(cid_v1);
      out.append(text);
      return;
  }
}

std::optional<message::ItemHash> take_hash(std::string_view& in) {
  if (in.empty()) return std::nullopt;
  const char kind = in[0];
  std::string_view rest = in.substr(1);
  std::optional<message::ItemHash> hash;
  std::size_t used = 0;
  if (kind == cid_v0) {
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    hash = message::ItemHash::parse(rest.substr(0, end));
    used = end + 1;
    if (hash && hash->kind() != message::HashKind::cid_v0) return std::nullopt;
  } else if (kind == cid_v1) {
    if (rest.size() < kCidV1Length) return std::nullopt;
    hash = message::ItemHash::parse(rest.substr(0, kCidV1Length));
    used = kCidV1Length;
    if (hash && hash->kind() != message::HashKind::cid_v1) return std::nullopt;
  } else if (kind == digit_first || kind == below_bafy || kind == above_bafy) {
    Hash256 digest;
    if (rest.size() < digest.bytes.size()) return std::nullopt;
    std::memcpy(digest.bytes.data(), rest.data(), digest.bytes.size());
    hash = message::ItemHash::of(digest);
    used = digest.bytes.size();
  }
  if (!hash) return std::nullopt;
  in = rest.substr(used);
  return hash;
}

void append_big64(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

void append_time(std::string& out, Wall time) {
  append_big64(out, static_cast<std::uint64_t>(std::max<std::int64_t>(time.ns, 0)));
}

void append_big40(std::string& out, std::uint64_t number) {
  for (int shift = 32; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

std::optional<std::uint64_t> take_big64(std::string_view& in) {
  if (in.size() < 8) return std::nullopt;
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | static_cast<std::uint8_t>(in[static_cast<std::size_t>(i)]);
  in.remove_prefix(8);
  return number;
}

std::optional<Wall> take_time(std::string_view& in) {
  const auto number = take_big64(in);
  if (!number || *number >> 63 != 0) return std::nullopt;
  return Wall{static_cast<std::int64_t>(*number)};
}

std::optional<std::uint64_t> take_big40(std::string_view& in) {
  if (in.size() < 5) return std::nullopt;
  std::uint64_t number = 0;
  for (int i = 0; i < 5; ++i) number = number << 8 | static_cast<std::uint8_t>(in[static_cast<std::size_t>(i)]);
  in.remove_prefix(5);
  return number;
}

Encoder& Encoder::number(std::uint64_t value) {
  while (value >= 0x80) {
    byte(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  return byte(static_cast<std::uint8_t>(value));
}

Encoder& Encoder::signed_number(std::int64_t value) {
  return number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

Encoder& Encoder::fixed64(std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(value >> shift));
  return *this;
}

Encoder& Encoder::real(double value) {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return fixed64(bits);
}

Encoder& Encoder::text(std::string_view value) {
  number(value.size());
  out_.append(value);
  return *this;
}

std::uint8_t Decoder::byte() {
  if (!ok_ || in_.empty()) {
    ok_ = false;
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(in_[0]);
  in_.remove_prefix(1);
  return value;
}

std::uint64_t Decoder::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t piece = byte();
    if (!ok_) return 0;
    value |= static_cast<std::uint64_t>(piece & 0x7f) << shift;
    if ((piece & 0x80) == 0) return value;
  }
  ok_ = false;
  return 0;
}

std::int64_t Decoder::signed_number() {
  const std::uint64_t value = number();
  return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

std::uint64_t Decoder::fixed64() {
  if (!ok_ || in_.size() < 8) {
    ok_ = false;
    return 0;
  }
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(in_[i])) << (8 * i);
  in_.remove_prefix(8);
  return value;
}

double Decoder::real() {
  const std::uint64_t bits = fixed64();
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::string_view Decoder::text() {
  const std::uint64_t size = number();
  if (!ok_ || size > in_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view value = in_.substr(0, size);
  in_.remove_prefix(size);
  return value;
}

message::ItemHash Decoder::hash() {
  if (!ok_) return {};
  const auto value = take_hash(in_);
  if (!value) {
    ok_ = false;
    return {};
  }
  return *value;
}

Hash256 Decoder::digest() {
  Hash256 value;
  if (!ok_ || in_.size() < value.bytes.size()) {
    ok_ = false;
    return {};
  }
  std::memcpy(value.bytes.data(), in_.data(), value.bytes.size());
  in_.remove_prefix(value.bytes.size());
  return value;
}

}  // namespace lastmile::store
