#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/env/executor.hpp"
#include "sim/env/event.hpp"
#include "sim/env/slot_table.hpp"
#include "sim/physics/physics.hpp"

namespace lastmile::sim {

class Kernel;

// Cost model of a machine's cores: a job runs on the core that is free first and answers at
// max(its own end, the answer of the job before it in its lane). The function itself runs when the answer is due, or
// not at all when its key is in the cache of the run (CryptoMode::cached).
//
// A counter for each core says when it is free. At level `flow` a long job (kLongJobMin) computes in the physics, and
// what comes behind it on its core waits for it: docs/decisions/0171. What stands in its way there is a pause; without
// one everything ends when the counters say.
class SimExecutor final : public env::Executor {
 public:
  SimExecutor(Kernel& kernel, NodeIndex self) : kernel_(kernel), self_(self) {}

  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override;
  std::size_t in_flight(env::Lane lane) const override { return in_flight_[static_cast<std::size_t>(lane)]; }

  // For the kernel.
  void on_done(const Event& event);
  void on_computed(std::uint32_t core, std::int64_t at);  // its long job has ended in the physics
  void paused();                                          // Machine::paused is set already
  void resumed();
  Duration busy_time() const;  // core time spent until now

 private:
  struct Work {
    env::Lane lane = env::Lane::signatures;
    env::Job job;
    Callback<void(env::JobResult)> done;
    std::int64_t cost = 0;  // on this machine
    std::int64_t late = 0;  // its turn in the lane comes so much later
    std::int64_t end = -1;  // its own; -1: not known yet
    std::uint64_t counter = 0;
  };
  // Of a core with a long job: nothing behind it is known before it ends.
  struct Queue {
    std::vector<SlotRef> jobs;  // a long one, which computes or is about to, and what came after it
    std::int64_t begins = 0;    // the first of them
    std::int64_t due = 0;       // its end if nothing holds it up; -1: something did
    ActivityToken token = 0;    // 0: it has not begun
  };

  struct LongJobs {
    std::vector<Queue> queues;                                // by core
    std::array<std::vector<SlotRef>, env::kLaneCount> lanes;  // not answered yet, from the first with no known end on
  };

  bool is_long(std::int64_t cost) const;
  bool must_wait(std::size_t core, env::Lane lane, std::int64_t cost) const;
  void wait_for_core(std::size_t core, SlotRef ref);
  void begin_at(std::size_t core, std::int64_t time);
  void begin(std::size_t core);
  void answer_known(env::Lane lane);
  std::int64_t remaining(std::size_t core) const;

  Kernel& kernel_;
  NodeIndex self_;
  std::vector<std::int64_t> cores_;  // moment at which each is free, or will be; made at the first job
  std::array<std::int64_t, env::kLaneCount> lane_end_{};
  std::array<std::uint32_t, env::kLaneCount> in_flight_{};
  Duration accepted_;  // core time of everything submitted
  SlotTable<Work> work_;
  std::unique_ptr<LongJobs> long_;  // made at the first one
};

}  // namespace lastmile::sim
