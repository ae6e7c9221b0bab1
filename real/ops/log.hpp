#pragma once

#include "core/base/result.hpp"
#include "real/ops/settings.hpp"

namespace lastmile::real {

// Sets up the program's log on standard error (spdlog's default logger): text, or one JSON object per line with ts,
// level, target and msg. Under systemd (JOURNAL_STREAM) lines have a priority prefix and no time of their own. Error:
// an unknown level.
Result<Unit> start_logging(const Settings& settings);

}  // namespace lastmile::real
