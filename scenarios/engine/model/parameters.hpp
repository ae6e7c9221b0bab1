// Which limits and intervals of a node a scenario may override, by name.
#pragma once

#include <string_view>
#include <vector>

#include "core/node/limits.hpp"
#include "scenarios/engine/model/world.hpp"

namespace lastmile::scenario {

enum class ParameterKind : std::uint8_t { count, bytes, duration };
struct ParameterInfo {
  std::string_view name;
  ParameterKind kind;
};
// In the order of core/node/limits.hpp.
const std::vector<ParameterInfo>& all_parameters();

// Writes the overrides into the structs a node is made with. Names were checked by the parser.
void apply_parameters(const std::vector<Parameter>& overrides, node::Limits& limits, node::Intervals& intervals);

}  // namespace lastmile::scenario
