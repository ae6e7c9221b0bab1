// Message signatures of all chains (messages.md 2). Pure and thread safe: no state at all, so any number of threads may
// verify at once. Nothing here throws or stops on outside data, whatever its length or bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/crypto/chain.hpp"

namespace lastmile::crypto {

// Texts beyond these limits never verify. A genuine signature is below 600 characters and an address below 130, but
// JSON signatures may carry any white space and unknown keys.
inline constexpr std::size_t kSignatureTextMax = 16384;
inline constexpr std::size_t kSenderTextMax = 512;

// What a signature is about. Views: the texts stay the caller's. `type` and `item_hash` are the texts of the envelope,
// exactly as received, since those bytes are signed.
struct SignedFields {
  Chain chain = Chain::ETH;
  std::string_view sender;
  std::string_view type;
  std::string_view item_hash;
  double time = 0;             // envelope time in seconds as received; read only by Tezos micheline signatures
  std::string_view signature;  // as in the envelope; for several chains a JSON text
};

enum class Verdict : std::uint8_t {
  valid,
  invalid,            // bad, malformed or missing: error 1
  unsupported_chain,  // the network has no verifier for this chain: error 0
};

// messages.md 9 point 1: the reference verifies legacy NULS over a printed form of the bytes and so refuses genuine
// history.
enum class NulsForm : std::uint8_t {
  raw,             // the bytes as signed (corrected, default)
  raw_or_printed,  // the printed form as a second try
  printed,         // the printed form only, as the reference does
};

struct VerifyOptions {
  NulsForm nuls = NulsForm::raw;
  // messages.md 9 point 9: a `0x` sender under AVAX is an account of the C-chain, whose wallets sign as EVM wallets do.
  // The reference knows bech32 senders only.
  bool avalanche_hex_senders = true;
};

Verdict verify(const SignedFields& fields, VerifyOptions options = {});

// chain LF sender LF type LF item_hash: what every scheme signs, in its own wrapping.
std::string verification_buffer(const SignedFields& fields);

}  // namespace lastmile::crypto
