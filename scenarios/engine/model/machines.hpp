// Machines: how one is read, and the shipped ones (scenarios/engine/data/machines), compiled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/world.hpp"

namespace lastmile::scenario {

// What a machine is when the file names none: a rented server of ordinary size.
Hardware default_hardware();
// Keys that are not there are those of the default.
Hardware parse_machine(const Place& place, std::string name);

std::vector<std::string_view> shipped_machines();
// Null for an unknown name.
const Hardware* find_shipped_machine(std::string_view name);
// Where its figures come from, and which of them are assumed; empty for an unknown name.
std::string_view shipped_machine_source(std::string_view name);

}  // namespace lastmile::scenario
