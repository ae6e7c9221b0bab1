// The public chains of a rig: a process for each, blocks by the law of the scenario, faults, and what each node's
// settings say of them.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "real/rig/anvil.hpp"
#include "real/rig/proxy.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::real {

// Every node reaches every chain by an address of its own, a service of the proxy, so that a fault can be of some nodes
// only. They come chain by chain.
class RigChains {
 public:
  // Between looks of a node at a chain. The simulator tells a block as it comes.
  static constexpr Duration kPoll = milliseconds(250);

  struct Options {
    std::string program;           // anvil; needed when the scenario has chains
    std::filesystem::path folder;  // for keys
    std::filesystem::path logs;
  };
  // Starts them all; what the publishers pay with is on the chains. The proxy has services(scenario) services.
  static Result<std::unique_ptr<RigChains>> start(const scenario::Scenario& scenario, const scenario::NodeTable& nodes,
                                                  Proxy& proxy, Options options);
  static std::uint32_t services(const scenario::Scenario& scenario, std::uint32_t nodes) {
    return static_cast<std::uint32_t>(scenario.world.chains.size()) * nodes;
  }

  // Tables of the chains in a node's settings.
  std::string settings(scenario::Node node) const;

  // Makes the blocks that are due at this time of the run. Error: a chain that ended or does not answer.
  Result<Unit> advance(Instant now);

  Result<Unit> begin(const scenario::ChainFault& fault, std::span<const scenario::Node> who);
  void end(const scenario::ChainFault& fault, std::span<const scenario::Node> who);

 private:
  struct Line {  // from a node to a chain
    std::uint32_t outages = 0;
    Duration delay;
  };
  struct RigChain {
    const scenario::ChainSpec* spec;
    Anvil process;
    Generator draws;
    Instant next;
    std::vector<Line> lines;              // by node
    std::vector<std::string> key_files;   // by node; empty: it follows only
    std::vector<std::string> publishers;  // addresses
  };
  RigChains(const scenario::Scenario& scenario, std::uint32_t nodes, Proxy& proxy)
      : scenario_(scenario), nodes_(nodes), proxy_(proxy) {}
  std::uint32_t find(const std::string& chain) const;
  Result<Unit> make_publisher(RigChain& chain, scenario::Node node, const std::filesystem::path& folder);
  void change(std::uint32_t chain, scenario::Node node);
  Duration deadline() const;

  const scenario::Scenario& scenario_;
  const std::uint32_t nodes_;
  Proxy& proxy_;
  std::vector<RigChain> chains_;  // as in the scenario
};

}  // namespace lastmile::real
