// One signature family each: how it wraps the buffer, which curve it uses, how it spells addresses and signatures. The
// sections are those of messages.md. verify_* answers false for whatever is malformed; nothing throws on outside data.
#pragma once

#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/crypto/account.hpp"
#include "core/crypto/curve/keys.hpp"
#include "core/crypto/signature.hpp"

namespace lastmile::crypto::scheme {

// 2.2. Keys: secp256k1.
bool verify_evm(const SignedFields& fields);
std::string sign_evm(const SignedFields& fields, const PrivateKey& key);
std::string address_evm(const PrivateKey& key);

// 2.3. Keys: ed25519.
bool verify_solana(const SignedFields& fields);
std::string sign_solana(const SignedFields& fields, const PrivateKey& key);
std::string address_solana(ByteView public_key);

// 2.4. Keys: secp256k1, compressed.
bool verify_avalanche(const SignedFields& fields);
std::string sign_avalanche(const SignedFields& fields, const PrivateKey& key);
std::string address_avalanche(ByteView public_key);

// 2.5. Keys: by curve.
bool verify_tezos(const SignedFields& fields);
std::string sign_tezos(const SignedFields& fields, TezosCurve curve, const PrivateKey& key, ByteView public_key,
                       SigningForm form);
std::string address_tezos(TezosCurve curve, ByteView public_key);

// 2.6. Keys: sr25519.
bool verify_substrate(const SignedFields& fields);
std::string sign_substrate(const SignedFields& fields, const PrivateKey& key, SigningForm form);
std::string address_substrate(ByteView public_key);

// 2.7. Keys: secp256k1, compressed.
bool verify_cosmos(const SignedFields& fields);
std::string sign_cosmos(const SignedFields& fields, const PrivateKey& key, ByteView public_key);
std::string address_cosmos(ByteView public_key);

// 2.8. Keys: secp256k1, compressed.
bool verify_nuls2(const SignedFields& fields);
std::string sign_nuls2(const SignedFields& fields, const PrivateKey& key);
std::string address_nuls2(ByteView public_key);

// 2.9. Keys: secp256k1, compressed.
bool verify_nuls(const SignedFields& fields, NulsForm form);
std::string sign_nuls(const SignedFields& fields, const PrivateKey& key, ByteView public_key);
std::string address_nuls(ByteView public_key);

}  // namespace lastmile::crypto::scheme
