// ECDSA on secp256k1, by libsecp256k1. Digests are 32 bytes and already final. Verification accepts a high s, since no
// rule of the protocol asks for the low one; signing always makes the low one, with the nonce of RFC 6979.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"
#include "core/crypto/curve/keys.hpp"

namespace lastmile::crypto::curve::secp256k1 {

// A public key in libsecp256k1's own form.
struct Point {
  alignas(8) std::array<std::uint8_t, 64> opaque;
};

// The key that made the signature; empty when no key can have made it. recovery_id 0..3.
std::optional<Point> recover(const CompactSignature& signature, int recovery_id, const Hash256& digest);
CompressedKey compressed(const Point& point);
// x and y, big endian, without the leading 04.
std::array<std::uint8_t, 64> uncompressed(const Point& point);

// public_key: exactly 33 bytes, else false.
bool verify(ByteView public_key, const CompactSignature& signature, const Hash256& digest);
bool verify_der(ByteView public_key, ByteView signature_der, const Hash256& digest);

struct RecoverableSignature {
  CompactSignature compact;
  int recovery_id = 0;
};

PrivateKey reduce(const PrivateKey& number);
// Keys must have come out of reduce() (checked).
Point public_key(const PrivateKey& key);
RecoverableSignature sign(const PrivateKey& key, const Hash256& digest);
Bytes to_der(const CompactSignature& signature);

}  // namespace lastmile::crypto::curve::secp256k1
