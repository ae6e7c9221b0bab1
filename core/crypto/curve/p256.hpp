// ECDSA on P-256 (secp256r1) over a given 32-byte digest: Tezos tz3. OpenSSL verifies; it cannot sign with the nonce of
// RFC 6979, so Crypto++ signs.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"
#include "core/crypto/curve/keys.hpp"

namespace lastmile::crypto::curve::p256 {

// public_key: exactly 33 bytes, else false. Any s in range is accepted.
bool verify(ByteView public_key, const CompactSignature& signature, const Hash256& digest);

PrivateKey reduce(const PrivateKey& number);
// Keys must have come out of reduce().
CompressedKey public_key(const PrivateKey& key);
CompactSignature sign(const PrivateKey& key, const Hash256& digest);

}  // namespace lastmile::crypto::curve::p256
