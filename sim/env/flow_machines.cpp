// The machines of level `flow`: on or off, long jobs, energy.
#include <algorithm>

#include "core/base/check.hpp"
#include "sim/env/flow_plane.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/node_runtime.hpp"
#include "sim/env/part_of.hpp"

namespace lastmile::sim {

void FlowPlane::add_machine(const Hardware& hardware) {
  const std::uint32_t machine =
      physics_->add_machine({.uplink_bits = hardware.uplink_bits,
                             .downlink_bits = hardware.downlink_bits,
                             .disk_read_bytes = hardware.disk_read_bytes,
                             .disk_write_bytes = hardware.disk_write_bytes,
                             .cores = hardware.cores,
                             .speed = hardware.speed,
                             .idle_milliwatts = hardware.idle_milliwatts,
                             .busy_milliwatts = std::max(hardware.idle_milliwatts, hardware.busy_milliwatts)});
  physics_->turn_off(machine);
}

void FlowPlane::machine_on(NodeIndex node) {
  if (kernel_.now_ns() > 0) settle_clock();
  physics_->turn_on(node.value);
}

std::size_t FlowPlane::machine_off(NodeIndex node) {
  if (kernel_.now_ns() > 0) settle_clock();
  const std::size_t before = lost_;
  physics_->turn_off(node.value);
  if (!idle()) settle_clock();  // hears what failed
  return lost_ - before;
}

// The physics may have come further than the job's beginning, to the end of the bucket that drains: what it would have
// done by then is not left to do.
ActivityToken FlowPlane::compute(NodeIndex node, std::uint32_t core, std::int64_t begins, Duration length) {
  if (!telling_) settle_clock();
  const ActivityToken token = ++tokens_;
  computing_.emplace(token, Computing{node, core});
  const std::int64_t left = length.ns - (physics_->now().ns - begins);
  LM_CHECK(left > 0);
  const std::uint64_t speed = kernel_.machine(node).spec.hardware.speed;
  physics_->compute(token, node.value, {static_cast<std::int64_t>(part_of(static_cast<std::uint64_t>(left), speed))});
  return token;
}

void FlowPlane::suspend(ActivityToken job) {
  settle_clock();
  physics_->suspend(job);
}

void FlowPlane::resume(ActivityToken job) {
  settle_clock();
  physics_->resume(job);
}

void FlowPlane::tell_computed(const Completion& completion) {
  const Computing job = computing_.extract(completion.token).mapped();
  if (completion.ok) kernel_.machine(job.node).runtime->executor.on_computed(job.core, completion.at.ns);
}

FlowPlane::Drawn FlowPlane::drawn(NodeIndex node) {
  if (!kernel_.config().energy) return {};
  if (idle()) physics_->advance({std::max(kernel_.now_ns(), physics_->now().ns)}, completions_);
  return {physics_->energy_joules(node.value), physics_->use(node.value)};
}

}  // namespace lastmile::sim
