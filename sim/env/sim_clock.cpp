#include "sim/env/sim_clock.hpp"

#include <algorithm>
#include <limits>

#include "sim/env/kernel.hpp"

namespace lastmile::sim {
namespace {

std::int64_t possible(std::int64_t drift) { return std::clamp(drift, -SimClock::kDriftMost, SimClock::kDriftMost); }

}  // namespace

SimClock::SimClock(const ClockLaw& law)
    : asked_drift_(law.drift), drift_(possible(law.drift)), wall_offset_(law.wall_offset.ns) {}

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

Wall SimClock::wall() const {
  const SignedWide shown = wall_offset_ + kernel_->config().epoch.ns + now().ns;
  return {static_cast<std::int64_t>(std::clamp<SignedWide>(shown, 0, kWallMost))};
}

void SimClock::set_drift(std::int64_t drift) {
  local_anchor_ = now().ns;
  run_anchor_ = kernel_->now_ns();
  asked_drift_ = drift;
  drift_ = possible(drift);
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
