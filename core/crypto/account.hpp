// Accounts that sign messages: for users' wallets, and for the generated traffic of scenarios. Signing is deterministic
// (RFC 6979 for ECDSA, ed25519 by nature, sr25519 with a nonce from secret and message), so the same account and
// content give the same bytes in the simulator and on real processes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/crypto/chain.hpp"
#include "core/crypto/curve/keys.hpp"
#include "core/crypto/signature.hpp"

namespace lastmile::crypto {

// Tezos has three kinds of keys; every other family has one.
enum class TezosCurve : std::uint8_t { ed25519, secp256k1, p256 };  // tz1, tz2, tz3

// Two families accept a second form of signature. Everything else ignores this.
enum class SigningForm : std::uint8_t {
  plain,    // Tezos raw, Substrate over the bare buffer
  wrapped,  // Tezos micheline with the default dApp URL, Substrate in <Bytes>...</Bytes> as browser extensions sign
};

class Account {
 public:
  // Account number `index` of a scenario (scenario-format.md 6): private key = SHA-256 of
  //   "lastmile account" || seed as 8 bytes big endian || chain code in ASCII || index as 8 bytes big endian.
  // Reduced as the scheme demands: ECDSA takes it as a big-endian number modulo the group order (0, which nobody will
  // see, becomes 1); ed25519 takes it as the seed; sr25519 as the mini secret, expanded the Ed25519 way as wallets do.
  // Tezos: curve = index modulo 3 in the order of TezosCurve.
  static Account derive(Chain chain, std::uint64_t seed, std::uint64_t index);

  // A user's own key. Any 32 bytes are accepted and reduced as above.
  static Account from_private_key(Chain chain, const PrivateKey& key, TezosCurve curve = TezosCurve::ed25519);

  Account(const Account&) = default;
  Account(Account&&) = default;
  Account& operator=(const Account&) = default;
  Account& operator=(Account&&) = default;
  ~Account();  // wipes the key

  Chain chain() const { return chain_; }
  // Canonical spelling: EIP-55, base58, X-avax1..., tz1/tz2/tz3, ss58 with prefix 42, cosmos1..., NULSd..., for NULS
  // legacy base58 with chain id 8964.
  const std::string& address() const { return address_; }
  // As the chain prints or hashes it: 32 bytes for ed25519 and sr25519, 33 (compressed) for ECDSA.
  const Bytes& public_key() const { return public_key_; }

  // The signature text for an envelope with these fields; fields.signature is not read. The fields are signed as they
  // are, also with another account's sender, which is how scenarios forge. The chain must be of this account's family
  // (checked): an ETH account also signs for BASE, and for AVAX, where hexadecimal senders sign as on ETH.
  std::string sign(const SignedFields& fields, SigningForm form = SigningForm::plain) const;
  // The usual case: own chain and address.
  std::string sign(std::string_view type, std::string_view item_hash, double time = 0,
                   SigningForm form = SigningForm::plain) const;

 private:
  Account(Chain chain, const PrivateKey& key, TezosCurve curve);

  Chain chain_;
  TezosCurve tezos_curve_;
  PrivateKey key_;  // already reduced
  Bytes public_key_;
  std::string address_;
};

// The address in EIP-55 mixed case of 20 bytes.
std::string eip55_address(const std::array<std::uint8_t, 20>& bytes);

}  // namespace lastmile::crypto
