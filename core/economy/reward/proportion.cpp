#include "core/economy/reward/proportion.hpp"

#include "core/base/check.hpp"
#include "core/base/mul_div.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {

Units128 units128_of(const Amount& amount) {
  LM_CHECK((amount.units().words()[2] | amount.units().words()[3]) == 0);
  return units128(amount.units());
}

Proportion::Proportion(const Uint256& envelope, Units128 whole)
    : envelope_(envelope), divisor_(mul_div(wide(whole), Uint256(kWholeWeight) * kFinePerUnit, 1u)) {
  LM_CHECK(whole > 0 && envelope < Uint256::of_words({0, 0, std::uint64_t{1} << 32, 0}));
  small_ = envelope < divisor_;
  if (!small_) return;
  const Uint256 reciprocal = mul_div(envelope, Uint256::of_words({0, 0, 0, 1}), divisor_);
  reciprocal_ = {reciprocal.words()[0], reciprocal.words()[1], reciprocal.words()[2]};
}

Units128 Proportion::slow(std::uint64_t weight, Units128 part) const {
  const Uint256 quotient = mul_div(wide(part) * weight, envelope_, divisor_);
  LM_CHECK((quotient.words()[2] | quotient.words()[3]) == 0);
  return units128(quotient);
}

}  // namespace lastmile::economy
