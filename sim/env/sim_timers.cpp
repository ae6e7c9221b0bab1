#include "sim/env/sim_timers.hpp"

#include <algorithm>
#include <limits>

#include "sim/env/kernel.hpp"

namespace lastmile::sim {
namespace {

// The generation is never 0, so that no id is 0.
env::TimerId id_of(SlotRef ref) { return {std::uint64_t{ref.generation} << 32 | ref.slot}; }

}  // namespace

env::TimerId SimTimers::after(Duration delay, Callback<void()> fire) {
  const Instant now = kernel_.machine(self_).clock.now();
  constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max() / 2;
  const Instant due = now + Duration{std::clamp<std::int64_t>(delay.ns, 0, kEver - std::max<std::int64_t>(now.ns, 0))};
  const SlotRef ref = timers_.add({due, std::move(fire)});
  post(ref, due);
  return id_of(ref);
}

void SimTimers::post(SlotRef ref, Instant due) {
  const std::int64_t time = std::max(kernel_.machine(self_).clock.run_time(due), kernel_.now_ns());
  kernel_.post_own(self_, time, EventKind::timer, 0, ref.slot, ref.generation);
}

void SimTimers::cancel(env::TimerId timer) {
  timers_.remove({static_cast<std::uint32_t>(timer.value), static_cast<std::uint32_t>(timer.value >> 32)});
}

void SimTimers::on_timer(const Event& event) {
  const SlotRef ref{event.extra, static_cast<std::uint32_t>(event.argument)};
  const Timer* waiting = timers_.find(ref);
  if (waiting == nullptr) return;
  // The clock has been slowed down since: not yet.
  if (kernel_.machine(self_).clock.now() < waiting->due) return post(ref, waiting->due);
  Timer timer;
  timers_.take(ref, timer);
  kernel_.hand(self_, LoopKind::timer, self_, id_of(ref).value);
  if (kernel_.happens(self_, env::RarePath::loop_held_up)) kernel_.charge(self_, kHeldUp);
  timer.fire();
}

}  // namespace lastmile::sim
