#include "real/ops/signals.hpp"

#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "real/env/asio.hpp"

namespace lastmile::real {

// The second signal must work even when the loop is stuck: from the first on, the system's own handler ends the
// process.
struct Signals::State : std::enable_shared_from_this<Signals::State> {
  State(Loop& loop, Callback<void(int)> stop_call) : set(loop.context(), SIGTERM, SIGINT), stop(std::move(stop_call)) {}

  void wait() {
    set.async_wait([weak = weak_from_this()](const ErrorCode& error, int signal) {
      const auto self = weak.lock();
      if (error || self == nullptr) return;
      ErrorCode ignored;
      self->set.clear(ignored);
      const auto at_once = [](int) { ::_exit(130); };
      std::signal(SIGTERM, at_once);
      std::signal(SIGINT, at_once);
      self->stop(signal);
    });
  }

  asio::signal_set set;
  Callback<void(int)> stop;
};

Signals::Signals(Loop& loop, Callback<void(int)> stop) : state_(std::make_shared<State>(loop, std::move(stop))) {
  std::signal(SIGPIPE, SIG_IGN);
  state_->wait();
}

Signals::~Signals() = default;

}  // namespace lastmile::real
