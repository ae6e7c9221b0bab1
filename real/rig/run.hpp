// One run of a scenario on real processes: nodes, proxy, timeline, traffic and observers, in real time.
#pragma once

#include <optional>
#include <string>

#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::real {

struct RigProgress {
  Instant now;
  Instant latest_end;  // upper bound: the end of settle
  scenario::Phase phase = scenario::Phase::warm_up;
  std::uint64_t published = 0;
  std::uint64_t events = 0;  // trace events of all nodes
};

struct RigOptions {
  std::string program;  // lastmile-node
  // Folder under construction (RunFolder::partial()): events.lmt and metrics.csv are written there, and logs of the
  // nodes under nodes/.
  std::string folder;
  Callback<void(const RigProgress&)> progress;  // once per second; may be empty
  Callback<bool()> interrupted;                 // asked often; true ends the run as unknown
};

// Errors: nodes or the proxy that cannot be started, unreadable traffic files, a folder that cannot be written. What
// goes wrong inside the run is in the summary's verdict; a node that ends by itself or does not answer ends the run as
// unknown, by name. All processes are gone when it returns, whatever it returns.
Result<scenario::Summary> run_on_rig(const scenario::Scenario& scenario, RigOptions options);

}  // namespace lastmile::real
