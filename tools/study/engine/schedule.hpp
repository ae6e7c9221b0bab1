// Inside: which runs a study needs. What it wants depends on outcomes only, never on the order in which they come.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "tools/study/engine/plan.hpp"
#include "tools/study/engine/study.hpp"

namespace lastmile::study {

class Schedule {
 public:
  Schedule(const StudyPlan& plan, Shard shard);

  struct Run {
    std::uint32_t point = 0;
    std::uint32_t replicate = 0;
  };
  // A run that is wanted and was not yet given out; points in order, replicates of a point in order.
  std::optional<Run> next();
  // What a run that was given out came to.
  void done(Run run, const Outcome& outcome);

  std::uint64_t expected() const { return expected_; }
  std::uint64_t finished() const { return finished_; }
  bool complete() const { return finished_ == expected_; }
  // Replicates that belong to the study as far as is known.
  const std::vector<std::uint32_t>& counted() const { return wanted_; }

 private:
  void decide(std::uint32_t point);

  const StudyPlan& plan_;
  Shard shard_;
  std::vector<std::uint32_t> wanted_;        // of each point; 0: of another shard
  std::vector<std::uint32_t> arrived_;       // of each point
  std::vector<std::vector<double>> values_;  // with a stopping rule: of its metric, by replicate; NaN: none
  std::uint32_t first_ = 0;                  // replicates that every point gets
  std::uint32_t cursor_point_ = 0;
  std::uint32_t cursor_replicate_ = 0;
  std::deque<Run> more_;  // what a stopping rule asked for
  std::uint64_t expected_ = 0;
  std::uint64_t finished_ = 0;
};

}  // namespace lastmile::study
