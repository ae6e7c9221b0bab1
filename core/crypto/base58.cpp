#include "core/crypto/base58.hpp"

#include <algorithm>

#include "core/crypto/big_base.hpp"
#include "core/crypto/hash.hpp"

namespace lastmile::crypto {
namespace {

constexpr std::size_t kChecksumBytes = 4;
constexpr std::string_view kBase58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr BigBase kBase58(kBase58Alphabet);

bool ends_with(const Bytes& bytes, ByteView tail) {
  return bytes.size() >= tail.size() &&
         std::equal(tail.begin(), tail.end(), bytes.end() - static_cast<long>(tail.size()));
}

}  // namespace

std::string base58_encode(ByteView bytes) { return kBase58.encode(bytes); }

std::optional<Bytes> base58_decode(std::string_view text) {
  if (text.size() > kBase58TextMax) return std::nullopt;
  return kBase58.decode(text);
}

std::string base58check_encode(ByteView prefix, ByteView payload) {
  Bytes bytes(prefix.begin(), prefix.end());
  append(bytes, payload);
  const Hash256 sum = sha256_twice(bytes);
  append(bytes, sum.view().first(kChecksumBytes));
  return base58_encode(bytes);
}

std::optional<Bytes> base58check_decode(ByteView prefix, std::size_t payload_size, std::string_view text) {
  const auto bytes = base58_decode(text);
  if (!bytes || bytes->size() != prefix.size() + payload_size + kChecksumBytes) return std::nullopt;
  if (!std::equal(prefix.begin(), prefix.end(), bytes->begin())) return std::nullopt;
  const ByteView body = ByteView(*bytes).first(prefix.size() + payload_size);
  if (!ends_with(*bytes, sha256_twice(body).view().first(kChecksumBytes))) return std::nullopt;
  const ByteView payload = body.subspan(prefix.size());
  return Bytes(payload.begin(), payload.end());
}

std::string cb58_encode(ByteView payload) {
  Bytes bytes(payload.begin(), payload.end());
  const Hash256 sum = sha256(payload);
  append(bytes, sum.view().last(kChecksumBytes));
  return base58_encode(bytes);
}

std::optional<Bytes> cb58_decode(std::string_view text) {
  auto bytes = base58_decode(text);
  if (!bytes || bytes->size() < kChecksumBytes) return std::nullopt;
  const std::size_t size = bytes->size() - kChecksumBytes;
  if (!ends_with(*bytes, sha256(ByteView(*bytes).first(size)).view().last(kChecksumBytes))) return std::nullopt;
  bytes->resize(size);
  return bytes;
}

}  // namespace lastmile::crypto
