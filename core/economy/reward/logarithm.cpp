#include "core/economy/reward/logarithm.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include "core/base/check.hpp"

namespace lastmile::economy {
namespace {

// A mantissa in [1, 10) as an integer of 2^-192. Its fifth power is below 10^5, so that every product here stays below
// 2^(2 * (192 + 17)) and fits.
using Mantissa = boost::multiprecision::uint512_t;
constexpr unsigned kPoint = 192;

Mantissa product(const Mantissa& a, const Mantissa& b) { return Mantissa(a * b) >> kPoint; }

}  // namespace

Uint256 log10_fixed(std::uint64_t n) {
  LM_CHECK(n > 0);
  std::uint64_t whole = 0;
  Mantissa unit = 1;
  while (Mantissa(unit * 10) <= n) {
    unit *= 10;
    ++whole;
  }
  Uint256 digits = whole;
  // log10(x^10) = 10 log10(x): the digits of the logarithm come out one after the other in front of the point. What a
  // product cuts off is below 2^-191 of it and shrinks with the digits that are out already, so that all of it together
  // stays below 2^-185, which is less than 10^-55.
  Mantissa mantissa = (Mantissa(n) << kPoint) / unit;
  const Mantissa ten = Mantissa(10) << kPoint;
  for (int i = 0; i < kLogarithmDecimals; ++i) {
    const Mantissa square = product(mantissa, mantissa);
    const Mantissa fifth = product(product(square, square), mantissa);
    mantissa = product(fifth, fifth);
    unsigned digit = 0;
    while (mantissa >= ten) {
      mantissa /= 10;
      ++digit;
    }
    digits = digits * 10u + digit;
  }
  return digits;
}

}  // namespace lastmile::economy
