// The 33 chain codes of messages.md 2.1: the closed set of values of an envelope's `chain`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastmile::crypto {

// In the order of messages.md 2.1. The numbers never leave the process: wire and disk carry the text.
// clang-format off
enum class Chain : std::uint8_t {
  ETH, ARB, BASE, BLAST, BOB, BSC, CYBER, ETHERLINK, FRAX, HYPE, INK, LENS, LINEA, LISK, METIS, MODE, NEO, OP, POL, SONIC,
  UNICHAIN, WLD, ZORA, AURORA, STT, SOL, ES, AVAX, TEZOS, DOT, CSDK, NULS, NULS2,
};
// clang-format on
inline constexpr std::size_t kChainCount = 33;

// How messages of a chain are signed.
enum class SignatureFamily : std::uint8_t { evm, solana, avalanche, tezos, substrate, cosmos, nuls, nuls2 };

// All codes, in the order of the enum.
const std::array<Chain, kChainCount>& all_chains();

// The code as written in messages, e.g. "ETH".
std::string_view chain_text(Chain chain);
// Exact, case sensitive. Empty: an unknown chain, error 0.
std::optional<Chain> parse_chain(std::string_view text);

SignatureFamily signature_family(Chain chain);
// False for AURORA and STT: known codes for which the network has no verifier, so that every message is refused with
// error 0.
bool has_verifier(Chain chain);

}  // namespace lastmile::crypto
