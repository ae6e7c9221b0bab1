// Identity keys (libp2p.md 3.1): serialised form, signatures, and the peer ids they give.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/bytes.hpp"
#include "real/p2p/wire/peer_id.hpp"

namespace lastmile::p2p {

enum class KeyType : std::uint8_t { rsa = 0, ed25519 = 1, secp256k1 = 2, ecdsa = 3 };

// `08 type 12 length data`: the one form in which keys are written.
Bytes serialise_key(KeyType type, ByteView data);

class PublicKey {
 public:
  // Empty unless the bytes are in the exact form and the key is one that we can verify with: Ed25519, RSA of 2048 to
  // 8192 bits, secp256k1, ECDSA on P-256.
  static std::optional<PublicKey> parse(ByteView serialised);
  // The key that an id contains, or none.
  static std::optional<PublicKey> of(const PeerId& peer);

  KeyType type() const { return type_; }
  ByteView data() const { return ByteView(serialised_).last(data_size_); }
  const Bytes& serialised() const { return serialised_; }
  PeerId peer_id() const { return PeerId::of_key(serialised_); }
  // Pure; from any thread.
  bool verify(ByteView message, ByteView signature) const;

 private:
  PublicKey(KeyType type, Bytes serialised, std::size_t data_size)
      : serialised_(std::move(serialised)), data_size_(data_size), type_(type) {}
  Bytes serialised_;
  std::size_t data_size_;
  KeyType type_;
};

// A key that signs: Ed25519, which is what our nodes have, RSA and secp256k1, which operators may bring along.
class PrivateKey {
 public:
  static PrivateKey from_ed25519_seed(const std::array<std::uint8_t, 32>& seed);
  // The protobuf form. Empty for anything else, a key that does not fit its public half, and ECDSA.
  static std::optional<PrivateKey> parse(ByteView serialised);
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  ~PrivateKey();  // wipes the key

  const PublicKey& public_key() const;
  const PeerId& peer_id() const;
  Bytes serialised() const;
  Bytes sign(ByteView message) const;

 private:
  struct State;
  explicit PrivateKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::p2p
