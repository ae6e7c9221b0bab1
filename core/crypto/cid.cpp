#include "core/crypto/cid.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/base58.hpp"
#include "core/crypto/hash.hpp"

namespace lastmile::crypto {
namespace {

constexpr std::size_t kVarintBytesMax = 9;
constexpr std::size_t kV0TextSize = 46;

// The digest length a hash function has, or empty when any length will do (we do not know the function).
std::optional<std::size_t> digest_size(std::uint64_t hash_function) {
  switch (hash_function) {
    case multihash::kSha1:
      return 20;
    case multihash::kSha2_512:
      return 64;
    case multihash::kSha2_256:
    case multihash::kBlake3:
    case multihash::kBlake2b_256:
      return 32;
    default:
      return std::nullopt;
  }
}

bool equal(ByteView a, ByteView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace

void append_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

std::optional<std::uint64_t> take_varint(ByteView& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < std::min(bytes.size(), kVarintBytesMax); ++i) {
    value |= static_cast<std::uint64_t>(bytes[i] & 0x7f) << (7 * i);
    if ((bytes[i] & 0x80) != 0) continue;
    if (i > 0 && bytes[i] == 0) return std::nullopt;  // not the shortest form
    bytes = bytes.subspan(i + 1);
    return value;
  }
  return std::nullopt;
}

Cid::Cid() : Cid(1, codec::kRaw, multihash::kIdentity, {}) {}

Cid::Cid(int version, std::uint64_t codec, std::uint64_t hash_function, ByteView digest)
    : version_(version), codec_(codec), hash_function_(hash_function) {
  if (version == 1) {
    append_varint(bytes_, 1);
    append_varint(bytes_, codec);
  }
  multihash_offset_ = bytes_.size();
  append_varint(bytes_, hash_function);
  append_varint(bytes_, digest.size());
  digest_offset_ = bytes_.size();
  append(bytes_, digest);
}

Cid Cid::v0(const Hash256& digest) { return {0, codec::kDagPb, multihash::kSha2_256, digest.view()}; }
Cid Cid::v1(std::uint64_t codec, const Hash256& digest) { return {1, codec, multihash::kSha2_256, digest.view()}; }

std::optional<Cid> Cid::take(ByteView& bytes) {
  ByteView rest = bytes;
  int version = 0;
  std::uint64_t codec = codec::kDagPb;
  // A version 0 CID is a bare sha2-256 multihash; no version number starts like one.
  if (rest.empty()) return std::nullopt;
  if (rest[0] != multihash::kSha2_256) {
    if (take_varint(rest) != 1) return std::nullopt;
    version = 1;
    const auto declared = take_varint(rest);
    if (!declared) return std::nullopt;
    codec = *declared;
  }
  const auto function = take_varint(rest);
  const auto length = take_varint(rest);
  if (!function || !length || *length > rest.size() || *length > kCidBytesMax) return std::nullopt;
  const auto expected = digest_size(*function);
  if (expected && *expected != *length) return std::nullopt;
  if (*function == multihash::kIdentity && *length > kIdentityDigestMax) return std::nullopt;
  const ByteView digest = rest.first(*length);
  rest = rest.subspan(*length);
  if (bytes.size() - rest.size() > kCidBytesMax) return std::nullopt;
  bytes = rest;
  return Cid(version, codec, *function, digest);
}

std::optional<Cid> Cid::parse_bytes(ByteView bytes) {
  auto cid = take(bytes);
  if (!bytes.empty()) return std::nullopt;
  return cid;
}

std::optional<Cid> Cid::parse(std::string_view text) {
  if (text.size() > kCidTextMax) return std::nullopt;
  if (text.size() == kV0TextSize && text.starts_with("Qm")) {
    const auto bytes = base58_decode(text);
    if (!bytes) return std::nullopt;
    auto cid = parse_bytes(*bytes);
    if (cid && cid->version() != 0) return std::nullopt;
    return cid;
  }
  const auto decoded = multibase_decode(text);
  if (!decoded) return std::nullopt;
  auto cid = parse_bytes(decoded->bytes);
  if (cid && cid->version() == 0) return std::nullopt;  // version 0 has no multibase form
  return cid;
}

std::string Cid::text() const { return text(Base::base32); }

std::string Cid::text(Base base) const {
  return version_ == 0 ? base58_encode(bytes_) : multibase_encode(base, bytes_);
}

Cid Cid::as_v1() const { return {1, codec_, hash_function_, digest()}; }

BlockCheck Cid::check(ByteView block) const {
  const auto verdict = [this](ByteView computed) {
    return equal(computed, digest()) ? BlockCheck::match : BlockCheck::mismatch;
  };
  switch (hash_function_) {
    case multihash::kIdentity:
      return verdict(block);
    case multihash::kSha2_256:
      return verdict(sha256(block).view());
    case multihash::kSha2_512:
      return verdict(sha512(block));
    case multihash::kBlake2b_256:
      return verdict(blake2b_256(block).view());
    default:
      return BlockCheck::unverifiable;
  }
}

}  // namespace lastmile::crypto
