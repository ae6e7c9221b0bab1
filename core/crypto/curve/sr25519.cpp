#include "core/crypto/curve/sr25519.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/base/check.hpp"
#include "core/crypto/curve/merlin.hpp"
#include "core/crypto/hash.hpp"

namespace lastmile::crypto::curve::sr25519 {
namespace {

using Element = std::array<std::uint8_t, crypto_core_ristretto255_BYTES>;
using Scalar = std::array<std::uint8_t, crypto_core_ristretto255_SCALARBYTES>;

constexpr std::uint8_t kSchnorrkelMark = 0x80;  // set in the last byte of every signature

// The order of the group, little endian: 2^252 + 27742317777372353535851937790883648493.
constexpr Scalar kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                           0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                           0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

bool below_order(const Scalar& scalar) {
  return std::lexicographical_compare(scalar.rbegin(), scalar.rend(), kOrder.rbegin(), kOrder.rend());
}

Scalar reduce(const std::array<std::uint8_t, 64>& wide) {
  Scalar scalar;
  crypto_core_ristretto255_scalar_reduce(scalar.data(), wide.data());
  return scalar;
}

Scalar challenge(ByteView message, ByteView public_key, ByteView commitment) {
  MerlinTranscript transcript("SigningContext");
  transcript.append("", "substrate");
  transcript.append("sign-bytes", message);
  transcript.append("proto-name", "Schnorr-sig");
  transcript.append("sign:pk", public_key);
  transcript.append("sign:R", commitment);
  std::array<std::uint8_t, 64> wide;
  transcript.challenge("sign:c", wide);
  return reduce(wide);
}

struct Expanded {
  Scalar secret;
  std::array<std::uint8_t, 32> nonce_seed;
};

Expanded expand(const PrivateKey& mini_secret) {
  const Hash512 wide = sha512(mini_secret);
  Expanded out;
  std::copy_n(wide.begin(), 32, out.secret.begin());
  std::copy_n(wide.begin() + 32, 32, out.nonce_seed.begin());
  out.secret[0] &= 0xf8;
  out.secret[31] &= 0x3f;
  out.secret[31] |= 0x40;
  // Divided by the cofactor 8: three bits to the right over the whole little-endian number.
  for (std::size_t i = 0; i < out.secret.size(); ++i) {
    const int above = i + 1 < out.secret.size() ? out.secret[i + 1] : 0;
    out.secret[i] = static_cast<std::uint8_t>(out.secret[i] >> 3 | above << 5);
  }
  return out;
}

Element times_base(const Scalar& scalar) {
  Element out;
  LM_CHECK(crypto_scalarmult_ristretto255_base(out.data(), scalar.data()) == 0);
  return out;
}

}  // namespace

bool verify(ByteView public_key, ByteView message, const CompactSignature& signature) {
  if (public_key.size() != PublicKey{}.size()) return false;
  Element commitment;
  Scalar s;
  std::copy_n(signature.begin(), 32, commitment.begin());
  std::copy_n(signature.begin() + 32, 32, s.begin());
  if ((s[31] & kSchnorrkelMark) == 0) return false;
  s[31] = static_cast<std::uint8_t>(s[31] & ~kSchnorrkelMark);
  if (!below_order(s)) return false;
  const Scalar k = challenge(message, public_key, commitment);
  // s*B - k*A must be R. The library refuses invalid encodings of A and results that are the neutral element; R needs
  // no check of its own, since it is compared with a canonical encoding.
  Element s_base;
  Element k_public;
  Element difference;
  return crypto_scalarmult_ristretto255_base(s_base.data(), s.data()) == 0 &&
         crypto_scalarmult_ristretto255(k_public.data(), k.data(), public_key.data()) == 0 &&
         crypto_core_ristretto255_sub(difference.data(), s_base.data(), k_public.data()) == 0 &&
         difference == commitment;
}

PublicKey public_key(const PrivateKey& mini_secret) { return times_base(expand(mini_secret).secret); }

CompactSignature sign(const PrivateKey& mini_secret, ByteView message) {
  Expanded key = expand(mini_secret);
  const Element public_element = times_base(key.secret);
  Bytes nonce_input = to_bytes("lastmile sr25519 nonce");
  append(nonce_input, key.nonce_seed);
  append(nonce_input, public_element);
  append(nonce_input, message);
  Scalar nonce = reduce(sha512(nonce_input));
  const Element commitment = times_base(nonce);
  const Scalar k = challenge(message, public_element, commitment);
  Scalar product;
  Scalar s;
  crypto_core_ristretto255_scalar_mul(product.data(), k.data(), key.secret.data());
  crypto_core_ristretto255_scalar_add(s.data(), product.data(), nonce.data());
  CompactSignature out;
  std::copy(commitment.begin(), commitment.end(), out.begin());
  std::copy(s.begin(), s.end(), out.begin() + 32);
  out[63] |= kSchnorrkelMark;
  sodium_memzero(&key, sizeof key);
  sodium_memzero(nonce.data(), nonce.size());
  sodium_memzero(nonce_input.data(), nonce_input.size());
  return out;
}

}  // namespace lastmile::crypto::curve::sr25519
