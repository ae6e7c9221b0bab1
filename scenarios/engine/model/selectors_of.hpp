// Inside: every selector of a scenario with its JSON pointer.
#pragma once

#include <functional>
#include <string>

#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::scenario {

struct SelectorUse {
  std::string pointer;
  std::string entry;  // name of the stream its counting atoms draw from
  const Selector& selector;
};
void each_selector(const Scenario& scenario, const std::function<void(const SelectorUse&)>& call);

// The pair of sides of a fault, if it has two.
const Between* sides_of(const Fault& fault);
// Who it hits, if it names nodes.
const Selector* who_of(const Fault& fault);

}  // namespace lastmile::scenario
