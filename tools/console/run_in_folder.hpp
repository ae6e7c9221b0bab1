// A run as a program of either world does it: signals, progress on the terminal, and the run folder with its report.
#pragma once

#include <string>
#include <string_view>

#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "scenarios/engine/folder/run_folder.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/run/run_options.hpp"

namespace lastmile::tools {

// Runs the scenario in one of the worlds.
using StartRun = Callback<Result<scenario::Summary>(scenario::RunOptions)>;

// Ctrl-C and SIGTERM end the run soon, with the verdict unknown; a second one ends the process at once. `folder`: where
// the world writes its logs; empty: nowhere.
Result<scenario::Summary> run_watched(std::string folder, bool quiet, StartRun start);
// Did one of them come?
bool interrupted();

// The same, and everything else that belongs into the folder, which is committed. After an error it stays as
// NAME.partial, and its log says why.
Result<scenario::Summary> run_in_folder(const scenario::Scenario& wanted, scenario::RunFolder folder, bool quiet,
                                        StartRun start);

// A path for people and for summary.json.
std::string in_folder(const std::string& folder, std::string_view file);

// On standard output: one JSON object, or the summary and where the report is (folder empty: it has none).
void print_run(const scenario::Summary& summary, const std::string& folder, bool json);

}  // namespace lastmile::tools
