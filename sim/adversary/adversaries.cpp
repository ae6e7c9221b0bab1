#include "sim/adversary/adversaries.hpp"

#include <utility>

#include "sim/adversary/eclipser.hpp"
#include "sim/adversary/equivocator.hpp"
#include "sim/adversary/flooder.hpp"
#include "sim/adversary/liar.hpp"
#include "sim/adversary/replayer.hpp"
#include "sim/adversary/withholder.hpp"

namespace lastmile::sim {
namespace {

// An honest node and the filter before its network.
class FilteredNode final : public AdversaryNode {
 public:
  FilteredNode(const NodeEnv& env, std::unique_ptr<NetworkFilter> filter, NodeFactory& honest)
      : filter_(std::move(filter)),
        node_(honest(NodeEnv{env.index, env.incarnation, env.name, env.clock, env.timers, *filter_, env.disk,
                             env.random, env.executor, env.chains})) {}
  void start() override {
    node_->start();
    filter_->orders_changed();
  }
  void stop() override { node_->stop(); }
  void orders_changed() override { filter_->orders_changed(); }

 private:
  std::unique_ptr<NetworkFilter> filter_;
  std::unique_ptr<SimNode> node_;
};

struct Maker {
  const NodeEnv& env;
  const node::NodeConfig& config;
  NodeFactory& honest;
  Orders& orders;

  template <class Node>
  std::unique_ptr<SimNode> bare() const {
    return std::make_unique<Node>(env, config, orders);
  }
  template <class Filter, class... More>
  std::unique_ptr<SimNode> behind(More&&... more) const {
    return std::make_unique<FilteredNode>(env, std::make_unique<Filter>(env.network, orders, more...), honest);
  }
  std::unique_ptr<SimNode> operator()(const scenario::Flooder&) const { return bare<FlooderNode>(); }
  std::unique_ptr<SimNode> operator()(const scenario::Replayer&) const { return bare<ReplayerNode>(); }
  std::unique_ptr<SimNode> operator()(const scenario::Eclipser&) const { return bare<EclipserNode>(); }
  std::unique_ptr<SimNode> operator()(const scenario::Equivocator&) const { return bare<EquivocatorNode>(); }
  std::unique_ptr<SimNode> operator()(const scenario::Withholder&) const { return behind<WithholdingNetwork>(); }
  std::unique_ptr<SimNode> operator()(const scenario::Liar&) const {
    return behind<LyingNetwork>(env.timers, env.index.value);
  }
};

}  // namespace

Adversaries::Adversaries(const scenario::Scenario& scenario, const scenario::NodeTable& nodes,
                         Callback<void(const message::ItemHash&)> signed_rightly)
    : signed_rightly_(std::move(signed_rightly)), entry_of_(nodes.size(), kNone) {
  for (std::uint32_t entry = 0; entry < scenario.adversaries.size(); ++entry) {
    const scenario::Adversary& adversary = scenario.adversaries[entry];
    Orders& orders = orders_.emplace_back(Orders{adversary, scenario.seed, {}, signed_rightly_});
    for (const scenario::Node node : nodes.select(adversary.who, adversary.name)) entry_of_[node] = entry;
    const auto* eclipser = std::get_if<scenario::Eclipser>(&adversary.body);
    if (eclipser == nullptr) continue;
    for (const scenario::Node victim : nodes.select(eclipser->against, adversary.name)) {
      orders.victims.push_back(nodes[victim].name);
    }
  }
}

std::unique_ptr<SimNode> Adversaries::make(scenario::Node node, const NodeEnv& env, const node::NodeConfig& config,
                                           NodeFactory& honest) {
  Orders& orders = orders_[entry_of_[node]];
  return std::visit(Maker{env, config, honest, orders}, orders.entry.body);
}

void Adversaries::order(std::uint32_t entry, bool active, Engine& engine) {
  orders_[entry].active = active;
  for (scenario::Node node = 0; node < entry_of_.size(); ++node) {
    const NodeIndex index{node};
    if (entry_of_[node] != entry || !engine.running(index)) continue;
    auto* adversary = static_cast<AdversaryNode*>(engine.node(index));
    engine.on_loop(index, [adversary] { adversary->orders_changed(); });
  }
}

}  // namespace lastmile::sim
