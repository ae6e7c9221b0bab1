// The two comparisons. The first results are those that bounds are of and that are looked at closely, the others one
// row each.
#pragma once

#include <vector>

#include "tests/validation/packets/results.hpp"
#include "tests/validation/part.hpp"

namespace lastmile::validation::packets {

Part times_of_mixed(const Workload& workload, const std::vector<double>& flow,
                    const std::vector<PacketResults>& results);
Part shares_of_shared(const Workload& workload, const std::vector<double>& flow,
                      const std::vector<PacketResults>& results);

}  // namespace lastmile::validation::packets
