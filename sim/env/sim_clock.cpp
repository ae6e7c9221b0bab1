#include "sim/env/sim_clock.hpp"

#include <limits>

#include "core/base/check.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

SimClock::SimClock(const ClockLaw& law) : drift_(law.drift), wall_offset_(law.wall_offset) {
  LM_CHECK(law.drift > -kBillion);
}

Instant SimClock::local_at(std::int64_t run_ns) const {
  const std::int64_t elapsed = run_ns - run_anchor_;
  const SignedWide gained = SignedWide{elapsed} * drift_;
  // Floor, also for a slow clock, so that it never shows a nanosecond twice too early.
  const SignedWide whole = gained >= 0 ? gained / kBillion : -((-gained + kBillion - 1) / kBillion);
  return {local_anchor_ + elapsed + static_cast<std::int64_t>(whole)};
}

Instant SimClock::now() const {
  if (drift_ == 0) return {local_anchor_ + kernel_->now_ns() - run_anchor_};
  return local_at(kernel_->now_ns());
}

Wall SimClock::wall() const { return kernel_->config().epoch + Duration{now().ns} + wall_offset_; }

void SimClock::set_drift(std::int64_t drift) {
  LM_CHECK(drift > -kBillion);
  local_anchor_ = now().ns;
  run_anchor_ = kernel_->now_ns();
  drift_ = drift;
}

std::int64_t SimClock::run_time(Instant local) const {
  const std::int64_t wait = local.ns - local_anchor_;
  if (wait <= 0 || drift_ == 0) return run_anchor_ + wait;
  const SignedWide exact = (SignedWide{wait} * kBillion + kBillion + drift_ - 1) / (kBillion + drift_);
  if (exact > SignedWide{std::numeric_limits<std::int64_t>::max()} - run_anchor_)
    return std::numeric_limits<std::int64_t>::max();
  std::int64_t run = run_anchor_ + static_cast<std::int64_t>(exact);
  while (local_at(run) < local) ++run;
  while (run > run_anchor_ && local_at(run - 1) >= local) --run;
  return run;
}

}  // namespace lastmile::sim
