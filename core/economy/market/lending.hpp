// Lending: a project deposits its own token, borrows tokens of the network and holds them, so that it has the service
// for the interest (economics.md 10). Pure; who holds what is the ledger's business (loan reserve, collateral).
#pragma once

#include <cstdint>

#include "core/base/amount.hpp"
#include "core/base/result.hpp"
#include "core/economy/reward/share.hpp"

namespace lastmile::economy {

struct LendingRules {
  Share collateral_factor = Share::percent(50);
  Share liquidation_threshold = Share::percent(65);
  Share liquidation_bonus = Share::percent(5);
  Share liquidation_most = Share::percent(50);  // of the debt, in one call
  Share base_rate = Share::percent(2);          // a year
  Share slope = Share::percent(10);             // times utilisation up to the kink
  Share kink = Share::percent(80);
  Share steep_slope = Share::percent(100);  // times utilisation beyond
  Share lenders = Share::percent(90);       // of the interest; the rest is the reserve's
  std::uint64_t blocks_per_day = 7'130;
};

// Prices are in 10^-18 of one currency, at most 10^12 of it; collateral counts in 10^-18 of its own token.
struct Loan {
  Amount collateral;
  Amount collateral_price;
  Amount price;  // of the network's token, above 0
  Amount debt;
  Amount interest;  // owed beside the debt
};

// The yearly rate in 10^-36 at this utilisation.
Uint256 yearly_rate(const Share& utilisation, const LendingRules& rules);
// Simple interest of so many blocks at a rate, rounded down; a year has 365 days.
Amount interest_of(const Amount& debt, const Uint256& rate, std::uint64_t blocks, const LendingRules& rules);
// Rounded down. Error: amounts beyond 10^12 tokens, or a price of 0.
Result<Amount> max_borrow(const Loan& loan, const LendingRules& rules);
// Health in 10^-18, rounded down; the largest number when nothing is owed.
Result<Uint256> health(const Loan& loan, const LendingRules& rules);
Result<bool> liquidatable(const Loan& loan, const LendingRules& rules);  // health < 1, exactly

struct Liquidation {
  Amount repaid;
  Amount seized;  // collateral for whoever repaid, its bonus included
};
// Of a loan that is liquidatable: at most liquidation_most of the debt, and no more collateral than there is. Error: it
// is not.
Result<Liquidation> liquidate(const Loan& loan, const Amount& offered, const LendingRules& rules);

struct InterestSplit {
  Amount lenders;
  Amount reserve;
};
InterestSplit split_interest(const Amount& interest, const LendingRules& rules);

}  // namespace lastmile::economy
