#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/env/executor.hpp"
#include "sim/env/event.hpp"
#include "sim/env/slot_table.hpp"

namespace lastmile::sim {

class Kernel;

// Cost model of a machine's cores: a job runs on the core that is free first and answers at
// max(its own end, the answer of the job before it in its lane). The function itself runs when the answer is due, or
// not at all when its key is in the cache of the run (CryptoMode::cached).
class SimExecutor final : public env::Executor {
 public:
  SimExecutor(Kernel& kernel, NodeIndex self) : kernel_(kernel), self_(self) {}

  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override;
  std::size_t in_flight(env::Lane lane) const override { return in_flight_[static_cast<std::size_t>(lane)]; }

  void on_done(const Event& event);  // for the kernel
  Duration busy_time() const;        // core time spent until now

 private:
  struct Work {
    env::Lane lane = env::Lane::signatures;
    env::Job job;
    Callback<void(env::JobResult)> done;
  };
  Kernel& kernel_;
  NodeIndex self_;
  std::vector<std::int64_t> cores_;  // moment at which each is free; made at the first job
  std::array<std::int64_t, env::kLaneCount> lane_end_{};
  std::array<std::uint32_t, env::kLaneCount> in_flight_{};
  Duration accepted_;  // core time of everything submitted
  SlotTable<Work> work_;
};

}  // namespace lastmile::sim
