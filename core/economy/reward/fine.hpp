// Money on its way to being paid, in 10^-36 token: fine enough that what is cut off at each step stays far below one
// unit (docs/decisions/0180).
#pragma once

#include "core/base/amount.hpp"

namespace lastmile::economy {

inline constexpr std::uint64_t kFinePerUnit = 1'000'000'000'000'000'000;

inline Uint256 fine(const Amount& amount) { return amount.units() * kFinePerUnit; }
// Rounded down.
inline Amount coarse(const Uint256& fine) { return Amount::units(fine / kFinePerUnit); }

// No amount of ours is as large: bounds what is multiplied.
inline const Amount& amount_limit() {
  static const Amount limit = Amount::tokens(1'000'000'000'000);
  return limit;
}

}  // namespace lastmile::economy
