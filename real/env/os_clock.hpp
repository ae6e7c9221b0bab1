#pragma once

#include "core/env/clock.hpp"

namespace lastmile::real {

// now() is CLOCK_MONOTONIC, common to all processes of the machine, so that their traces merge; wall() is
// CLOCK_REALTIME.
class OsClock final : public env::Clock {
 public:
  Instant now() const override;
  Wall wall() const override;
};

}  // namespace lastmile::real
