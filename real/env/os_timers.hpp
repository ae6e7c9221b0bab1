#pragma once

#include <memory>

#include "core/env/timers.hpp"
#include "real/env/loop.hpp"

namespace lastmile::real {

// So many timers fire before sockets and others get their turn again.
inline constexpr std::size_t kTimersPerTurn = 64;

// All timers of a node on one timer of the operating system; order is our own (time, then creation). Loop thread only.
class OsTimers final : public env::Timers {
 public:
  explicit OsTimers(Loop& loop);
  ~OsTimers() override;
  env::TimerId after(Duration delay, Callback<void()> fire) override;
  void cancel(env::TimerId timer) override;

 private:
  struct State;
  std::shared_ptr<State> state_;  // handlers of Asio hold a weak reference
};

}  // namespace lastmile::real
