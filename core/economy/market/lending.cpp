#include "core/economy/market/lending.hpp"

#include <algorithm>

#include "core/base/mul_div.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {
namespace {

// Bounds every product below.
Result<Unit> bounded(const Loan& loan) {
  for (const Amount* amount : {&loan.collateral, &loan.collateral_price, &loan.price, &loan.debt, &loan.interest}) {
    if (*amount > amount_limit()) return Error{"expected at most " + amount_limit().tokens_text()};
  }
  if (loan.price == Amount()) return Error{"price: expected more than 0"};
  return Unit();
}

Uint256 share_of(const Uint256& value, const Share& share) { return mul_div(value, share.parts(), Share::one()); }

// Both sides of health in 10^-36 of the currency: what the collateral is good for, and what is owed.
struct Sides {
  Uint256 good_for;
  Uint256 owed;
};
Sides sides_of(const Loan& loan, const LendingRules& rules) {
  const Uint256 worth = loan.collateral.units() * loan.collateral_price.units();
  const Uint256 owed = present(loan.debt.plus(loan.interest)).units();
  return {share_of(worth, rules.liquidation_threshold), owed * loan.price.units()};
}

}  // namespace

Uint256 yearly_rate(const Share& utilisation, const LendingRules& rules) {
  const Uint256 below = std::min(utilisation, rules.kink).parts();
  const Uint256 beyond = utilisation.parts() - below;
  return rules.base_rate.parts() + share_of(below, rules.slope) + share_of(beyond, rules.steep_slope);
}

Amount interest_of(const Amount& debt, const Uint256& rate, std::uint64_t blocks, const LendingRules& rules) {
  LM_CHECK(debt <= amount_limit() && rate <= Share::one() * 10u);
  return present(debt.scaled(rate * blocks, Share::one() * rules.blocks_per_day * 365u));
}

Result<Amount> max_borrow(const Loan& loan, const LendingRules& rules) {
  if (const auto fits = bounded(loan); !fits) return fits.error();
  const Uint256 worth = loan.collateral.units() * loan.collateral_price.units();
  return Amount::units(share_of(worth, rules.collateral_factor) / loan.price.units());
}

Result<Uint256> health(const Loan& loan, const LendingRules& rules) {
  if (const auto fits = bounded(loan); !fits) return fits.error();
  const Sides sides = sides_of(loan, rules);
  if (sides.owed == 0) return Uint256::max();
  return mul_div(sides.good_for, Amount::kUnitsPerToken, sides.owed);
}

Result<bool> liquidatable(const Loan& loan, const LendingRules& rules) {
  if (const auto fits = bounded(loan); !fits) return fits.error();
  const Sides sides = sides_of(loan, rules);
  return sides.good_for < sides.owed;
}

Result<Liquidation> liquidate(const Loan& loan, const Amount& offered, const LendingRules& rules) {
  const auto may = liquidatable(loan, rules);
  if (!may) return may.error();
  if (!*may) return Error{"the loan is healthy"};
  Liquidation done;
  done.repaid = std::min(offered, Amount::units(share_of(loan.debt.units(), rules.liquidation_most)));
  if (loan.collateral_price == Amount()) return done;
  const Uint256 with_bonus = Share::one() + rules.liquidation_bonus.parts();
  const Uint256 seized = mul_div(mul_div(done.repaid.units(), loan.price.units(), loan.collateral_price.units()),
                                 with_bonus, Share::one());
  done.seized = std::min(Amount::units(seized), loan.collateral);
  return done;
}

InterestSplit split_interest(const Amount& interest, const LendingRules& rules) {
  const Amount lenders = Amount::units(share_of(interest.units(), rules.lenders));
  return {lenders, present(interest.minus(lenders))};
}

}  // namespace lastmile::economy
