// The whole of a network's rewards as one function: from what happened, in the order of its confirmation, to who holds
// what. Nodes that know the same events come to the same ledger (economics.md 2.4, 4, 8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/economy/ledger/ledger.hpp"
#include "core/economy/reward/availability.hpp"

namespace lastmile::economy {

struct RewardTerms {
  RewardRules rules;
  Amount supply = Amount::tokens(500'000'000);
  Amount pool = Amount::tokens(100'000'000);  // of the supply, at the beginning
  // Windows are [0, n), [n, 2n), ... so that all nodes cut where all others do.
  std::uint64_t window_blocks = 71'300;
};
std::vector<std::string> contradictions(const RewardTerms& terms);  // empty when there are none

// Windows that lie wholly at or below this height.
std::uint64_t whole_windows(std::uint64_t height, const RewardTerms& terms);

// What each window from `first` on pays in which anybody is paid, in order; `events` as sort_events() orders them.
struct WindowPayouts {
  Window window;
  Payouts payouts;
};
std::vector<WindowPayouts> payouts_of_windows(const std::vector<RegistryEvent>& events, std::uint64_t windows,
                                              const RewardTerms& terms, std::uint64_t first = 0);
// All of them paid from a new ledger. The terms contradict nothing.
Ledger pay_windows(const std::vector<RegistryEvent>& events, std::uint64_t windows, const RewardTerms& terms);
// The same as pay_windows(events, windows, terms), of the ledger for the first `paid` windows: for whoever knows that
// the events below their end are those that it was paid on.
Ledger pay_further(Ledger ledger, std::uint64_t paid, const std::vector<RegistryEvent>& events, std::uint64_t windows,
                   const RewardTerms& terms);

// Equal exactly when the same events lie below this height: of (height, hash).
Hash256 digest_of_events(const std::vector<RegistryEvent>& events, std::uint64_t below);
// Equal exactly when everybody holds the same.
Hash256 digest_of_accounts(const Ledger& ledger);

}  // namespace lastmile::economy
