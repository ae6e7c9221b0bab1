#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "core/base/result.hpp"
#include "real/ops/trace_file.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::real {

// The trace files of all nodes as one sequence in order of time. An event that reached its file too late keeps the
// order and gets the time of the one before it.
class TraceMerge {
 public:
  using Take = std::function<void(Instant time, scenario::Node node, const trace::Event& event)>;

  // Events of node i are read from files[i].
  explicit TraceMerge(std::vector<std::filesystem::path> files);

  // Time zero of the run; events before it happened at zero.
  void begin(Instant zero) { zero_ = zero; }
  // Everything that happened at or before `now` (of the run). Later events wait for the next call.
  Result<Unit> read(Instant now, const Take& take);
  // The life of a node is over: the rest of its events, at `now` at the latest, and then an empty file for the next
  // life. What it was writing when it was killed is dropped.
  Result<Unit> end_of_life(scenario::Node node, Instant now, const Take& take);

 private:
  struct Waiting {
    Instant time;  // of the run
    scenario::Node node;
    TraceRecord record;
  };
  Result<Unit> fill(scenario::Node node);
  void hand_out(Instant now, const Take& take);

  std::vector<std::filesystem::path> files_;
  std::vector<TraceTail> tails_;
  std::deque<Waiting> waiting_;
  Instant zero_;
  Instant last_;
};

}  // namespace lastmile::real
