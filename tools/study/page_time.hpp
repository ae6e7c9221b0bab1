// Inside: what all charts over time have in common.
#pragma once

#include <string>
#include <vector>

#include "tools/study/chart.hpp"
#include "tools/study/run_data.hpp"

namespace lastmile::study {

inline constexpr std::size_t kLoneStyle = 6;  // a curve that shares its panel with no other

// Whose curves are drawn: islands say more than groups where there are any; "all" alone when there is nothing to
// compare.
std::vector<std::string> shown_scopes(const RunData& run);
std::string scope_name(const std::string& scope);
// Null when metrics.csv has none.
const Series* series(const RunData& run, const std::string& scope, const std::string& name);
std::vector<Lane> fault_lanes(const RunData& run);
// With phases and lanes, without panels.
TimeChart time_chart_of(const RunData& run);

}  // namespace lastmile::study
