// Level 0: what equilibrium says without a history (economics-lab.md 8). First guesses, and what the tests of the
// engine are held to. Tokens and USD a day, rates a year.
#pragma once

#include <cstdint>

namespace lastmile::lab {

struct OperatorTerms {
  double envelope = 15'000;
  double cost_usd = 5;
  double opportunity = 0.10;
  double bond = 200'000;
  double worth = 1;  // multiplier times linkage
};
// Q1: the largest N with envelope * worth * price / N >= cost + bond * opportunity * price / 365.
std::uint32_t operators_carried(const OperatorTerms& terms, double price_usd);
// The price at which N operators neither gain nor lose; infinite when none does.
double break_even_price(const OperatorTerms& terms, std::uint32_t nodes);
// Q3: the envelope at which this many are carried.
double needed_envelope(const OperatorTerms& terms, double price_usd, std::uint32_t nodes);
// Mean of min(1, 0.7 + 0.1 B), B binomial(linked, 1 - failing).
double mean_linkage(std::uint32_t linked, double failing);

// Q2: F(N) = 5,000 (1 + log10 N), and the largest N whose stakers earn the required yield on 500,000 for each node.
double staker_envelope(std::uint32_t nodes);
std::uint32_t nodes_stakers_carry(double required_yield);

// Q5: whole days that a pool lasts; units * value a day besides, growing. At most `limit`.
std::uint32_t days_of_pool(double pool, double outflow, double hold_value, double growth, std::uint32_t limit);

// Q6: what buying so many tokens costs in a constant-product pool; infinite when it does not hold them.
double price_of_buying(double tokens, double pool_tokens, double pool_usd);
// Nodes that join until a third belongs to the attacker.
std::uint32_t joining_for_a_third(std::uint32_t nodes);

// Q8: the opportunity rate below which holding is cheaper than paying, and with an expected rise of the price.
double holding_threshold(double held_tokens, double tokens_per_hour, double expected_rise);

}  // namespace lastmile::lab
