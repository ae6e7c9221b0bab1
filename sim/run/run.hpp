// One run of a scenario in the simulator: world, timeline, traffic and observers around an engine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "sim/env/loop_event.hpp"

namespace lastmile::sim {

struct RunProgress {
  Instant now;
  Instant latest_end;  // upper bound: the end of settle
  scenario::Phase phase = scenario::Phase::warm_up;
  std::uint64_t published = 0;
  std::uint64_t events = 0;
};

struct RunOptions {
  // Folder under construction (RunFolder::partial()): events.lmt and metrics.csv are written there. Empty: nowhere.
  std::string folder;
  Callback<void(const RunProgress&)> progress;  // once per simulated second; may be empty
  Callback<bool()> interrupted;                 // asked once per simulated second; true ends the run as unknown
  LoopObserver* loop_observer = nullptr;        // sees every event of the run digest; for twin runs
};

// Errors: a world that cannot be built, unreadable traffic files, a folder that cannot be written. What goes wrong
// inside the run is in the summary's verdict. One run per call; runs do not share anything.
Result<scenario::Summary> run_scenario(const scenario::Scenario& scenario, RunOptions options);

}  // namespace lastmile::sim
