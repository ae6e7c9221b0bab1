#include "core/crypto/account.hpp"

#include <sodium.h>

#include "core/base/check.hpp"
#include "core/crypto/curve/p256.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/curve/sr25519.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/scheme/schemes.hpp"

namespace lastmile::crypto {
namespace {

enum class Curve { secp256k1, p256, ed25519, sr25519 };

Curve curve_of(Chain chain, TezosCurve tezos) {
  switch (signature_family(chain)) {
    case SignatureFamily::solana:
      return Curve::ed25519;
    case SignatureFamily::substrate:
      return Curve::sr25519;
    case SignatureFamily::tezos:
      return tezos == TezosCurve::ed25519 ? Curve::ed25519 : tezos == TezosCurve::p256 ? Curve::p256 : Curve::secp256k1;
    case SignatureFamily::evm:
    case SignatureFamily::avalanche:
    case SignatureFamily::cosmos:
    case SignatureFamily::nuls:
    case SignatureFamily::nuls2:
      return Curve::secp256k1;
  }
  return Curve::secp256k1;
}

PrivateKey reduce(Curve curve, const PrivateKey& key) {
  switch (curve) {
    case Curve::secp256k1:
      return curve::secp256k1::reduce(key);
    case Curve::p256:
      return curve::p256::reduce(key);
    case Curve::ed25519:
    case Curve::sr25519:
      return key;
  }
  return key;
}

template <class Array>
Bytes to_vector(const Array& array) {
  return Bytes(array.begin(), array.end());
}

Bytes public_key_of(Curve curve, const PrivateKey& key) {
  switch (curve) {
    case Curve::secp256k1:
      return to_vector(curve::secp256k1::compressed(curve::secp256k1::public_key(key)));
    case Curve::p256:
      return to_vector(curve::p256::public_key(key));
    case Curve::sr25519:
      return to_vector(curve::sr25519::public_key(key));
    case Curve::ed25519:
      break;
  }
  Bytes public_key(crypto_sign_PUBLICKEYBYTES);
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(public_key.data(), secret.data(), key.data());
  sodium_memzero(secret.data(), secret.size());
  return public_key;
}

std::string address_of(Chain chain, TezosCurve tezos, const PrivateKey& key, ByteView public_key) {
  switch (signature_family(chain)) {
    case SignatureFamily::evm:
      return scheme::address_evm(key);
    case SignatureFamily::solana:
      return scheme::address_solana(public_key);
    case SignatureFamily::avalanche:
      return scheme::address_avalanche(public_key);
    case SignatureFamily::tezos:
      return scheme::address_tezos(tezos, public_key);
    case SignatureFamily::substrate:
      return scheme::address_substrate(public_key);
    case SignatureFamily::cosmos:
      return scheme::address_cosmos(public_key);
    case SignatureFamily::nuls:
      return scheme::address_nuls(public_key);
    case SignatureFamily::nuls2:
      return scheme::address_nuls2(public_key);
  }
  return {};
}

std::array<std::uint8_t, 8> big_endian(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return bytes;
}

}  // namespace

Account Account::derive(Chain chain, std::uint64_t seed, std::uint64_t index) {
  constexpr std::uint64_t kTezosCurves = 3;
  Sha256 hash;
  hash.add("lastmile account").add(big_endian(seed)).add(chain_text(chain)).add(big_endian(index));
  return {chain, hash.finish().bytes, static_cast<TezosCurve>(index % kTezosCurves)};
}

Account Account::from_private_key(Chain chain, const PrivateKey& key, TezosCurve curve) { return {chain, key, curve}; }

Account::Account(Chain chain, const PrivateKey& key, TezosCurve curve) : chain_(chain), tezos_curve_(curve) {
  const Curve used = curve_of(chain, curve);
  key_ = reduce(used, key);
  public_key_ = public_key_of(used, key_);
  address_ = address_of(chain, curve, key_, public_key_);
}

Account::~Account() { sodium_memzero(key_.data(), key_.size()); }

std::string Account::sign(const SignedFields& fields, SigningForm form) const {
  const bool hex_under_avalanche = fields.chain == Chain::AVAX && signature_family(chain_) == SignatureFamily::evm;
  LM_CHECK(signature_family(fields.chain) == signature_family(chain_) || hex_under_avalanche);
  switch (signature_family(chain_)) {
    case SignatureFamily::evm:
      return scheme::sign_evm(fields, key_);
    case SignatureFamily::solana:
      return scheme::sign_solana(fields, key_);
    case SignatureFamily::avalanche:
      return scheme::sign_avalanche(fields, key_);
    case SignatureFamily::tezos:
      return scheme::sign_tezos(fields, tezos_curve_, key_, public_key_, form);
    case SignatureFamily::substrate:
      return scheme::sign_substrate(fields, key_, form);
    case SignatureFamily::cosmos:
      return scheme::sign_cosmos(fields, key_, public_key_);
    case SignatureFamily::nuls:
      return scheme::sign_nuls(fields, key_, public_key_);
    case SignatureFamily::nuls2:
      return scheme::sign_nuls2(fields, key_);
  }
  return {};
}

std::string Account::sign(std::string_view type, std::string_view item_hash, double time, SigningForm form) const {
  return sign(SignedFields{chain_, address_, type, item_hash, time, {}}, form);
}

}  // namespace lastmile::crypto
