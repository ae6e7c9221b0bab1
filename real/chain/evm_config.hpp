// What an operator decides about one EVM chain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/base/uint256.hpp"
#include "real/chain/evm_key.hpp"
#include "real/chain/limits.hpp"

namespace lastmile::real {

// When a block counts as final.
struct Finality {
  enum class Rule : std::uint8_t { tag, depth };
  Rule rule = Rule::tag;
  std::string tag = "finalized";  // of the chain's own consensus: "finalized" or "safe"
  std::uint64_t depth = 0;        // blocks above it, for chains without such a tag
};

struct EvmChainConfig {
  std::string name;
  std::vector<std::string> endpoints;  // URLs in the order of preference
  std::string contract;                // 0x and 40 digits
  std::string token;                   // whose balances are told; empty = none are
  Finality finality;
  std::size_t votes = 1;            // endpoints that must give one answer before it counts
  Duration poll = seconds(12);      // between looks at the chain
  Duration deadline = seconds(20);  // of one request
  std::uint64_t log_span_max = kLogSpanMax;

  // For anchors; without a key none are sent.
  std::optional<EvmKey> key;
  std::uint64_t chain_id = 0;                   // of the transactions (EIP-155); 0 only without a key
  Uint256 fee_max = Uint256(150'000'000'000U);  // wei per gas: dearer anchors wait (messages.md 6.5)
  std::uint64_t gas_max = 1'000'000;            // of one anchor
  Duration stuck_after = minutes(3);            // then it is offered more
};

}  // namespace lastmile::real
