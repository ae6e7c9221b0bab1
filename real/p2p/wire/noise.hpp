// Noise_XX_25519_ChaChaPoly_SHA256 (libp2p.md 6.1, 6.2): the handshake and the two ciphers that come out of it. Knows
// keys and payloads, no identities.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"

namespace lastmile::p2p {

using NoiseKey = std::array<std::uint8_t, 32>;
NoiseKey noise_public(const NoiseKey& private_key);

// ChaCha20-Poly1305 with a counter for a nonce.
class NoiseCipher {
 public:
  NoiseCipher() = default;
  explicit NoiseCipher(const NoiseKey& key) : key_(key) {}
  ~NoiseCipher();
  NoiseCipher(const NoiseCipher&) = default;
  NoiseCipher& operator=(const NoiseCipher&) = default;

  // Appends ciphertext and tag. The counter grows by one.
  void encrypt(ByteView associated, ByteView plaintext, Bytes& out);
  // Appends the plaintext; false when it does not authenticate, and then nothing was appended and the counter stands.
  bool decrypt(ByteView associated, ByteView ciphertext, Bytes& out);
  const NoiseKey& key() const { return key_; }
  std::uint64_t nonce() const { return nonce_; }

 private:
  std::array<std::uint8_t, 12> take_nonce() const;
  NoiseKey key_{};
  std::uint64_t nonce_ = 0;
};

// A transport message with its length before it; plaintext of at most kNoisePlaintextMax bytes.
void append_noise_frame(NoiseCipher& cipher, ByteView plaintext, Bytes& out);
// A handshake message likewise.
Bytes noise_frame(ByteView message);

class NoiseHandshake {
 public:
  enum class Role : std::uint8_t { initiator, responder };
  struct Keys {
    NoiseKey static_private;
    NoiseKey ephemeral_private;  // used once
  };
  NoiseHandshake(Role role, const Keys& keys);
  ~NoiseHandshake();
  NoiseHandshake(const NoiseHandshake&) = delete;
  NoiseHandshake& operator=(const NoiseHandshake&) = delete;

  // The messages are A, B, C; the initiator writes A and C, the responder B. Asking out of turn is a mistake of ours.
  bool our_turn() const { return !finished() && (message_ % 2 == 0) == (role_ == Role::initiator); }
  bool finished() const { return message_ == 3; }
  Bytes write(ByteView payload);
  // The payload; empty when the message is malformed, does not authenticate, or a key of it is of low order. Then the
  // handshake is over.
  std::optional<Bytes> read(ByteView message);

  const NoiseKey& remote_static() const { return remote_static_; }  // after B (initiator) or C (responder)
  const Hash256& hash() const { return h_; }
  const Hash256& chaining_key() const { return ck_; }

  struct Ciphers {
    NoiseCipher send, receive;
  };
  Ciphers split() const;  // once finished

 private:
  void mix_hash(ByteView bytes);
  bool mix_key(const NoiseKey& own_private, const NoiseKey& remote_public);  // false: an all-zero result
  void encrypt_and_hash(ByteView plaintext, Bytes& out);
  bool decrypt_and_hash(ByteView ciphertext, Bytes& out);

  Role role_;
  Keys keys_;
  Hash256 h_{}, ck_{};
  std::optional<NoiseCipher> cipher_;
  NoiseKey remote_static_{}, remote_ephemeral_{};
  int message_ = 0;
};

}  // namespace lastmile::p2p
