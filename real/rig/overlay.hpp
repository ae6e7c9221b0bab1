#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::real {

// Whom each node of the rig dials at its start; an edge is dialled by one of its two nodes. `full` is full; every other
// kind is a ring with random chords up to the wanted mean degree: connected, without repeats, equal for equal seeds.
// The simulator draws its graphs by other routines, so that the two overlays differ in their edges, not in their
// density.
std::vector<std::vector<std::uint32_t>> dials_of(const scenario::Scenario& scenario, std::uint32_t nodes);

}  // namespace lastmile::real
