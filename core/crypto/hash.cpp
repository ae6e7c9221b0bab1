// SHA-256 and RIPEMD-160 use OpenSSL's plain context functions although 3.0 marks them as deprecated: their context is
// a value without heap, and small inputs take half the time of EVP (docs/decisions/0100-sha256-contexts.md).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/crypto/hash.hpp"

#include <openssl/ripemd.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <new>
#include <type_traits>

#include "core/base/check.hpp"

namespace lastmile::crypto {
namespace {

static_assert(std::is_trivially_copyable_v<SHA256_CTX> && std::is_trivially_destructible_v<SHA256_CTX>);

SHA256_CTX* context(std::array<std::uint8_t, 112>& state) {
  static_assert(sizeof(SHA256_CTX) <= 112 && alignof(SHA256_CTX) <= 8);
  return std::launder(reinterpret_cast<SHA256_CTX*>(state.data()));
}

template <class Digest>
Digest blake2b(ByteView bytes) {
  Digest digest;
  // Refuses only digest lengths outside 1..64, which are ours.
  LM_CHECK(crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), nullptr, 0) == 0);
  return digest;
}

}  // namespace

Sha256::Sha256() { SHA256_Init(new (state_.data()) SHA256_CTX); }

Sha256& Sha256::add(ByteView bytes) {
  LM_CHECK(!finished_);
  if (!bytes.empty()) SHA256_Update(context(state_), bytes.data(), bytes.size());
  return *this;
}

Hash256 Sha256::finish() {
  LM_CHECK(!finished_);
  finished_ = true;
  Hash256 digest;
  SHA256_Final(digest.bytes.data(), context(state_));
  return digest;
}

Hash256 sha256(ByteView bytes) {
  SHA256_CTX hash;
  SHA256_Init(&hash);
  if (!bytes.empty()) SHA256_Update(&hash, bytes.data(), bytes.size());
  Hash256 digest;
  SHA256_Final(digest.bytes.data(), &hash);
  return digest;
}

Hash256 sha256_twice(ByteView bytes) { return sha256(sha256(bytes).view()); }

Hash256 hmac_sha256(ByteView key, ByteView message) {
  constexpr std::size_t kBlock = 64;
  std::array<std::uint8_t, kBlock> padded{};
  if (key.size() > kBlock) {
    const Hash256 short_key = sha256(key);
    std::copy(short_key.bytes.begin(), short_key.bytes.end(), padded.begin());
  } else {
    std::copy(key.begin(), key.end(), padded.begin());
  }
  for (auto& byte : padded) byte ^= 0x36;
  Sha256 inner;
  const Hash256 inner_digest = inner.add(padded).add(message).finish();
  for (auto& byte : padded) byte ^= 0x36 ^ 0x5c;
  Sha256 outer;
  return outer.add(padded).add(inner_digest.view()).finish();
}

Hash512 sha512(ByteView bytes) {
  Hash512 digest;
  crypto_hash_sha512(digest.data(), bytes.data(), bytes.size());
  return digest;
}

Hash160 blake2b_160(ByteView bytes) { return blake2b<Hash160>(bytes); }
Hash256 blake2b_256(ByteView bytes) { return {blake2b<std::array<std::uint8_t, 32>>(bytes)}; }
Hash512 blake2b_512(ByteView bytes) { return blake2b<Hash512>(bytes); }

Hash160 ripemd160(ByteView bytes) {
  RIPEMD160_CTX hash;
  RIPEMD160_Init(&hash);
  if (!bytes.empty()) RIPEMD160_Update(&hash, bytes.data(), bytes.size());
  Hash160 digest;
  RIPEMD160_Final(digest.data(), &hash);
  return digest;
}

Hash160 hash160(ByteView bytes) { return ripemd160(sha256(bytes).view()); }

}  // namespace lastmile::crypto
