#include "real/p2p/wire/noise.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "core/base/check.hpp"
#include "core/crypto/hash.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::string_view kNoiseName = "Noise_XX_25519_ChaChaPoly_SHA256";
static_assert(kNoiseName.size() == std::tuple_size_v<NoiseKey>);
constexpr std::size_t kSealedKeyBytes = std::tuple_size_v<NoiseKey> + kNoiseTagBytes;

struct TwoKeys {
  Hash256 first, second;
};

TwoKeys hkdf(const Hash256& chaining_key, ByteView input) {
  const Hash256 secret = crypto::hmac_sha256(chaining_key.bytes, input);
  constexpr std::uint8_t kOne[] = {1};
  TwoKeys out;
  out.first = crypto::hmac_sha256(secret.bytes, kOne);
  Bytes more(out.first.bytes.begin(), out.first.bytes.end());
  more.push_back(2);
  out.second = crypto::hmac_sha256(secret.bytes, more);
  return out;
}

NoiseKey key_of(ByteView bytes) {
  NoiseKey out{};
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

}  // namespace

NoiseKey noise_public(const NoiseKey& private_key) {
  NoiseKey out{};
  crypto_scalarmult_base(out.data(), private_key.data());
  return out;
}

NoiseCipher::~NoiseCipher() { sodium_memzero(key_.data(), key_.size()); }

std::array<std::uint8_t, 12> NoiseCipher::take_nonce() const {
  std::array<std::uint8_t, 12> out{};
  for (std::size_t i = 0; i < 8; ++i) out[4 + i] = static_cast<std::uint8_t>(nonce_ >> (8 * i));
  return out;
}

void NoiseCipher::encrypt(ByteView associated, ByteView plaintext, Bytes& out) {
  const auto nonce = take_nonce();
  const std::size_t at = out.size();
  out.resize(at + plaintext.size() + kNoiseTagBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data() + at, nullptr, plaintext.data(), plaintext.size(),
                                            associated.data(), associated.size(), nullptr, nonce.data(), key_.data());
  ++nonce_;
}

bool NoiseCipher::decrypt(ByteView associated, ByteView ciphertext, Bytes& out) {
  if (ciphertext.size() < kNoiseTagBytes) return false;
  const auto nonce = take_nonce();
  const std::size_t at = out.size();
  out.resize(at + ciphertext.size() - kNoiseTagBytes);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data() + at, nullptr, nullptr, ciphertext.data(), ciphertext.size(),
                                                associated.data(), associated.size(), nonce.data(), key_.data()) != 0) {
    out.resize(at);
    return false;
  }
  ++nonce_;
  return true;
}

void append_noise_frame(NoiseCipher& cipher, ByteView plaintext, Bytes& out) {
  const std::size_t size = plaintext.size() + kNoiseTagBytes;
  LM_CHECK(size <= kNoiseMessageMax);
  out.push_back(static_cast<std::uint8_t>(size >> 8));
  out.push_back(static_cast<std::uint8_t>(size));
  cipher.encrypt({}, plaintext, out);
}

Bytes noise_frame(ByteView message) {
  LM_CHECK(message.size() <= kNoiseMessageMax);
  Bytes out{static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
  append(out, message);
  return out;
}

NoiseHandshake::NoiseHandshake(Role role, const Keys& keys) : role_(role), keys_(keys) {
  std::copy(kNoiseName.begin(), kNoiseName.end(), h_.bytes.begin());
  ck_ = h_;
  mix_hash({});  // the empty prologue
}

NoiseHandshake::~NoiseHandshake() { sodium_memzero(&keys_, sizeof keys_); }

void NoiseHandshake::mix_hash(ByteView bytes) { h_ = crypto::Sha256().add(h_.bytes).add(bytes).finish(); }

bool NoiseHandshake::mix_key(const NoiseKey& own_private, const NoiseKey& remote_public) {
  NoiseKey shared{};
  if (crypto_scalarmult(shared.data(), own_private.data(), remote_public.data()) != 0) return false;
  const TwoKeys keys = hkdf(ck_, shared);
  sodium_memzero(shared.data(), shared.size());
  ck_ = keys.first;
  cipher_.emplace(key_of(keys.second.bytes));
  return true;
}

void NoiseHandshake::encrypt_and_hash(ByteView plaintext, Bytes& out) {
  const std::size_t at = out.size();
  if (cipher_) {
    cipher_->encrypt(h_.bytes, plaintext, out);
  } else {
    append(out, plaintext);
  }
  mix_hash(ByteView(out).subspan(at));
}

bool NoiseHandshake::decrypt_and_hash(ByteView ciphertext, Bytes& out) {
  if (!cipher_) {
    append(out, ciphertext);
  } else if (!cipher_->decrypt(h_.bytes, ciphertext, out)) {
    return false;
  }
  mix_hash(ciphertext);
  return true;
}

Bytes NoiseHandshake::write(ByteView payload) {
  LM_CHECK(our_turn());
  Bytes out;
  if (message_ < 2) {  // e
    const NoiseKey own = noise_public(keys_.ephemeral_private);
    append(out, own);
    mix_hash(own);
  }
  if (message_ == 1) LM_CHECK(mix_key(keys_.ephemeral_private, remote_ephemeral_));  // ee; read() looked at it
  if (message_ > 0) {
    encrypt_and_hash(noise_public(keys_.static_private), out);   // s
    LM_CHECK(mix_key(keys_.static_private, remote_ephemeral_));  // es or se
  }
  encrypt_and_hash(payload, out);
  ++message_;
  return out;
}

std::optional<Bytes> NoiseHandshake::read(ByteView message) {
  LM_CHECK(!our_turn() && !finished());
  if (message_ < 2) {  // e
    if (message.size() < remote_ephemeral_.size()) return std::nullopt;
    remote_ephemeral_ = key_of(message);
    message = message.subspan(remote_ephemeral_.size());
    mix_hash(remote_ephemeral_);
    NoiseKey probe{};  // a point of low order is noticed here, before write() relies on it
    if (crypto_scalarmult(probe.data(), keys_.ephemeral_private.data(), remote_ephemeral_.data()) != 0) {
      return std::nullopt;
    }
  }
  if (message_ == 1 && !mix_key(keys_.ephemeral_private, remote_ephemeral_)) return std::nullopt;  // ee
  if (message_ > 0) {                                                                              // s, then es or se
    Bytes remote;
    if (message.size() < kSealedKeyBytes || !decrypt_and_hash(message.first(kSealedKeyBytes), remote)) {
      return std::nullopt;
    }
    message = message.subspan(kSealedKeyBytes);
    remote_static_ = key_of(remote);
    if (!mix_key(keys_.ephemeral_private, remote_static_)) return std::nullopt;
  }
  Bytes payload;
  if (!decrypt_and_hash(message, payload)) return std::nullopt;
  ++message_;
  return payload;
}

NoiseHandshake::Ciphers NoiseHandshake::split() const {
  LM_CHECK(finished());
  const TwoKeys keys = hkdf(ck_, {});
  const NoiseCipher forth(key_of(keys.first.bytes));
  const NoiseCipher back(key_of(keys.second.bytes));
  return role_ == Role::initiator ? Ciphers{forth, back} : Ciphers{back, forth};
}

}  // namespace lastmile::p2p
