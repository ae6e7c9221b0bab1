// Private keys under a password, in the Web3 secret storage format, version 3, that wallets of Ethereum read and write:
// scrypt (or PBKDF2 when reading), AES-128-CTR, and a Keccak-256 MAC. Keys of other chains take the same form with one
// more member, "chain".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/crypto/account.hpp"
#include "core/env/random.hpp"

namespace lastmile::real {

inline constexpr std::size_t kKeystoreBytesMax = 65536;
// What reading one may cost: 128 * n * r bytes of memory for scrypt, and rounds of either function.
inline constexpr std::uint64_t kScryptMemoryMax = 1024ULL * 1024 * 1024;
inline constexpr std::uint64_t kScryptParallelMax = 16;
inline constexpr std::uint64_t kPbkdf2RoundsMax = 10'000'000;

struct ScryptCost {
  std::uint64_t n = 262144;  // a power of two
  std::uint64_t r = 8;
  std::uint64_t p = 1;
};
inline constexpr ScryptCost kScryptLight{4096, 8, 6};  // for machines that are weak, and for tests

// The document as text. Salt, IV and id are drawn from `random`.
std::string encrypt_key(crypto::Chain chain, const crypto::PrivateKey& key, std::string_view password,
                        env::Random& random, const ScryptCost& cost = {});

struct KeystoreHead {
  crypto::Chain chain = crypto::Chain::ETH;
  std::string address;  // canonical spelling; empty when the document does not say
};

// What a document says without its password. Errors name the member and what was expected.
Result<KeystoreHead> keystore_head(std::string_view document);

// Errors: not such a document, more costly than the limits, or "wrong password, or a damaged file".
Result<crypto::Account> open_keystore(std::string_view document, std::string_view password);
// The bare key, for those who take it elsewhere. Whoever asks wipes it.
Result<crypto::PrivateKey> decrypt_key(std::string_view document, std::string_view password);

}  // namespace lastmile::real
