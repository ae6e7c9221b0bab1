// What a scenario may not ask of light nodes (`fidelity`): they gossip, and have no store, disk or chain.
#pragma once

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/text/finding.hpp"

namespace lastmile::scenario {

bool has_light_nodes(const Scenario& scenario);
bool has_only_light_nodes(const World& world);
// Light nodes may be away for a while, and never learn what they missed.
bool light_nodes_may_miss(const Scenario& scenario);

// One finding for each such thing, with its JSON pointer. For scenarios that are valid by themselves.
void refuse_of_light_nodes(const Scenario& scenario, Findings& findings);

}  // namespace lastmile::scenario
