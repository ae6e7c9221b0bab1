#pragma once

#include "core/base/callback.hpp"
#include "core/base/strong.hpp"
#include "core/base/time.hpp"

namespace lastmile::env {

struct TimerTag;
using TimerId = Strong<TimerTag, std::uint64_t>;  // never reused by one Timers object; 0 is no timer

// One-shot timers on the node's loop. They fire in (time, creation) order and never inside after(), even for a delay of
// zero or less (which counts as zero). Destroying the node's Timers drops what is pending without calling it.
class Timers {
 public:
  virtual ~Timers() = default;
  virtual TimerId after(Duration delay, Callback<void()> fire) = 0;
  // No effect on a timer that has fired, was cancelled, or never existed. After it returns the callback will not run.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace lastmile::env
