#include <gtest/gtest.h>

#include <set>

#include "core/crypto/chain.hpp"

namespace lastmile::crypto {
namespace {

TEST(Chain, ThirtyThreeCodesBothWays) {
  std::set<std::string_view> texts;
  for (const Chain chain : all_chains()) {
    texts.insert(chain_text(chain));
    EXPECT_EQ(parse_chain(chain_text(chain)), chain);
  }
  EXPECT_EQ(texts.size(), kChainCount);
}

TEST(Chain, TextsAreExact) {
  for (const char* text : {"", "eth", "Eth", "ETH ", " ETH", "MEGA_CHAIN", "POLYGON", "SOMNIA", "NULS3"}) {
    EXPECT_FALSE(parse_chain(text)) << text;
  }
  EXPECT_FALSE(parse_chain(std::string_view("ETH\0", 4)));
}

TEST(Chain, FamiliesAsInTheProtocolPage) {
  int evm = 0;
  for (const Chain chain : all_chains()) evm += signature_family(chain) == SignatureFamily::evm ? 1 : 0;
  EXPECT_EQ(evm, 25);
  EXPECT_EQ(signature_family(Chain::ES), SignatureFamily::solana);
  EXPECT_EQ(signature_family(Chain::CSDK), SignatureFamily::cosmos);
  EXPECT_EQ(signature_family(Chain::NULS), SignatureFamily::nuls);
  EXPECT_EQ(signature_family(Chain::NULS2), SignatureFamily::nuls2);
}

TEST(Chain, TwoCodesHaveNoVerifier) {
  std::set<std::string_view> without;
  for (const Chain chain : all_chains()) {
    if (!has_verifier(chain)) without.insert(chain_text(chain));
  }
  EXPECT_EQ(without, (std::set<std::string_view>{"AURORA", "STT"}));
}

}  // namespace
}  // namespace lastmile::crypto
