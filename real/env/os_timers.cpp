#include "real/env/os_timers.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <utility>

#include "real/env/asio.hpp"
#include "real/env/os_clock.hpp"

namespace lastmile::real {
namespace {

// The operating system is asked for no longer waits than this; a longer timer is looked at again then.
constexpr Duration kWaitMax = hours(1);

}  // namespace

struct OsTimers::State : std::enable_shared_from_this<OsTimers::State> {
  explicit State(Loop& loop) : alarm(loop.context()) {}

  using Key = std::pair<Instant, std::uint64_t>;  // the order in which they fire

  void arm() {
    if (waiting.empty()) {
      armed_for = kNever;
      alarm.cancel();
      return;
    }
    const Instant first = waiting.begin()->first.first;
    if (first == armed_for) return;
    armed_for = first;
    const Duration wait = std::clamp(first - clock.now(), Duration{}, kWaitMax);
    alarm.expires_after(std::chrono::nanoseconds(wait.ns));
    alarm.async_wait([weak = weak_from_this()](const ErrorCode& error) {
      if (error) return;  // set anew or gone
      if (const auto self = weak.lock()) self->wake();
    });
  }

  // Fires what is due now. What a callback adds waits for the next turn at least until those due before it have fired.
  void wake() {
    const auto keep = shared_from_this();  // a callback may destroy the Timers
    const Instant now = clock.now();
    armed_for = kNever;
    for (std::size_t fired = 0; fired < kTimersPerTurn; ++fired) {
      if (waiting.empty() || waiting.begin()->first.first > now) break;
      auto node = waiting.extract(waiting.begin());
      times.erase(node.key().second);
      node.mapped()();
      if (dead) return;
    }
    arm();
  }

  static constexpr Instant kNever{std::numeric_limits<std::int64_t>::max()};

  OsClock clock;
  asio::steady_timer alarm;
  Instant armed_for = kNever;
  std::map<Key, Callback<void()>> waiting;
  std::map<std::uint64_t, Instant> times;
  std::uint64_t last_id = 0;
  bool dead = false;
};

OsTimers::OsTimers(Loop& loop) : state_(std::make_shared<State>(loop)) {}

OsTimers::~OsTimers() {
  state_->dead = true;
  state_->alarm.cancel();
  state_->waiting.clear();
}

env::TimerId OsTimers::after(Duration delay, Callback<void()> fire) {
  LM_CHECK(fire);
  const Instant now = state_->clock.now();
  const Duration most{std::numeric_limits<std::int64_t>::max() - 1 - now.ns};
  const Instant time = now + std::clamp(delay, Duration{}, most);
  const std::uint64_t id = ++state_->last_id;
  state_->waiting.emplace(State::Key{time, id}, std::move(fire));
  state_->times.emplace(id, time);
  state_->arm();
  return env::TimerId{id};
}

void OsTimers::cancel(env::TimerId timer) {
  const auto found = state_->times.find(timer.value);
  if (found == state_->times.end()) return;
  const auto entry =
      state_->waiting.extract(State::Key{found->second, timer.value});  // destroyed after the books are right
  state_->times.erase(found);
  state_->arm();
}

}  // namespace lastmile::real
