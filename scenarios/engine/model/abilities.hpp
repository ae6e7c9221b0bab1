// What a world cannot do is refused before the run, by name; never ignored (scenario-format.md 3).
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/text/finding.hpp"

namespace lastmile::scenario {

struct Abilities {
  WorldKind world = WorldKind::sim;
  std::set<std::string, std::less<>>
      faults;  // "partition", "partition.leak", "link.loss", "crash.torn", "chain.reorg", ...
  std::set<std::string, std::less<>> adversaries;  // kinds
  std::set<std::string, std::less<>> checks;
  std::set<std::string, std::less<>> no_measures;  // measures, or parts of them, that it does not produce
  std::set<std::string, std::less<>> economies;    // presets
  std::set<NetworkLevel> networks;
  std::set<CryptoMode> crypto;
  bool light_nodes = false;
  bool other_roles = false;  // roles besides core
  bool chains = false;
  std::set<std::string, std::less<>> chain_kinds;  // of world.chains
  std::uint64_t finality_blocks_least = 0, finality_blocks_most = 0;
  bool parameters = false;
  bool clocks = false;       // clock laws of groups
  bool late_groups = false;  // `start` of a group
};
// Today's simulator and today's rig. A runner that can more or less passes its own.
Abilities simulator_abilities();
Abilities real_abilities();

// One finding per thing that the world cannot do, with its JSON pointer; none = it can run.
void unsupported(const Scenario& scenario, const Abilities& abilities, Findings& findings);

}  // namespace lastmile::scenario
