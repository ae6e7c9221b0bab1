#include "real/p2p/wire/key.hpp"

#include <sodium.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/hash.hpp"
#include "core/gossip/protobuf.hpp"
#include "real/p2p/wire/limits.hpp"
#include "real/p2p/wire/openssl_key.hpp"

namespace lastmile::p2p {
namespace {

namespace pb = gossip::pb;
namespace secp256k1 = crypto::curve::secp256k1;

struct KeyFields {
  KeyType type;
  ByteView data;
};

// Nothing but the exact form: whoever hashes a key must hash the same bytes as everybody else.
std::optional<KeyFields> key_fields(ByteView bytes) {
  pb::Reader reader(bytes);
  const auto type = reader.next();
  const auto data = reader.next();
  if (!type || !data || !type->is_varint(1) || !data->is_bytes(2) || reader.next() || !reader.ok()) return std::nullopt;
  if (type->value > static_cast<std::uint64_t>(KeyType::ecdsa)) return std::nullopt;
  const KeyFields fields{static_cast<KeyType>(type->value), data->bytes};
  const Bytes exact = serialise_key(fields.type, fields.data);
  if (!std::equal(exact.begin(), exact.end(), bytes.begin(), bytes.end())) return std::nullopt;
  return fields;
}

bool usable(KeyType type, ByteView data) {
  switch (type) {
    case KeyType::ed25519:
      return data.size() == crypto_sign_PUBLICKEYBYTES;
    case KeyType::secp256k1:
      return data.size() == std::tuple_size_v<crypto::curve::CompressedKey> && (data[0] == 2 || data[0] == 3);
    case KeyType::rsa:
      return openssl::rsa_public(data) != nullptr;
    case KeyType::ecdsa:
      return openssl::p256_public(data) != nullptr;
  }
  return false;
}

}  // namespace

Bytes serialise_key(KeyType type, ByteView data) {
  Bytes out;
  pb::put_varint_field(out, 1, static_cast<std::uint64_t>(type));
  pb::put_bytes_field(out, 2, data);
  return out;
}

std::optional<PublicKey> PublicKey::parse(ByteView serialised) {
  if (serialised.size() > kPublicKeyBytesMax) return std::nullopt;
  const auto fields = key_fields(serialised);
  if (!fields || !usable(fields->type, fields->data)) return std::nullopt;
  return PublicKey(fields->type, Bytes(serialised.begin(), serialised.end()), fields->data.size());
}

std::optional<PublicKey> PublicKey::of(const PeerId& peer) {
  const auto key = peer.contained_key();
  return key ? parse(*key) : std::nullopt;
}

bool PublicKey::verify(ByteView message, ByteView signature) const {
  if (signature.size() > kSignatureBytesMax) return false;
  switch (type_) {
    case KeyType::ed25519:
      return signature.size() == crypto_sign_BYTES &&
             crypto_sign_verify_detached(signature.data(), message.data(), message.size(), data().data()) == 0;
    case KeyType::secp256k1:
      return secp256k1::verify_der(data(), signature, crypto::sha256(message));
    case KeyType::rsa: {
      const auto key = openssl::rsa_public(data());
      return key != nullptr && openssl::verify(*key, message, signature);
    }
    case KeyType::ecdsa: {
      const auto key = openssl::p256_public(data());
      return key != nullptr && openssl::verify(*key, message, signature);
    }
  }
  return false;
}

struct PrivateKey::State {
  State(PublicKey key, Bytes bytes, openssl::Key opened)
      : public_key(std::move(key)), peer_id(public_key.peer_id()), secret(std::move(bytes)), rsa(std::move(opened)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { sodium_memzero(secret.data(), secret.size()); }

  PublicKey public_key;
  PeerId peer_id;
  Bytes secret;  // Data of the private key
  openssl::Key rsa;
};

PrivateKey::PrivateKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

PrivateKey PrivateKey::from_ed25519_seed(const std::array<std::uint8_t, 32>& seed) {
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_bytes{};
  Bytes secret(crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(public_bytes.data(), secret.data(), seed.data());
  auto key = PublicKey::parse(serialise_key(KeyType::ed25519, public_bytes));
  LM_CHECK(key.has_value());
  return PrivateKey(std::make_unique<State>(*std::move(key), std::move(secret), nullptr));
}

std::optional<PrivateKey> PrivateKey::parse(ByteView serialised) {
  if (serialised.size() > kPrivateKeyBytesMax) return std::nullopt;
  const auto fields = key_fields(serialised);
  if (!fields) return std::nullopt;
  const ByteView data = fields->data;
  if (fields->type == KeyType::ed25519) {
    constexpr std::size_t kSeed = crypto_sign_SEEDBYTES;
    constexpr std::size_t kPublic = crypto_sign_PUBLICKEYBYTES;
    if (data.size() != kSeed + kPublic && data.size() != kSeed + 2 * kPublic) return std::nullopt;
    std::array<std::uint8_t, kSeed> seed{};
    std::copy_n(data.begin(), kSeed, seed.begin());
    PrivateKey key = from_ed25519_seed(seed);
    sodium_memzero(seed.data(), seed.size());
    for (std::size_t at = kSeed; at < data.size(); at += kPublic) {
      const ByteView copy = data.subspan(at, kPublic);
      const ByteView own = key.public_key().data();
      if (!std::equal(copy.begin(), copy.end(), own.begin(), own.end())) return std::nullopt;
    }
    return key;
  }
  if (fields->type == KeyType::secp256k1) {
    crypto::PrivateKey number{};
    if (data.size() != number.size()) return std::nullopt;
    std::copy(data.begin(), data.end(), number.begin());
    if (secp256k1::reduce(number) != number) return std::nullopt;
    const auto point = secp256k1::compressed(secp256k1::public_key(number));
    sodium_memzero(number.data(), number.size());
    auto key = PublicKey::parse(serialise_key(KeyType::secp256k1, point));
    if (!key) return std::nullopt;
    return PrivateKey(std::make_unique<State>(*std::move(key), Bytes(data.begin(), data.end()), nullptr));
  }
  if (fields->type == KeyType::rsa) {
    auto opened = openssl::rsa_private(data);
    if (opened == nullptr) return std::nullopt;
    auto key = PublicKey::parse(serialise_key(KeyType::rsa, openssl::public_der(*opened)));
    if (!key) return std::nullopt;
    return PrivateKey(std::make_unique<State>(*std::move(key), Bytes(data.begin(), data.end()), std::move(opened)));
  }
  return std::nullopt;
}

const PublicKey& PrivateKey::public_key() const { return state_->public_key; }
const PeerId& PrivateKey::peer_id() const { return state_->peer_id; }
Bytes PrivateKey::serialised() const { return serialise_key(state_->public_key.type(), state_->secret); }

Bytes PrivateKey::sign(ByteView message) const {
  if (state_->rsa != nullptr) return openssl::sign(*state_->rsa, message);
  if (state_->public_key.type() == KeyType::ed25519) {
    Bytes out(crypto_sign_BYTES);
    crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), state_->secret.data());
    return out;
  }
  crypto::PrivateKey number{};
  std::copy(state_->secret.begin(), state_->secret.end(), number.begin());
  const auto signature = secp256k1::sign(number, crypto::sha256(message));
  sodium_memzero(number.data(), number.size());
  return secp256k1::to_der(signature.compact);
}

}  // namespace lastmile::p2p
