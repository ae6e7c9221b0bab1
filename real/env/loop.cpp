#include "real/env/loop.hpp"

#include <chrono>

#include "real/env/asio.hpp"

namespace lastmile::real {

struct Loop::State {
  asio::io_context io{1};  // one thread runs it; any may post
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
};

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

void Loop::post(Callback<void()> work) {
  asio::post(state_->io, [work = std::move(work)]() mutable { work(); });
}

void Loop::run() {
  state_->io.restart();
  state_->io.run();
}

void Loop::stop() { state_->io.stop(); }

bool Loop::run_one(Duration limit) {
  if (state_->io.stopped()) state_->io.restart();
  return state_->io.run_one_for(std::chrono::nanoseconds(limit.ns)) > 0;
}

asio::io_context& Loop::context() { return state_->io; }

}  // namespace lastmile::real
