// A workload in the simulator, level `flow`.
#pragma once

#include <vector>

#include "tests/validation/packets/workload.hpp"

namespace lastmile::validation::packets {

// Seconds from asking to the last byte, of each transfer. Once in a process: SimGrid has one engine.
std::vector<double> flow_seconds(const Workload& workload);

}  // namespace lastmile::validation::packets
