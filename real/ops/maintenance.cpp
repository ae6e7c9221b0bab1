#include "real/ops/maintenance.hpp"

#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

namespace lastmile::real {

struct Maintenance::State {
  explicit State(Loop& node_loop) : loop(node_loop) {}
  Loop& loop;
  Cancelled cancelled{false};
  std::string under_way;  // empty: nothing
  Done done;
  std::thread thread;
};

Maintenance::Maintenance(Loop& loop) : state_(std::make_shared<State>(loop)) {}

Maintenance::~Maintenance() {
  state_->cancelled = true;
  if (state_->thread.joinable()) state_->thread.join();
  state_->done = {};
}

void Maintenance::cancel() { state_->cancelled = true; }

void Maintenance::start(std::string name, Work work, Done done) {
  State& state = *state_;
  if (state.cancelled) return done(Error{"this node is stopping"});
  if (!state.under_way.empty()) return done(Error{state.under_way + " is under way; one at a time"});
  if (state.thread.joinable()) state.thread.join();  // it has answered
  state.under_way = std::move(name);
  state.done = std::move(done);
  state.thread =
      std::thread([raw = state_.get(), weak = std::weak_ptr<State>(state_), work = std::move(work)]() mutable {
        Result<Json> result = work(raw->cancelled);
        work = {};  // what it held is let go before anybody is told
        raw->loop.post([weak, result = std::move(result)]() mutable {
          const auto self = weak.lock();
          if (self == nullptr) return;
          self->under_way.clear();
          auto answer = std::exchange(self->done, {});
          answer(std::move(result));
        });
      });
}

}  // namespace lastmile::real
