#include "core/crypto/curve/keys.hpp"

#include <algorithm>
#include <cstddef>

#include "core/base/check.hpp"

namespace lastmile::crypto::curve {

PrivateKey reduce_modulo(PrivateKey number, const PrivateKey& order) {
  LM_CHECK((order[0] & 0x80) != 0);
  if (number >= order) {
    int borrow = 0;
    for (std::size_t i = number.size(); i-- > 0;) {
      const int difference = number[i] - order[i] - borrow;
      borrow = difference < 0 ? 1 : 0;
      number[i] = static_cast<std::uint8_t>(difference);
    }
  }
  if (std::all_of(number.begin(), number.end(), [](std::uint8_t b) { return b == 0; })) number.back() = 1;
  return number;
}

}  // namespace lastmile::crypto::curve
