// The logarithm of the staker envelope (economics.md 4), in integers alone: equal on every compiler and machine.
#pragma once

#include <cstdint>

#include "core/base/uint256.hpp"

namespace lastmile::economy {

inline constexpr int kLogarithmDecimals = 36;

// log10(n) in 10^-36, n >= 1. Exact for powers of ten; otherwise rounded down: 0 <= log10(n) * 10^36 - result < 1 +
// 10^-16. The second term says that a logarithm that lies within 10^-52 above a multiple of 10^-36 may come out one
// lower; none up to 2,000 does (tests/unit/economy/logarithm_test.cpp).
Uint256 log10_fixed(std::uint64_t n);

}  // namespace lastmile::economy
