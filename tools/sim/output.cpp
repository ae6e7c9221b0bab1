#include "tools/sim/output.hpp"

#include <cstdio>
#include <filesystem>

#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/text/finding.hpp"

namespace lastmile::tools {

int fail(const std::string& text) {
  std::fprintf(stderr, "lastmile-sim: %s\n", text.c_str());
  return kExitUsage;
}

std::optional<scenario::Scenario> load_wanted(const CommandOptions& options, const std::string& path) {
  scenario::Findings findings;
  auto loaded = scenario::load_scenario_file(path, {options.sets, options.seed}, findings);
  if (loaded) {
    const bool real = options.world == "real";
    scenario::unsupported(*loaded, real ? scenario::real_abilities() : scenario::simulator_abilities(), findings);
  }
  if (findings.empty()) return loaded;
  std::fputs(findings.lines(path).c_str(), stderr);
  return std::nullopt;
}

std::string killed_hint(const std::string& folder) {
  const std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
  std::error_code error;
  if (std::filesystem::exists(path / "summary.json", error) ||
      !std::filesystem::exists(path / "scenario.json", error)) {
    return {};
  }
  return "; that run was killed before its end, start it again: lastmile-sim run " + (path / "scenario.json").string();
}

}  // namespace lastmile::tools
