#include "core/node/queue_gauges.hpp"

namespace lastmile::node {

void QueueGauges::set_depth(trace::Queue queue, std::uint64_t depth) {
  QueueGauge& gauge = at(queue);
  gauge.depth = depth;
  if (depth <= gauge.peak) return;
  gauge.peak = depth;
  sink_.record({trace::Kind::queue_depth, {}, static_cast<std::uint64_t>(queue), depth, gauge.limit});
}

void QueueGauges::refuse(trace::Queue queue, std::string_view item, std::uint64_t reason) {
  ++at(queue).refused;
  sink_.record({trace::Kind::queue_refused, item, static_cast<std::uint64_t>(queue), reason, 0});
}

}  // namespace lastmile::node
