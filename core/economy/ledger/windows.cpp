#include "core/economy/ledger/windows.hpp"

#include <algorithm>

#include "core/crypto/hash.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {

std::vector<std::string> contradictions(const RewardTerms& terms) {
  std::vector<std::string> found = contradictions(terms.rules);
  if (terms.pool > terms.supply) found.emplace_back("pool: expected at most the supply");
  if (terms.supply > amount_limit()) found.emplace_back("supply: expected at most 10^12 tokens");
  if (terms.window_blocks == 0) found.emplace_back("window_blocks: expected 1 at least");
  return found;
}

std::uint64_t whole_windows(std::uint64_t height, const RewardTerms& terms) {
  // Blocks 0 to height are final: the last of a window is the one before its end.
  return (height + 1) / terms.window_blocks;
}

std::vector<WindowPayouts> payouts_of_windows(const std::vector<RegistryEvent>& events, std::uint64_t windows,
                                              const RewardTerms& terms, std::uint64_t first) {
  std::vector<WindowPayouts> all;
  if (events.empty()) return all;
  AvailabilityWalk walk(events, terms.rules);
  for (std::uint64_t i = std::max(first, events.front().height / terms.window_blocks); i < windows; ++i) {
    const Window window{i * terms.window_blocks, (i + 1) * terms.window_blocks};
    Payouts payouts = walk.pay(window).payouts();
    if (!payouts.each.empty()) all.push_back({window, std::move(payouts)});
  }
  return all;
}

Ledger pay_windows(const std::vector<RegistryEvent>& events, std::uint64_t windows, const RewardTerms& terms) {
  return pay_further(Ledger::open(terms.supply, terms.pool).value(), 0, events, windows, terms);
}

Ledger pay_further(Ledger ledger, std::uint64_t paid, const std::vector<RegistryEvent>& events, std::uint64_t windows,
                   const RewardTerms& terms) {
  for (const WindowPayouts& each : payouts_of_windows(events, windows, terms, paid)) {
    ledger.distribute(each.payouts, each.window.start / terms.rules.blocks_per_day);
  }
  return ledger;
}

Hash256 digest_of_events(const std::vector<RegistryEvent>& events, std::uint64_t below) {
  std::string text;
  for (const RegistryEvent& event : events) {
    if (event.height >= below) continue;
    text += std::to_string(event.height) + " ";
    std::visit([&](const auto& what) { text += what.hash; }, event.what);
    text += "\n";
  }
  return crypto::sha256(text);
}

Hash256 digest_of_accounts(const Ledger& ledger) {
  std::string text;
  for (const auto& [account, amount] : ledger.accounts()) {
    text += std::string(account_kind_name(account.kind)) + " " + account.address + " " + amount.units().text() + "\n";
  }
  return crypto::sha256(text);
}

}  // namespace lastmile::economy
