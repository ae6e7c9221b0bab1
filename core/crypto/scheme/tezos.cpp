// Tezos, messages.md 2.5: three curves, told apart by the prefix of the public key.
#include <sodium.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/base58.hpp"
#include "core/crypto/curve/p256.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/scheme/micheline.hpp"
#include "core/crypto/scheme/schemes.hpp"
#include "core/crypto/scheme/signature_json.hpp"

namespace lastmile::crypto::scheme {
namespace {

struct Kind {
  TezosCurve curve;
  ByteView key_prefix;
  std::size_t key_size;
  ByteView address_prefix;
  ByteView signature_prefix;
};

constexpr std::uint8_t kEdpk[] = {13, 15, 37, 217}, kTz1[] = {6, 161, 159}, kEdsig[] = {9, 245, 205, 134, 18};
constexpr std::uint8_t kSppk[] = {3, 254, 226, 86}, kTz2[] = {6, 161, 161}, kSpsig[] = {13, 115, 101, 19, 63};
constexpr std::uint8_t kP2pk[] = {3, 178, 139, 127}, kTz3[] = {6, 161, 164}, kP2sig[] = {54, 240, 44, 52};
constexpr std::uint8_t kGenericSig[] = {4, 130, 43};

// In the order of TezosCurve.
constexpr Kind kKinds[] = {{TezosCurve::ed25519, kEdpk, 32, kTz1, kEdsig},
                           {TezosCurve::secp256k1, kSppk, 33, kTz2, kSpsig},
                           {TezosCurve::p256, kP2pk, 33, kTz3, kP2sig}};

constexpr std::string_view kDefaultDappUrl = "aleph.im";

const Kind& kind(TezosCurve curve) { return kKinds[static_cast<std::size_t>(curve)]; }

std::optional<Bytes> payload(const SignedFields& fields, std::string_view signing_type, std::string_view dapp_url) {
  const std::string buffer = verification_buffer(fields);
  if (signing_type == "raw") return to_bytes(buffer);
  if (signing_type != "micheline") return std::nullopt;
  const auto timestamp = micheline_timestamp(fields.time);
  if (!timestamp) return std::nullopt;
  return micheline_payload(dapp_url, *timestamp, buffer);
}

bool verify_digest(TezosCurve curve, ByteView key, const curve::CompactSignature& signature, const Hash256& digest) {
  switch (curve) {
    case TezosCurve::ed25519:
      return crypto_sign_verify_detached(signature.data(), digest.bytes.data(), digest.bytes.size(), key.data()) == 0;
    case TezosCurve::secp256k1:
      return curve::secp256k1::verify(key, signature, digest);
    case TezosCurve::p256:
      return curve::p256::verify(key, signature, digest);
  }
  return false;
}

curve::CompactSignature sign_digest(TezosCurve curve, const PrivateKey& key, const Hash256& digest) {
  if (curve == TezosCurve::secp256k1) return curve::secp256k1::sign(key, digest).compact;
  if (curve == TezosCurve::p256) return curve::p256::sign(key, digest);
  PrivateKey public_key;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(public_key.data(), secret.data(), key.data());
  curve::CompactSignature signature;
  crypto_sign_detached(signature.data(), nullptr, digest.bytes.data(), digest.bytes.size(), secret.data());
  sodium_memzero(secret.data(), secret.size());
  return signature;
}

}  // namespace

bool verify_tezos(const SignedFields& fields) {
  const auto json = SignatureJson::parse(fields.signature);
  if (!json) return false;
  const auto key_text = json->text("/publicKey");
  const auto signature_text = json->text("/signature");
  const auto signing_type = json->text_or("/signingType", "raw");
  const auto dapp_url = json->text_or("/dAppUrl", kDefaultDappUrl);
  if (!key_text || !signature_text || !signing_type || !dapp_url) return false;
  for (const Kind& candidate : kKinds) {
    const auto key = base58check_decode(candidate.key_prefix, candidate.key_size, *key_text);
    if (!key) continue;
    if (address_tezos(candidate.curve, *key) != fields.sender) return false;
    auto signature = base58check_decode(candidate.signature_prefix, curve::CompactSignature{}.size(), *signature_text);
    if (!signature) {
      signature = base58check_decode(kGenericSig, curve::CompactSignature{}.size(), *signature_text);
    }
    const auto message = payload(fields, *signing_type, *dapp_url);
    if (!signature || !message) return false;
    curve::CompactSignature compact;
    std::copy(signature->begin(), signature->end(), compact.begin());
    return verify_digest(candidate.curve, *key, compact, blake2b_256(*message));
  }
  return false;
}

std::string sign_tezos(const SignedFields& fields, TezosCurve curve, const PrivateKey& key, ByteView public_key,
                       SigningForm form) {
  const bool micheline = form == SigningForm::wrapped;
  const auto message = payload(fields, micheline ? "micheline" : "raw", kDefaultDappUrl);
  LM_CHECK(message.has_value());  // our own envelope times lie in this century
  const auto signature = sign_digest(curve, key, blake2b_256(*message));
  return R"({"publicKey":")" + base58check_encode(kind(curve).key_prefix, public_key) + R"(","signature":")" +
         base58check_encode(kind(curve).signature_prefix, signature) + R"(")" +
         (micheline ? R"(,"signingType":"micheline"})" : "}");
}

std::string address_tezos(TezosCurve curve, ByteView public_key) {
  return base58check_encode(kind(curve).address_prefix, blake2b_160(public_key));
}

}  // namespace lastmile::crypto::scheme
