// What all verbs share: reading the file they were given, and complaining.
#pragma once

#include <optional>
#include <string>

#include "scenarios/engine/model/scenario.hpp"
#include "tools/sim/commands.hpp"

namespace lastmile::tools {

// One line on standard error; gives kExitUsage.
int fail(const std::string& text);

// The scenario as the options change it, when the world they name can run it. Findings go to standard error.
std::optional<scenario::Scenario> load_wanted(const CommandOptions& options, const std::string& path);

// What is left of a run that was killed: a hint how to go on, to follow an error. Empty for other folders.
std::string killed_hint(const std::string& folder);

}  // namespace lastmile::tools
