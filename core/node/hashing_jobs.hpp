// The way into the lane `hashing` of the executor: contents compared with their names, archives read and written. Each
// user bounds what it has in flight by a limit of its own, so that none waits for another; together they are the queue
// `hashing` of the inspection.
#pragma once

#include <cstddef>

#include "core/env/executor.hpp"
#include "core/node/queue_gauges.hpp"

namespace lastmile::node {

class HashingJobs {
 public:
  HashingJobs(env::Executor& executor, QueueGauges& gauges) : executor_(executor), gauges_(gauges) {}

  // A user says once how many jobs it will have in flight at most.
  void reserve(std::size_t jobs) {
    limit_ += jobs;
    gauges_.set_limit(trace::Queue::hashing, limit_);
  }
  // done comes later, in the order of submission.
  void submit(env::Job job, Callback<void(env::JobResult)> done) {
    executor_.submit(env::Lane::hashing, std::move(job), [this, done = std::move(done)](env::JobResult result) mutable {
      gauge();
      done(std::move(result));
    });
    gauge();
  }

 private:
  void gauge() { gauges_.set_depth(trace::Queue::hashing, executor_.in_flight(env::Lane::hashing)); }

  env::Executor& executor_;
  QueueGauges& gauges_;
  std::size_t limit_ = 0;
};

}  // namespace lastmile::node
