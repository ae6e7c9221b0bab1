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

struct Economy {
  std::string preset;
  Json overrides;
  std::vector<BalanceSpec> balances;
  std::optional<Duration> interval;  // of the distribution of rewards
  friend bool operator==(const Economy&, const Economy&) = default;
};

// "prices": messages cost what the network's price table says and are paid for by the balances of the section. Nobody
// is rewarded. Everything counts, also small heights of young chains: nothing is free for being old.
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
