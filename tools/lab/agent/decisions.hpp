// What agents decide, as pure functions of what was public yesterday and of themselves (economics-lab.md 5).
#pragma once

#include <cstdint>
#include <span>

#include "tools/lab/engine/model.hpp"

namespace lastmile::lab {

// What a day costs an operator: its machines, and what the bond would have earned elsewhere.
inline double operator_cost_usd(const Operators& operators, double machines_usd, double price_usd) {
  return machines_usd + operators.bond_token * operators.opportunity_per_year / 365 * price_usd;
}

// A candidate joins when an equal part of the envelope among one more, as much of it as it reckons with, is worth its
// cost with the margin.
inline bool operator_joins(const Operators& operators, double envelope_token, std::uint32_t active, double machines_usd,
                           double price_usd) {
  return envelope_token / (active + 1) * operators.expected_share * price_usd >
         operators.margin * operator_cost_usd(operators, machines_usd, price_usd);
}

enum class StakerMove : std::uint8_t { stay, leave, look };  // look: for a node among the candidates

inline StakerMove staker_moves(const Stakers& stakers, bool on_node, double yield_per_year, double multiplier,
                               double required_per_year) {
  if (!on_node) return yield_per_year > required_per_year ? StakerMove::look : StakerMove::stay;
  if (yield_per_year < stakers.leave_below * required_per_year) return StakerMove::leave;
  return multiplier < stakers.least_multiplier ? StakerMove::look : StakerMove::stay;
}

}  // namespace lastmile::lab
