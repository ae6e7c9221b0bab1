// One run of a scenario on real processes: nodes, proxy, timeline, traffic and observers, in real time.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/run/run_options.hpp"

namespace lastmile::real {

// The folder is not empty: logs of the nodes lie in it too, under nodes/.
struct RigOptions : scenario::RunOptions {
  std::string program;  // lastmile-node
  std::string anvil;    // the program of chains; empty = there is none
};

// Errors: nodes or the proxy that cannot be started, unreadable traffic files, a folder that cannot be written. What
// goes wrong inside the run is in the summary's verdict; a node that ends by itself or does not answer ends the run as
// unknown, by name. All processes are gone when it returns, whatever it returns.
Result<scenario::Summary> run_on_rig(const scenario::Scenario& scenario, RigOptions options);

}  // namespace lastmile::real
