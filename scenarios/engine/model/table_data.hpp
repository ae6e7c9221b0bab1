// Inside: the texts of scenarios/engine/data, compiled in.
#pragma once

#include <string_view>
#include <vector>

namespace lastmile::scenario {

const std::vector<std::string_view>& region_data();
const std::vector<std::string_view>& machine_data();

}  // namespace lastmile::scenario
