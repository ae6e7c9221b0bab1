#include "tools/lab/world/law.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace lastmile::lab {

double Law::at(double share) const {
  switch (kind) {
    case LawKind::constant:
      return first;
    case LawKind::uniform:
      return first + (second - first) * share;
    case LawKind::power:
      // A square is a product: pow() may differ from it in the last bit.
      return first + (second - first) * (third == 2 ? share * share : std::pow(share, third));
    case LawKind::lognormal: {
      const double inside = std::clamp(share, 1e-15, 1 - 1e-15);
      return first * std::exp(second * std::sqrt(2.0) * boost::math::erf_inv(2 * inside - 1));
    }
    case LawKind::pareto:
      return first / std::pow(1 - share, 1 / second);
  }
  return first;
}

}  // namespace lastmile::lab
