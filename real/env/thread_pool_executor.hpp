#pragma once

#include <memory>

#include "core/env/executor.hpp"
#include "real/env/loop.hpp"

namespace lastmile::real {

// Jobs on a few threads, answers on the loop in submission order per lane. Lanes take turns, and one thread never takes
// hashing or queries (when there are two or more), so that signatures do not wait behind files. The destructor waits
// for the jobs that run and drops all others and every answer. submit() and in_flight(): loop thread only.
class ThreadPoolExecutor final : public env::Executor {
 public:
  // threads 0 = as many as the machine has cores, at least 2.
  explicit ThreadPoolExecutor(Loop& loop, std::size_t threads = 0);
  ~ThreadPoolExecutor() override;
  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override;
  std::size_t in_flight(env::Lane lane) const override;

 private:
  class Pool;
  std::shared_ptr<Pool> pool_;
};

}  // namespace lastmile::real
