// [chains.NAME]: the public chains of a node, any number of tables with the same keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/node/config.hpp"
#include "real/chain/evm_config.hpp"
#include "real/ops/settings_value.hpp"

namespace lastmile::real {

inline constexpr std::size_t kChainsMax = 16;

struct ChainSettings {
  std::string name;
  std::string code = "ETH";
  std::vector<std::string> endpoints;
  std::string contract;
  std::string token;
  std::uint64_t start_height = 0;
  std::vector<std::string> emitters;
  Finality finality;
  std::uint64_t votes = 1;
  Duration poll = EvmChainConfig{}.poll;
  Duration deadline = EvmChainConfig{}.deadline;
  std::uint64_t log_span = kLogSpanMax;
  std::string key_file;  // empty = follows only
  std::uint64_t chain_id = 0;
  Duration archive_every = seconds(35);  // messages.md 6.5
  std::uint64_t fee_max_gwei = 150;
  std::uint64_t gas_max = EvmChainConfig{}.gas_max;
};

// What is wrong with a key, for people; empty: it was taken. name: "chains.NAME.KEY".
std::optional<std::string> set_chain_setting(std::vector<ChainSettings>& chains, std::string_view name,
                                             const std::optional<SettingValue>& value, const std::string& found);
// What is missing or does not fit together, a line each.
std::vector<std::string> chain_contradictions(const std::vector<ChainSettings>& chains);
// Every key with its meaning, as comments.
std::string default_chain_settings();

std::vector<node::FollowedChain> followed_chains(const std::vector<ChainSettings>& chains);
// With the keys read. Error: a key file that is none, or that others can read.
Result<std::vector<EvmChainConfig>> evm_chains(const std::vector<ChainSettings>& chains);

}  // namespace lastmile::real
