// Inside: the texts of scenarios/engine/data/*.json, compiled in.
#pragma once

#include <string_view>
#include <vector>

namespace lastmile::scenario {

const std::vector<std::string_view>& region_data();

}  // namespace lastmile::scenario
