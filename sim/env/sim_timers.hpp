#pragma once

#include <cstdint>

#include "core/env/timers.hpp"
#include "sim/env/event.hpp"
#include "sim/env/slot_table.hpp"

namespace lastmile::sim {

class Kernel;

// Timers of one node and incarnation, due by its own monotonic clock. A cancelled timer leaves its queue entry behind,
// which finds nothing when it comes.
class SimTimers final : public env::Timers {
 public:
  SimTimers(Kernel& kernel, NodeIndex self) : kernel_(kernel), self_(self) {}

  env::TimerId after(Duration delay, Callback<void()> fire) override;
  void cancel(env::TimerId timer) override;

  void on_timer(const Event& event);  // for the kernel
  std::size_t pending() const { return timers_.live(); }

 private:
  struct Timer {
    Instant due;  // by the node's clock
    Callback<void()> fire;
  };
  void post(SlotRef ref, Instant due);

  Kernel& kernel_;
  NodeIndex self_;
  SlotTable<Timer> timers_;
};

}  // namespace lastmile::sim
