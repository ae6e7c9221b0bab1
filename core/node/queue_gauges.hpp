// Depth, peak and refusals of every bounded queue of a node: what its inspection tells and what bounded_queues checks.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/trace/event.hpp"

namespace lastmile::node {

struct QueueGauge {
  std::uint64_t depth = 0;
  std::uint64_t peak = 0;
  std::uint64_t limit = 0;  // 0: the node has no such queue
  std::uint64_t refused = 0;
};

class QueueGauges {
 public:
  explicit QueueGauges(trace::Sink& sink) : sink_(sink) {}

  void set_limit(trace::Queue queue, std::uint64_t limit) { at(queue).limit = limit; }
  // A new peak is traced.
  void set_depth(trace::Queue queue, std::uint64_t depth);
  // Something found no room; item: its hash, when it has one. The reason is one of the queue's own.
  void refuse(trace::Queue queue, std::string_view item, std::uint64_t reason = 0);
  const QueueGauge& of(trace::Queue queue) const { return gauges_[static_cast<std::size_t>(queue)]; }

 private:
  QueueGauge& at(trace::Queue queue) { return gauges_[static_cast<std::size_t>(queue)]; }

  trace::Sink& sink_;
  std::array<QueueGauge, trace::kQueueCount> gauges_{};
};

}  // namespace lastmile::node
