#include "scenarios/engine/model/selectors_of.hpp"

namespace lastmile::scenario {

const Between* sides_of(const Fault& fault) {
  return std::visit(
      [](const auto& body) -> const Between* {
        if constexpr (requires { body.between; }) return &body.between;
        return nullptr;
      },
      fault.body);
}

const Selector* who_of(const Fault& fault) {
  return std::visit(
      [](const auto& body) -> const Selector* {
        if constexpr (requires { body.who; }) return &body.who;
        return nullptr;
      },
      fault.body);
}

void each_selector(const Scenario& scenario, const std::function<void(const SelectorUse&)>& call) {
  const auto at = [](std::string_view section, std::size_t i, std::string_view key) {
    return std::string(section) + "/" + std::to_string(i) + "/" + std::string(key);
  };
  for (std::size_t i = 0; i < scenario.world.chains.size(); ++i) {
    const auto& chain = scenario.world.chains[i];
    call({at("/world/chains", i, "synchronizers"), chain.name, chain.synchronizers});
  }
  for (std::size_t i = 0; i < scenario.traffic.size(); ++i) {
    call({at("/traffic", i, "into"), scenario.traffic[i].name, scenario.traffic[i].into});
  }
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const Fault& fault = scenario.faults[i];
    if (const Between* sides = sides_of(fault)) {
      call({at("/faults", i, "between/0"), fault.name, (*sides)[0]});
      call({at("/faults", i, "between/1"), fault.name, (*sides)[1]});
    }
    if (const Selector* who = who_of(fault)) call({at("/faults", i, "who"), fault.name, *who});
  }
  for (std::size_t i = 0; scenario.economy && i < scenario.economy->balances.size(); ++i) {
    call({at("/economy/balances", i, "into"), "economy", scenario.economy->balances[i].into});
  }
  if (scenario.economy && scenario.economy->registry) {
    call({"/economy/registry/into", "economy:registry", scenario.economy->registry->into});
  }
  for (std::size_t i = 0; i < scenario.adversaries.size(); ++i) {
    const Adversary& adversary = scenario.adversaries[i];
    call({at("/adversaries", i, "who"), adversary.name, adversary.who});
    const auto* eclipser = std::get_if<Eclipser>(&adversary.body);
    if (eclipser != nullptr) call({at("/adversaries", i, "against"), adversary.name, eclipser->against});
  }
  for (std::size_t i = 0; i < scenario.checks.size(); ++i) {
    for (std::size_t side = 0; side < 2; ++side) {
      const Selector& selector = scenario.checks[i].between[side];
      if (!selector.terms.empty()) call({at("/checks", i, "between/" + std::to_string(side)), "check", selector});
    }
  }
}

}  // namespace lastmile::scenario
