// The loop of one node: a thread in run() executes everything the node does. Asio stays behind this header; files that
// need it include real/env/asio.hpp.
#pragma once

#include <memory>

#include "core/base/callback.hpp"
#include "core/base/time.hpp"

namespace boost::asio {
class io_context;
}

namespace lastmile::real {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs work on the loop, later, in the order of the calls. From any thread. Work that is still waiting when the Loop
  // is destroyed is dropped without being called.
  void post(Callback<void()> work);

  // Hands out events until stop(). The calling thread is the loop's thread from then on.
  void run();
  // From any thread: run() returns after the event at hand.
  void stop();
  // For tests that drive the loop themselves: hands out at most one event, waiting up to `limit` for it.
  bool run_one(Duration limit);

  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::real
