// Determinism, tested by doing: the same scenario twice, and the first event that differs if one does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "sim/env/loop_record.hpp"

namespace lastmile::sim {

struct Twins {
  Hash256 digest;  // of the first run
  std::uint64_t events = 0;
  std::string difference;  // empty: equal; else where they part
};

// Runs both in this process, or at level `flow` each in a copy of it (and, when they differ, once more each to record
// the interval in which they part). For scenarios that should run alike: equal ones, or such as differ in what must not
// matter (mode of crypto, records). The event that differs is named if it is among so many of the interval; else that
// the record was full.
Result<Twins> compare_runs(const scenario::Scenario& first, const scenario::Scenario& second,
                           std::size_t record_events_max = LoopRecord::kEventsMax);
inline Result<Twins> run_twins(const scenario::Scenario& scenario) { return compare_runs(scenario, scenario); }

}  // namespace lastmile::sim
