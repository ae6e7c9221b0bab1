// What a node counts beside the figures that its HTTP interface reads from it: its typed events, its process, its disk.
#pragma once

#include <array>
#include <cstddef>

#include "core/trace/event.hpp"
#include "real/ops/metrics.hpp"

namespace lastmile::real {

// Counts every event and hands it on. Loop thread.
class CountingSink final : public trace::Sink {
 public:
  CountingSink(Metrics& metrics, trace::Sink& next);
  void record(const trace::Event& event) override;

 private:
  trace::Sink& next_;
  Metrics::Family<Counter>& events_;
  Metrics::Family<Counter>& statuses_;
  Metrics::Family<Counter>& rejections_;
  Metrics::Family<Counter>& refused_;
  Counter& published_bytes_;
  Counter& fetched_bytes_;
  Counter& duplicates_;
  Histogram& rounds_;
};

// Processor time, memory, open files and age of this process, read when they are asked for.
void add_process_metrics(Metrics& metrics);

}  // namespace lastmile::real
