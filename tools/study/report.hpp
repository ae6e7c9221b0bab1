// report.html from a run folder alone (scenario-format.md 8): summary.json, scenario.json, metrics.csv, events.lmt.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lastmile::study {

// One offline page. Missing metrics or events leave their charts out and say so; a missing or unreadable summary.json
// is an error.
Result<std::string> render_report(const std::string& folder);
// Writes FOLDER/report.html, whole or not at all.
Result<Unit> write_page(const std::string& folder, std::string_view page);

}  // namespace lastmile::study
