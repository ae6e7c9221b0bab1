#include "core/crypto/curve/secp256k1.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <cstring>

#include "core/base/check.hpp"

namespace lastmile::crypto::curve::secp256k1 {
namespace {

static_assert(sizeof(secp256k1_pubkey) == sizeof(Point));

constexpr PrivateKey kOrder = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                               0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};

// Signing needs tables; made once and never changed (not blinded: that would need random bytes and a writable context).
const secp256k1_context* signing_context() {
  static const secp256k1_context* const context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
  return context;
}

// Everything else works on the constant context of the library.
const secp256k1_context* context() { return secp256k1_context_static; }

secp256k1_pubkey to_library(const Point& point) {
  secp256k1_pubkey key;
  std::memcpy(key.data, point.opaque.data(), sizeof key.data);
  return key;
}

Point from_library(const secp256k1_pubkey& key) {
  Point point;
  std::memcpy(point.opaque.data(), key.data, sizeof key.data);
  return point;
}

bool verify_any_s(ByteView public_key, secp256k1_ecdsa_signature signature, const Hash256& digest) {
  secp256k1_pubkey key;
  if (public_key.size() != CompressedKey{}.size() ||
      secp256k1_ec_pubkey_parse(context(), &key, public_key.data(), public_key.size()) != 1) {
    return false;
  }
  secp256k1_ecdsa_signature_normalize(context(), &signature, &signature);
  return secp256k1_ecdsa_verify(context(), &signature, digest.bytes.data(), &key) == 1;
}

}  // namespace

std::optional<Point> recover(const CompactSignature& signature, int recovery_id, const Hash256& digest) {
  LM_CHECK(recovery_id >= 0 && recovery_id <= 3);
  secp256k1_ecdsa_recoverable_signature parsed;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &parsed, signature.data(), recovery_id) != 1) {
    return std::nullopt;
  }
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recover(context(), &key, &parsed, digest.bytes.data()) != 1) return std::nullopt;
  return from_library(key);
}

CompressedKey compressed(const Point& point) {
  const secp256k1_pubkey key = to_library(point);
  CompressedKey out;
  std::size_t size = out.size();
  LM_CHECK(secp256k1_ec_pubkey_serialize(context(), out.data(), &size, &key, SECP256K1_EC_COMPRESSED) == 1);
  return out;
}

std::array<std::uint8_t, 64> uncompressed(const Point& point) {
  const secp256k1_pubkey key = to_library(point);
  std::array<std::uint8_t, 65> with_tag;
  std::size_t size = with_tag.size();
  LM_CHECK(secp256k1_ec_pubkey_serialize(context(), with_tag.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED) == 1);
  std::array<std::uint8_t, 64> out;
  std::memcpy(out.data(), with_tag.data() + 1, out.size());
  return out;
}

bool verify(ByteView public_key, const CompactSignature& signature, const Hash256& digest) {
  secp256k1_ecdsa_signature parsed;
  return secp256k1_ecdsa_signature_parse_compact(context(), &parsed, signature.data()) == 1 &&
         verify_any_s(public_key, parsed, digest);
}

bool verify_der(ByteView public_key, ByteView signature_der, const Hash256& digest) {
  secp256k1_ecdsa_signature parsed;
  return !signature_der.empty() &&
         secp256k1_ecdsa_signature_parse_der(context(), &parsed, signature_der.data(), signature_der.size()) == 1 &&
         verify_any_s(public_key, parsed, digest);
}

PrivateKey reduce(const PrivateKey& number) { return reduce_modulo(number, kOrder); }

Point public_key(const PrivateKey& key) {
  secp256k1_pubkey out;
  LM_CHECK(secp256k1_ec_pubkey_create(signing_context(), &out, key.data()) == 1);
  return from_library(out);
}

RecoverableSignature sign(const PrivateKey& key, const Hash256& digest) {
  secp256k1_ecdsa_recoverable_signature made;
  LM_CHECK(secp256k1_ecdsa_sign_recoverable(signing_context(), &made, digest.bytes.data(), key.data(), nullptr,
                                            nullptr) == 1);
  RecoverableSignature out;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), out.compact.data(), &out.recovery_id, &made);
  return out;
}

Bytes to_der(const CompactSignature& signature) {
  constexpr std::size_t kDerMax = 72;
  secp256k1_ecdsa_signature parsed;
  LM_CHECK(secp256k1_ecdsa_signature_parse_compact(context(), &parsed, signature.data()) == 1);
  Bytes der(kDerMax);
  std::size_t size = der.size();
  LM_CHECK(secp256k1_ecdsa_signature_serialize_der(context(), der.data(), &size, &parsed) == 1);
  der.resize(size);
  return der;
}

}  // namespace lastmile::crypto::curve::secp256k1
