#pragma once

#include "core/env/clock.hpp"
#include "sim/env/hardware.hpp"

namespace lastmile::sim {

class Kernel;

// A node's two clocks as functions of the time of the run. A drift moves both; offset and steps move wall() alone. The
// clock belongs to the machine: it goes on through crashes and pauses.
class SimClock final : public env::Clock {
 public:
  explicit SimClock(const ClockLaw& law);
  void attach(const Kernel& kernel) { kernel_ = &kernel; }  // before the first use

  Instant now() const override;
  Wall wall() const override;

  // From now on; parts per 10^9, above -10^9. Timers that wait keep their moment of the run unless that has become too
  // early.
  void set_drift(std::int64_t drift);
  std::int64_t drift() const { return drift_; }
  void step_wall(Duration step) { wall_offset_ = wall_offset_ + step; }

  // The first moment of the run (ns) at which now() shows `local` or more.
  std::int64_t run_time(Instant local) const;

 private:
  Instant local_at(std::int64_t run_ns) const;

  const Kernel* kernel_ = nullptr;
  std::int64_t drift_;
  Duration wall_offset_;
  std::int64_t run_anchor_ = 0;    // moment of the run since which this drift holds
  std::int64_t local_anchor_ = 0;  // what the clock showed then
};

}  // namespace lastmile::sim
