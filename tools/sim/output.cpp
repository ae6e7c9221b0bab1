#include "tools/sim/output.hpp"

#include <filesystem>

#include "scenarios/engine/folder/summary.hpp"
#include "tools/arguments/complaint.hpp"
#include "tools/console/wanted.hpp"

namespace lastmile::tools {

int fail(const CommandOptions& options, std::string text, std::string hint) {
  complain(kProgram, {.text = std::move(text), .hint = std::move(hint)}, options.json);
  return kExitUsage;
}

int undecided(const CommandOptions& options, const Error& why) {
  fail(options, why.text);
  return scenario::exit_status(scenario::Verdict::unknown);
}

std::optional<scenario::Scenario> load_wanted(const CommandOptions& options, const std::string& path) {
  const auto world = options.world == "real" ? scenario::WorldKind::real : scenario::WorldKind::sim;
  return load_wanted(path, {options.sets, options.seed}, world, kProgram, options.json);
}

std::string killed_hint(const std::string& folder) {
  const std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
  std::error_code error;
  if (std::filesystem::exists(path / "summary.json", error) ||
      !std::filesystem::exists(path / "scenario.json", error)) {
    return {};
  }
  return "That run was killed before its end; start it again: lastmile-sim run " + (path / "scenario.json").string();
}

}  // namespace lastmile::tools
