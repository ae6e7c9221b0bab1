// What whoever starts a run may ask of it, in every world. Apart from runner.hpp, which brings in all of the engine.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/callback.hpp"
#include "core/base/time.hpp"
#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::scenario {

struct RunProgress {
  Instant now;
  Instant latest_end;  // upper bound: the end of settle
  Phase phase = Phase::warm_up;
  std::uint64_t published = 0;
  std::uint64_t events = 0;  // as the world counts them
};

struct RunOptions {
  // Folder under construction (RunFolder::partial()): events.lmt and metrics.csv are written there. Empty: nowhere.
  std::string folder;
  Callback<void(const RunProgress&)> progress;  // once per second of the run; may be empty
  Callback<bool()> interrupted;                 // asked often, must be cheap; true ends the run as unknown
};

}  // namespace lastmile::scenario
