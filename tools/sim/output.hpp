// What all verbs share: reading the file they were given, and complaining.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "tools/sim/commands.hpp"

namespace lastmile::tools {

inline constexpr const char* kProgram = "lastmile-sim";

// One complaint; gives kExitUsage. `hint`: a sentence of its own, may be empty.
int fail(const CommandOptions& options, std::string text, std::string hint = "");

// One complaint; gives the exit status of a run that could not be carried out, or of a page that found no room.
int undecided(const CommandOptions& options, const Error& why);

// The scenario as the options change it, when the world they name can run it. Complains otherwise.
std::optional<scenario::Scenario> load_wanted(const CommandOptions& options, const std::string& path);

// What is left of a run that was killed: a hint how to go on. Empty for other folders.
std::string killed_hint(const std::string& folder);

}  // namespace lastmile::tools
