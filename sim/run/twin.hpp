// Determinism, tested by doing: the same scenario twice, and the first event that differs if one does.
#pragma once

#include <string>

#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::sim {

struct Twins {
  Hash256 digest;  // of the first run
  std::uint64_t events = 0;
  std::string difference;  // empty: equal; else where they part
};

// Runs it twice in this process (and, when they differ, twice more to record the interval in which they part).
Result<Twins> run_twins(const scenario::Scenario& scenario);

}  // namespace lastmile::sim
