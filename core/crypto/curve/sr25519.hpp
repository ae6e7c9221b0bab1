// Schnorr signatures on ristretto255 as Substrate chains make them (schnorrkel, messages.md 2.6): group from libsodium,
// transcript from merlin.hpp.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/crypto/curve/keys.hpp"

namespace lastmile::crypto::curve::sr25519 {

using PublicKey = std::array<std::uint8_t, 32>;

// public_key: exactly 32 bytes, else false. The signing context is "substrate", as in every Substrate wallet.
bool verify(ByteView public_key, ByteView message, const CompactSignature& signature);

// The mini secret is expanded the Ed25519 way (SHA-512, clamped, divided by the cofactor): the same 32 bytes give the
// same address in wallets.
PublicKey public_key(const PrivateKey& mini_secret);
// The nonce is a hash of the secret and the message, so that signing is deterministic (others draw it at random).
CompactSignature sign(const PrivateKey& mini_secret, ByteView message);

}  // namespace lastmile::crypto::curve::sr25519
