// The `economy` section: what accounts hold and by which rules messages are paid for (messages.md 7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/economy/account.hpp"
#include "core/economy/rules.hpp"
#include "scenarios/engine/text/finding.hpp"
#include "scenarios/engine/text/json.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/text/selector.hpp"
#include "scenarios/engine/text/when.hpp"

namespace lastmile::scenario {

// Tells the network what accounts hold from a moment on; an earlier figure of the same account is replaced. Accounts
// that nobody speaks of hold nothing.
struct BalanceSpec {
  std::string of;       // name of the traffic entry whose accounts they are
  Share share{kWhole};  // of its accounts, drawn
  Amount amount;        // each of them holds
  Moment at{};          // default: the start of the run
  Selector into;        // which node is told; one is drawn
  friend bool operator==(const BalanceSpec&, const BalanceSpec&) = default;
};
inline constexpr std::size_t kBalancesMax = 1000;

// Who runs the network for pay (economics.md 2): accounts of the run that own core nodes, stake on them and run
// resource nodes, and say so in posts like everybody else; the main chain confirms them.
struct RegistrySpec {
  std::string rules = "network-2026";   // preset of rewards (core/economy/reward/rules.hpp)
  std::string chain;                    // whose confirmations count; empty: the first of the world
  std::uint32_t operators = 4;          // each owns one core node and holds 200,000 tokens
  std::uint32_t resource_nodes = 3;     // linked to each of them, every one with an account of its own
  std::uint32_t stakers = 4;            // in turn on one of the core nodes, with 500,000 tokens and some more each
  Duration scores_every = seconds(10);  // all nodes are scored; one staker moves its stake
  Amount pool = Amount::tokens(100'000'000);
  Moment at{};    // when the first of them speaks
  Selector into;  // which nodes are told; drawn for each post
  friend bool operator==(const RegistrySpec&, const RegistrySpec&) = default;
};
inline constexpr std::uint32_t kOperatorsMax = 1'000;
inline constexpr std::uint32_t kStakersMax = 10'000;
inline constexpr std::uint32_t kResourceNodesMax = 8;
inline constexpr std::int64_t kScorePostsMax = 100'000;  // of a run

struct Economy {
  std::string preset;
  Json overrides;
  std::vector<BalanceSpec> balances;
  std::optional<RegistrySpec> registry;
  std::optional<Duration> interval;  // of the distribution of rewards, with a registry
  friend bool operator==(const Economy&, const Economy&) = default;
};

// "prices": messages cost what the network's price table says and are paid for by the balances of the section. Who is
// rewarded, `registry` says. Everything counts, also small heights of young chains: nothing is free for being old.
inline constexpr std::string_view kPricesPreset = "prices";

struct EconomyRules {
  economy::PaymentRules payment;
  economy::AccountRules account;
};
// The rules of the preset "prices". Its overrides: `small_store` (size up to which a STORE is accepted whatever its
// owner holds, default 25 MiB) and `grace` (from removing to removed, default 25 h); others are findings.
EconomyRules economy_rules(const Economy& economy, Findings& findings);
EconomyRules economy_rules(const Economy& economy);  // of a scenario that was checked

}  // namespace lastmile::scenario
