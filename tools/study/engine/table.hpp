// Tables of a study: comma-separated text, and the same as one NumPy file per column (docs/study-format.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "tools/study/engine/plan.hpp"
#include "tools/study/engine/store.hpp"

namespace lastmile::study {

// Writes into `folder`, each whole or not at all, in the order of (point, replicate) whatever order the runs finished
// in:
//   results.csv     simulation, subset, run, substep, timestep, then every metric; a row for each finished run
//   columns/X.npy   column X of results.csv: int64 for the first five, double for metrics
//   parameters.csv  simulation, subset, then every parameter; a row for each point
//   failures.csv    simulation, subset, run, seed, end, reason; a row for each run that gave none
// `counted[p]`: how many replicates of point p belong to the study. Runs that are not there yet have no row.
Result<Unit> write_tables(const StudyPlan& plan, const ResultIndex& results, const std::vector<std::uint32_t>& counted,
                          const std::string& folder);

// Beside its place first, then renamed.
Result<Unit> write_whole(const std::string& path, std::string_view content);

// A value of a parameter for people: a JSON text without its quotes.
std::string plain_value(const std::string& json);

}  // namespace lastmile::study
