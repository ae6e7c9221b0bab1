// Shipped region tables (scenarios/engine/data), compiled in.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "scenarios/engine/model/world.hpp"

namespace lastmile::scenario {

std::vector<std::string_view> region_tables();
// Null for an unknown name.
const Regions* find_region_table(std::string_view name);
// Where the figures come from, for reports.
std::string_view region_table_source(std::string_view name);

}  // namespace lastmile::scenario
