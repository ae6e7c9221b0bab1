#pragma once

#include <memory>

#include "core/base/callback.hpp"
#include "real/env/loop.hpp"

namespace lastmile::real {

// SIGTERM and SIGINT: the first calls `stop` on the loop, the second ends the process at once with status 130. Each
// SIGHUP calls `reload` on the loop. One per process. SIGPIPE is ignored.
class Signals {
 public:
  Signals(Loop& loop, Callback<void(int signal)> stop, Callback<void()> reload);
  ~Signals();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lastmile::real
