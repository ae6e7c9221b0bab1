// The hash functions of the protocol (messages.md, head). All are pure: same bytes, same result, from any thread,
// without heap. Lengths are bytes; "blake2b_160" counts bits of the digest, as the protocol pages do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"

namespace lastmile::crypto {

using Hash160 = std::array<std::uint8_t, 20>;
using Hash512 = std::array<std::uint8_t, 64>;

// SHA-256 in pieces. A value: copying it forks the computation, so that a shared prefix is hashed once.
class Sha256 {
 public:
  Sha256();
  Sha256& add(ByteView bytes);
  Sha256& add(std::string_view text) { return add(as_bytes(text)); }
  // Ends the computation; calling add or finish afterwards is a mistake of the caller (checked).
  Hash256 finish();

 private:
  alignas(8) std::array<std::uint8_t, 112> state_;
  bool finished_ = false;
};

Hash256 sha256(ByteView bytes);
inline Hash256 sha256(std::string_view text) { return sha256(as_bytes(text)); }
// sha256(sha256(bytes)): checksum of base58check.
Hash256 sha256_twice(ByteView bytes);
Hash256 hmac_sha256(ByteView key, ByteView message);

Hash512 sha512(ByteView bytes);

// Unkeyed BLAKE2b with the digest length in its parameters (not a truncation of the longest one).
Hash160 blake2b_160(ByteView bytes);
Hash256 blake2b_256(ByteView bytes);
Hash512 blake2b_512(ByteView bytes);

Hash160 ripemd160(ByteView bytes);
// ripemd160(sha256(bytes)).
Hash160 hash160(ByteView bytes);

}  // namespace lastmile::crypto
