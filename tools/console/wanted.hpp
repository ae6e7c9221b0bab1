// The scenario that a command line names, ready to be run by one world.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scenarios/engine/model/load.hpp"

namespace lastmile::tools {

// The scenario as the options change it, with the envelopes that it replays, when `world` can run it. What is wrong is
// told as complaints of `program`, as JSON or for people.
std::optional<scenario::Scenario> load_wanted(const std::string& path, const scenario::LoadOptions& options,
                                              scenario::WorldKind world, std::string_view program, bool json);

}  // namespace lastmile::tools
