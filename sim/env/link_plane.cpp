#include "sim/env/link_plane.hpp"

#include <algorithm>

#include "sim/env/kernel.hpp"
#include "sim/env/sim_network.hpp"

namespace lastmile::sim {

std::size_t LinkPlane::purge(NodeIndex from, NodeIndex to, std::uint32_t connection) {
  const auto found = held_.find({from.value, to.value});
  if (found == held_.end()) return 0;
  std::size_t frames = 0;
  std::erase_if(found->second, [&](const HeldFrame& frame) {
    if (frame.connection != connection) return false;
    if (frame.kind != EventKind::connection) ++frames;
    Kernel::release(frame);
    return true;
  });
  if (found->second.empty()) held_.erase(found);
  return frames;
}

void LinkPlane::release_free(Kernel& kernel) {
  for (auto at = held_.begin(); at != held_.end();) {
    const NodeIndex from{at->first.first};
    const NodeIndex to{at->first.second};
    const auto effect = rules_.effect(from, to);
    if (effect && effect->keeps_bytes()) {
      ++at;
      continue;
    }
    const std::deque<HeldFrame> frames = std::move(at->second);
    at = held_.erase(at);
    const std::int64_t arrival = kernel.now_ns() + kernel.latency(from, to).ns;
    for (const HeldFrame& frame : frames) {
      if (SimNetwork* network = kernel.slot(from).network; network != nullptr) {
        network->resend(to, frame);
      } else if (effect && effect->cut == CutMode::reset) {
        Kernel::release(frame);
      } else {
        kernel.post(to, from, arrival, frame.kind, frame.aux, frame.connection, frame.extra, frame.argument);
      }
    }
  }
}

void LinkPlane::clear() {
  for (const auto& [pair, frames] : held_)
    for (const HeldFrame& frame : frames) Kernel::release(frame);
  held_.clear();
}

}  // namespace lastmile::sim
