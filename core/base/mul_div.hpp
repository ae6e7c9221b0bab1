// The one product-and-quotient that money is divided with.
#pragma once

#include "core/base/present.hpp"
#include "core/base/uint256.hpp"

namespace lastmile {

// floor(value * numerator / denominator), with a 512-bit product. A result that does not fit, or a denominator of 0, is
// our own mistake: who multiplies what came from outside bounds it first, or asks Uint256::scaled.
inline Uint256 mul_div(const Uint256& value, const Uint256& numerator, const Uint256& denominator) {
  return present(value.scaled(numerator, denominator));
}

}  // namespace lastmile
