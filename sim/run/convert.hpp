// From the words of a scenario to the structs of the simulator and of a node.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/node/config.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/node_table.hpp"
#include "scenarios/engine/timeline/timeline.hpp"
#include "sim/env/engine.hpp"
#include "sim/world/world.hpp"

namespace lastmile::sim {

EngineConfig engine_config(const scenario::Scenario& scenario);
WorldSpec world_spec(const scenario::Scenario& scenario, const scenario::NodeTable& nodes);
ChainConfig chain_config(const scenario::ChainSpec& chain);

// What all nodes of a run share: parameters, roads, gossip tables. Peers, chains and signers are each node's own.
node::NodeConfig shared_node_config(const scenario::Scenario& scenario);
// The addresses whose heads every node follows, known to them as the emitters of a chain are: those of all
// synchronization nodes.
std::shared_ptr<const std::set<std::string, std::less<>>> head_signers(const scenario::Scenario& scenario,
                                                                       const scenario::NodeTable& nodes);
// The names that a node dials: each edge of the overlay is dialled by one of its two nodes.
std::vector<std::string> dialled(const scenario::NodeTable& nodes, const scenario::Graph& overlay, scenario::Node node);
// Of a full node.
node::NodeConfig node_config(const node::NodeConfig& shared, const scenario::Scenario& scenario,
                             const scenario::NodeTable& nodes, const scenario::Graph& overlay, scenario::Node node);

}  // namespace lastmile::sim
