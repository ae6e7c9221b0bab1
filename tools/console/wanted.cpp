#include "tools/console/wanted.hpp"

#include "core/base/present.hpp"
#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/traffic/envelope_file.hpp"
#include "tools/console/complaints.hpp"

namespace lastmile::tools {

std::optional<scenario::Scenario> load_wanted(const std::string& path, const scenario::LoadOptions& options,
                                              scenario::WorldKind world, std::string_view program, bool json) {
  scenario::Findings findings;
  auto loaded = scenario::load_scenario_file(path, options, findings);
  if (loaded) {
    const bool real = world == scenario::WorldKind::real;
    scenario::unsupported(*loaded, real ? scenario::real_abilities() : scenario::simulator_abilities(), findings);
  }
  if (findings.empty()) scenario::load_envelopes(present(loaded), findings);
  if (findings.empty()) return loaded;
  complain(program, complaints_of(findings, path), json);
  return std::nullopt;
}

}  // namespace lastmile::tools
