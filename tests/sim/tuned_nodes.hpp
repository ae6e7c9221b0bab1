// Honest nodes with another configuration than their scenario gives them: of directed tests that take a defence away.
#pragma once

#include <memory>
#include <utility>

#include "core/base/callback.hpp"
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {

class TunedNodes final : public OtherNodes {
 public:
  explicit TunedNodes(Callback<void(node::NodeConfig&)> change) : change_(std::move(change)) {}
  bool honest(scenario::Node) const override { return true; }
  std::unique_ptr<SimNode> make(scenario::Node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink& sink) override {
    node::NodeConfig tuned = config;
    change_(tuned);
    return std::make_unique<CoreSimNode>(env, tuned, sink);
  }

 private:
  Callback<void(node::NodeConfig&)> change_;
};

inline scenario::Summary run(const scenario::Scenario& scenario, Callback<void(node::NodeConfig&)> change) {
  TunedNodes nodes(std::move(change));
  RunOptions options;
  options.other_nodes = &nodes;
  auto summary = run_scenario(scenario, std::move(options));
  if (!summary.ok()) ADD_FAILURE() << summary.error().text;
  return std::move(*summary);
}

// Changes the parameters of gossip.
template <class Change>
Callback<void(node::NodeConfig&)> with_gossip(Change change) {
  return [change](node::NodeConfig& config) {
    auto params = std::make_shared<gossip::Params>(*config.gossip);
    change(*params);
    config.gossip = std::move(params);
  };
}

}  // namespace lastmile::sim::test
