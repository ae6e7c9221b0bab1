#include "core/economy/signed_units.hpp"

#include "core/base/amount.hpp"

namespace lastmile::economy {

std::string units_text(const SignedUnits& units) {
  return (units.negative() ? "-" : "") + Amount::units(units.size()).tokens_text();
}

}  // namespace lastmile::economy
