#include "real/ops/signals.hpp"

#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "real/env/asio.hpp"

namespace lastmile::real {

// The second signal must work even when the loop is stuck: from the first on, the system's own handler ends the
// process.
struct Signals::State : std::enable_shared_from_this<Signals::State> {
  State(Loop& loop, Callback<void(int)> stop_call, Callback<void()> reload_call)
      : set(loop.context(), SIGTERM, SIGINT),
        hang_ups(loop.context(), SIGHUP),
        stop(std::move(stop_call)),
        reload(std::move(reload_call)) {}

  void wait_for_reload() {
    hang_ups.async_wait([weak = weak_from_this()](const ErrorCode& error, int) {
      const auto self = weak.lock();
      if (error || self == nullptr) return;
      self->reload();
      self->wait_for_reload();
    });
  }

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
  asio::signal_set hang_ups;
  Callback<void(int)> stop;
  Callback<void()> reload;
};

Signals::Signals(Loop& loop, Callback<void(int)> stop, Callback<void()> reload)
    : state_(std::make_shared<State>(loop, std::move(stop), std::move(reload))) {
  std::signal(SIGPIPE, SIG_IGN);
  state_->wait();
  state_->wait_for_reload();
}

Signals::~Signals() = default;

}  // namespace lastmile::real
