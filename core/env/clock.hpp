#pragma once

#include "core/base/time.hpp"

namespace lastmile::env {

// Time as this node sees it. Both calls answer at once. now() never goes back and does not count the time the machine
// was off; wall() is UTC and may jump either way (an operator, NTP, a fault). Nothing may be computed from one to the
// other.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual Wall wall() const = 0;
};

}  // namespace lastmile::env
