#include "core/crypto/chain.hpp"

#include "core/base/check.hpp"

namespace lastmile::crypto {
namespace {

struct Row {
  Chain chain;
  std::string_view text;
  SignatureFamily family;
};

// clang-format off
constexpr std::array<Row, kChainCount> kRows = {{
    {Chain::ETH, "ETH", SignatureFamily::evm},
    {Chain::ARB, "ARB", SignatureFamily::evm},
    {Chain::BASE, "BASE", SignatureFamily::evm},
    {Chain::BLAST, "BLAST", SignatureFamily::evm},
    {Chain::BOB, "BOB", SignatureFamily::evm},
    {Chain::BSC, "BSC", SignatureFamily::evm},
    {Chain::CYBER, "CYBER", SignatureFamily::evm},
    {Chain::ETHERLINK, "ETHERLINK", SignatureFamily::evm},
    {Chain::FRAX, "FRAX", SignatureFamily::evm},
    {Chain::HYPE, "HYPE", SignatureFamily::evm},
    {Chain::INK, "INK", SignatureFamily::evm},
    {Chain::LENS, "LENS", SignatureFamily::evm},
    {Chain::LINEA, "LINEA", SignatureFamily::evm},
    {Chain::LISK, "LISK", SignatureFamily::evm},
    {Chain::METIS, "METIS", SignatureFamily::evm},
    {Chain::MODE, "MODE", SignatureFamily::evm},
    {Chain::NEO, "NEO", SignatureFamily::evm},
    {Chain::OP, "OP", SignatureFamily::evm},
    {Chain::POL, "POL", SignatureFamily::evm},
    {Chain::SONIC, "SONIC", SignatureFamily::evm},
    {Chain::UNICHAIN, "UNICHAIN", SignatureFamily::evm},
    {Chain::WLD, "WLD", SignatureFamily::evm},
    {Chain::ZORA, "ZORA", SignatureFamily::evm},
    {Chain::AURORA, "AURORA", SignatureFamily::evm},
    {Chain::STT, "STT", SignatureFamily::evm},
    {Chain::SOL, "SOL", SignatureFamily::solana},
    {Chain::ES, "ES", SignatureFamily::solana},
    {Chain::AVAX, "AVAX", SignatureFamily::avalanche},
    {Chain::TEZOS, "TEZOS", SignatureFamily::tezos},
    {Chain::DOT, "DOT", SignatureFamily::substrate},
    {Chain::CSDK, "CSDK", SignatureFamily::cosmos},
    {Chain::NULS, "NULS", SignatureFamily::nuls},
    {Chain::NULS2, "NULS2", SignatureFamily::nuls2},
}};
// clang-format on

constexpr bool rows_stand_at_their_number() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].chain) != i) return false;
  }
  return true;
}
static_assert(rows_stand_at_their_number());

const Row& row(Chain chain) {
  const auto index = static_cast<std::size_t>(chain);
  LM_CHECK(index < kRows.size());
  return kRows[index];
}

constexpr auto kChains = [] {
  std::array<Chain, kChainCount> chains{};
  for (std::size_t i = 0; i < kChainCount; ++i) chains[i] = kRows[i].chain;
  return chains;
}();

}  // namespace

const std::array<Chain, kChainCount>& all_chains() { return kChains; }

std::string_view chain_text(Chain chain) { return row(chain).text; }

std::optional<Chain> parse_chain(std::string_view text) {
  for (const Row& candidate : kRows) {
    if (candidate.text == text) return candidate.chain;
  }
  return std::nullopt;
}

SignatureFamily signature_family(Chain chain) { return row(chain).family; }

bool has_verifier(Chain chain) { return chain != Chain::AURORA && chain != Chain::STT; }

}  // namespace lastmile::crypto
