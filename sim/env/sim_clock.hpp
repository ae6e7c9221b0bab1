#pragma once

#include "core/env/clock.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

class Kernel;

// A node's two clocks as functions of the time of the run. A drift moves both; offset and steps move wall() alone. The
// clock belongs to the machine: it goes on through crashes and pauses.
//
// Faults add up without bound, and each is undone exactly: the sums are kept as they are, and only what the clock does
// with them is held within what a clock can be (kDriftMost, kWallMost).
class SimClock final : public env::Clock {
 public:
  explicit SimClock(const ClockLaw& law);
  void attach(const Kernel& kernel) { kernel_ = &kernel; }  // before the first use

  Instant now() const override;
  Wall wall() const override;

  // The clock gains or loses less than all: it never stands still and is never twice as fast. Parts per 10^9.
  static constexpr std::int64_t kDriftMost = kBillion - 1;
  // wall() shows nothing before 1970 and nothing behind the year 2191: nodes add lengths of up to 63 years to it.
  static constexpr std::int64_t kWallMost = 7 * kBillion * kBillion;

  // From now on; parts per 10^9. Timers that wait keep their moment of the run unless that has become too early.
  void set_drift(std::int64_t drift);
  std::int64_t drift() const { return asked_drift_; }  // as it was set, also beyond kDriftMost
  void step_wall(Duration step) { wall_offset_ += step.ns; }

  // The first moment of the run (ns) at which now() shows `local` or more.
  std::int64_t run_time(Instant local) const;

 private:
  Instant local_at(std::int64_t run_ns) const;

  const Kernel* kernel_ = nullptr;
  std::int64_t asked_drift_;
  std::int64_t drift_;  // held within kDriftMost
  SignedWide wall_offset_;
  std::int64_t run_anchor_ = 0;    // moment of the run since which this drift holds
  std::int64_t local_anchor_ = 0;  // what the clock showed then
};

}  // namespace lastmile::sim
