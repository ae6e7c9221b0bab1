#include <algorithm>
#include <set>

#include "scenarios/engine/model/parse.hpp"

namespace lastmile::scenario {

void validate_disk_sizes(const Scenario& scenario, Findings& findings) {
  const auto fills = [](const Fault& fault) {
    const auto* disk = std::get_if<DiskFault>(&fault.body);
    return disk != nullptr && disk->mode == DiskTrouble::full;
  };
  const auto fault = std::find_if(scenario.faults.begin(), scenario.faults.end(), fills);
  if (fault == scenario.faults.end()) return;
  std::set<std::uint32_t> used;
  for (const Group& group : scenario.world.groups) used.insert(group.hardware);
  for (const std::uint32_t machine : used) {
    const Hardware& hardware = scenario.world.hardware[machine];
    if (hardware.disk_size.bytes > 0) continue;
    findings.expected("/world/hardware/" + hardware.name + "/disk_size",
                      "a size: the fault \"" + fault->name + "\" takes a part of what is free", "no limit");
  }
}

}  // namespace lastmile::scenario
