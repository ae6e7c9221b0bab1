// report.html from a run folder alone (scenario-format.md 8): summary.json, scenario.json, metrics.csv, events.lmt.
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace lastmile::study {

// One offline page. Missing metrics or events leave their charts out and say so; a missing or unreadable summary.json
// is an error.
Result<std::string> render_report(const std::string& folder);
// Renders and writes FOLDER/report.html.
Result<Unit> write_report(const std::string& folder);

}  // namespace lastmile::study
