// Machines: how one is read, and the shipped ones (scenarios/engine/data/machines), compiled in.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/world.hpp"

namespace lastmile::scenario {

// What a machine is when the file names none: a rented server of ordinary size.
Hardware default_hardware();
// Keys that are not there are those of the default.
Hardware parse_machine(const Place& place, std::string name);

// All of its keys but the name, as a scenario file has them.
Json machine_json(const Hardware& machine);

struct ShippedMachine {
  Hardware machine;
  std::string source;  // where its figures come from, and which of them are assumed
};
// Names are unique, and none is that of the default.
const std::vector<ShippedMachine>& shipped_machines();

}  // namespace lastmile::scenario
