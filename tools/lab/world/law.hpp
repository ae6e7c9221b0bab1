// How a number differs from agent to agent: a distribution by its inverse, so that one draw gives one value.
#pragma once

#include <cstdint>

namespace lastmile::lab {

enum class LawKind : std::uint8_t { constant, uniform, power, lognormal, pareto };

struct Law {
  LawKind kind = LawKind::constant;
  double first = 0;   // the value; min of uniform and power; median; scale
  double second = 0;  // max of uniform and power; sigma of lognormal; shape of pareto
  double third = 1;   // exponent of power: min + (max - min) share^exponent
  // 0 <= share < 1.
  double at(double share) const;
  friend bool operator==(const Law&, const Law&) = default;
};

}  // namespace lastmile::lab
