#include "sim/env/sim_executor.hpp"

#include <algorithm>
#include <cstdlib>

#include "sim/env/kernel.hpp"
#include "sim/env/node_runtime.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {
namespace {

// Dates of the physics are sums of rounded ones. What is so close to the end that is due is that end.
constexpr std::int64_t kRounding = 100;  // ns

}  // namespace

void SimExecutor::submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) {
  LM_CHECK(job.run && done);
  const Hardware& hardware = kernel_.machine(self_).spec.hardware;
  if (cores_.empty()) cores_.assign(std::max<std::uint32_t>(hardware.cores, 1), 0);
  const auto cost = static_cast<std::int64_t>(SignedWide{std::max<std::int64_t>(job.cost.ns, 0)} * kBillion /
                                              static_cast<std::int64_t>(std::max<std::uint64_t>(hardware.speed, 1)));
  const auto core = std::min_element(cores_.begin(), cores_.end());
  const std::int64_t begins = std::max(*core, kernel_.now_ns());
  const std::int64_t own_end = begins + cost;
  *core = own_end;
  accepted_ = accepted_ + Duration{cost};
  const std::int64_t late = kernel_.happens(self_, env::RarePath::job_late) ? kLate.ns : 0;
  ++in_flight_[static_cast<std::size_t>(lane)];
  const auto number = static_cast<std::size_t>(core - cores_.begin());
  const bool waits = must_wait(number, lane, cost);
  const SlotRef ref = work_.add({lane, std::move(job), std::move(done), cost, late, own_end, 0});
  if (waits) return wait_for_core(number, ref);
  std::int64_t& lane_end = lane_end_[static_cast<std::size_t>(lane)];
  lane_end = std::max(lane_end, own_end + late);
  kernel_.post_own(self_, lane_end, EventKind::executor, 0, ref.slot, ref.generation);
}

std::int64_t SimExecutor::remaining(std::size_t core) const {
  const Machine& machine = kernel_.machine(self_);
  std::int64_t now = kernel_.now_ns();
  if (long_ != nullptr && machine.paused && !long_->queues[core].jobs.empty())
    now = std::min(now, std::max(machine.paused_since.ns, long_->queues[core].begins));
  return std::max<std::int64_t>(cores_[core] - now, 0);
}

Duration SimExecutor::busy_time() const {
  Duration spent = accepted_;
  // A core has no gaps between now and the end of its last job.
  for (std::size_t core = 0; core < cores_.size(); ++core) spent = spent - Duration{remaining(core)};
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

// --- long jobs

bool SimExecutor::is_long(std::int64_t cost) const { return cost >= kLongJobMin.ns && kernel_.flows() != nullptr; }

// For its core, or for its turn in the lane.
bool SimExecutor::must_wait(std::size_t core, env::Lane lane, std::int64_t cost) const {
  if (is_long(cost)) return true;
  return long_ != nullptr &&
         (!long_->queues[core].jobs.empty() || !long_->lanes[static_cast<std::size_t>(lane)].empty());
}

// Its event gets the key that it would have had at once, so that its place among events of one instant is the same.
void SimExecutor::wait_for_core(std::size_t core, SlotRef ref) {
  if (long_ == nullptr) {
    long_ = std::make_unique<LongJobs>();
    long_->queues.resize(cores_.size());
  }
  Work& work = *work_.find(ref);
  work.counter = kernel_.reserve_key(self_);
  long_->lanes[static_cast<std::size_t>(work.lane)].push_back(ref);
  Queue& queue = long_->queues[core];
  if (queue.jobs.empty() && !is_long(work.cost)) return;  // its own end is known
  const std::int64_t begins = std::exchange(work.end, -1) - work.cost;
  queue.jobs.push_back(ref);
  if (queue.jobs.size() == 1) begin_at(core, begins);
}

// The first job of the queue, which is a long one.
void SimExecutor::begin_at(std::size_t core, std::int64_t time) {
  Queue& queue = long_->queues[core];
  queue.begins = time;
  if (time <= kernel_.now_ns()) return begin(core);
  const auto life = kernel_.slot(self_).incarnation;
  kernel_.at({time}, [&kernel = kernel_, self = self_, life, core] {
    if (kernel.running(self) && kernel.slot(self).incarnation == life)
      kernel.machine(self).runtime->executor.begin(core);
  });
}

void SimExecutor::begin(std::size_t core) {
  if (kernel_.machine(self_).paused) return;  // resumed() looks for it
  Queue& queue = long_->queues[core];
  const std::int64_t cost = work_.find(queue.jobs.front())->cost;
  queue.due = queue.begins + cost;
  queue.token = kernel_.flows()->compute(self_, static_cast<std::uint32_t>(core), queue.begins, {cost});
}

void SimExecutor::on_computed(std::uint32_t core, std::int64_t at) {
  Queue& queue = long_->queues[core];
  queue.token = 0;
  std::int64_t end = queue.due >= 0 && std::abs(at - queue.due) <= kRounding ? queue.due : at;
  work_.find(queue.jobs.front())->end = end;
  std::size_t ended = 1;
  for (; ended < queue.jobs.size(); ++ended) {
    Work& next = *work_.find(queue.jobs[ended]);
    if (is_long(next.cost)) break;
    end += next.cost;
    next.end = end;
  }
  queue.jobs.erase(queue.jobs.begin(), queue.jobs.begin() + static_cast<std::ptrdiff_t>(ended));
  cores_[core] = end;
  for (const SlotRef ref : queue.jobs) cores_[core] += work_.find(ref)->cost;
  for (std::size_t lane = 0; lane < env::kLaneCount; ++lane) answer_known(static_cast<env::Lane>(lane));
  if (!queue.jobs.empty()) begin_at(core, end);
}

void SimExecutor::answer_known(env::Lane lane) {
  std::vector<SlotRef>& open = long_->lanes[static_cast<std::size_t>(lane)];
  std::int64_t& lane_end = lane_end_[static_cast<std::size_t>(lane)];
  std::size_t answered = 0;
  for (; answered < open.size(); ++answered) {
    const Work& work = *work_.find(open[answered]);
    if (work.end < 0) break;
    lane_end = std::max(lane_end, work.end + work.late);
    const std::int64_t time = std::max(lane_end, kernel_.now_ns());
    kernel_.post_reserved(self_, work.counter, time, EventKind::executor, open[answered].slot,
                          open[answered].generation);
  }
  open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(answered));
}

// Threads of a process that is stopped compute nothing. What a counter tells ends meanwhile, which is soon.
void SimExecutor::paused() {
  if (long_ == nullptr) return;
  for (Queue& queue : long_->queues) {
    if (queue.token == 0) continue;
    queue.due = -1;
    kernel_.flows()->suspend(queue.token);
  }
}

void SimExecutor::resumed() {
  if (long_ == nullptr) return;
  for (std::size_t core = 0; core < long_->queues.size(); ++core) {
    Queue& queue = long_->queues[core];
    if (queue.jobs.empty() || queue.begins > kernel_.now_ns()) continue;
    const std::int64_t since = std::max(kernel_.machine(self_).paused_since.ns, queue.begins);
    cores_[core] += kernel_.now_ns() - since;
    if (queue.token != 0) {
      kernel_.flows()->resume(queue.token);
    } else {
      queue.begins = kernel_.now_ns();
      begin(core);
    }
  }
}

}  // namespace lastmile::sim
