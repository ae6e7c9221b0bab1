// Uint256 as a number of Boost.Multiprecision, for the few sources that need wider products, quotients or powers.
// Never included by a header: Boost's own ones cost seconds in every source they reach.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include "core/base/uint256.hpp"

namespace lastmile {

// Number: any cpp_int of at least 256 bits.
template <class Number>
Number widened(const Uint256& value) {
  Number wide = 0;
  boost::multiprecision::import_bits(wide, value.words().begin(), value.words().end(), 64, /*msv_first=*/false);
  return wide;
}

// Empty when it does not fit. For numbers >= 0.
template <class Number>
std::optional<Uint256> narrowed(Number wide) {
  std::array<std::uint64_t, 4> words;
  for (std::uint64_t& word : words) {
    word = static_cast<std::uint64_t>(wide & ~std::uint64_t{0});
    wide >>= 64;
  }
  if (wide != 0) return std::nullopt;
  return Uint256::of_words(words);
}

}  // namespace lastmile
