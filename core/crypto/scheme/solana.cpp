// Solana and Eclipse, messages.md 2.3.
#include <sodium.h>

#include "core/crypto/base58.hpp"
#include "core/crypto/scheme/schemes.hpp"
#include "core/crypto/scheme/signature_json.hpp"

namespace lastmile::crypto::scheme {

bool verify_solana(const SignedFields& fields) {
  const auto json = SignatureJson::parse(fields.signature);
  if (!json || (json->has("/version") && !json->is_one("/version"))) return false;
  const auto signature_text = json->text("/signature");
  const auto key_text = json->text("/publicKey");
  if (!signature_text || !key_text || *key_text != fields.sender) return false;
  const auto signature = base58_decode(*signature_text);
  const auto key = base58_decode(*key_text);
  if (!signature || !key || signature->size() != crypto_sign_BYTES || key->size() != crypto_sign_PUBLICKEYBYTES) {
    return false;
  }
  const std::string buffer = verification_buffer(fields);
  return crypto_sign_verify_detached(signature->data(), as_bytes(buffer).data(), buffer.size(), key->data()) == 0;
}

std::string sign_solana(const SignedFields& fields, const PrivateKey& key) {
  PrivateKey public_key;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(public_key.data(), secret.data(), key.data());
  const std::string buffer = verification_buffer(fields);
  curve::CompactSignature signature;
  crypto_sign_detached(signature.data(), nullptr, as_bytes(buffer).data(), buffer.size(), secret.data());
  sodium_memzero(secret.data(), secret.size());
  return R"({"signature":")" + base58_encode(signature) + R"(","publicKey":")" + base58_encode(public_key) + R"("})";
}

std::string address_solana(ByteView public_key) { return base58_encode(public_key); }

}  // namespace lastmile::crypto::scheme
