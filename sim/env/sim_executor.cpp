#include "sim/env/sim_executor.hpp"

#include <algorithm>

#include "sim/env/kernel.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

void SimExecutor::submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) {
  LM_CHECK(job.run && done);
  const Hardware& hardware = kernel_.machine(self_).spec.hardware;
  if (cores_.empty()) cores_.assign(std::max<std::uint32_t>(hardware.cores, 1), 0);
  const auto cost = static_cast<std::int64_t>(SignedWide{std::max<std::int64_t>(job.cost.ns, 0)} * kBillion /
                                              static_cast<std::int64_t>(std::max<std::uint64_t>(hardware.speed, 1)));
  const auto core = std::min_element(cores_.begin(), cores_.end());
  const std::int64_t own_end = std::max(*core, kernel_.now_ns()) + cost;
  *core = own_end;
  accepted_ = accepted_ + Duration{cost};
  std::int64_t& lane_end = lane_end_[static_cast<std::size_t>(lane)];
  const std::int64_t late = kernel_.happens(self_, env::RarePath::job_late) ? kLate.ns : 0;  // its turn comes late
  lane_end = std::max(lane_end, own_end + late);
  ++in_flight_[static_cast<std::size_t>(lane)];
  const SlotRef ref = work_.add({lane, std::move(job), std::move(done)});
  kernel_.post_own(self_, lane_end, EventKind::executor, 0, ref.slot, ref.generation);
}

Duration SimExecutor::busy_time() const {
  Duration spent = accepted_;
  // A core has no gaps between now and the end of its last job.
  for (const std::int64_t free : cores_) spent = spent - Duration{std::max<std::int64_t>(free - kernel_.now_ns(), 0)};
  return spent;
}

void SimExecutor::on_done(const Event& event) {
  Work work;
  if (!work_.take({event.extra, static_cast<std::uint32_t>(event.argument)}, work)) return;
  --in_flight_[static_cast<std::size_t>(work.lane)];
  const env::JobKey key = work.job.make_key ? work.job.make_key() : work.job.key;
  const bool shared = kernel_.config().crypto == CryptoMode::cached && key != env::JobKey{};
  env::JobResult result;
  {
    const Kernel::JobScope scope(kernel_);
    std::optional<env::JobResult> known;
    if (shared) known = kernel_.jobs().find(key);
    result = known ? std::move(*known) : work.job.run();
    if (shared && !known) kernel_.jobs().add(key, result);
  }
  kernel_.hand(self_, LoopKind::executor, self_, mix_payload(key.high, key.low));
  work.done(std::move(result));
}

}  // namespace lastmile::sim
