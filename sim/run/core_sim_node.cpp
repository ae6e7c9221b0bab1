#include "sim/run/core_sim_node.hpp"

namespace lastmile::sim {

CoreSimNode::CoreSimNode(const NodeEnv& env, const node::NodeConfig& config, trace::Sink& sink)
    : network_(env.network), sink_(sink), incarnation_(env.incarnation) {
  auto core = node::CoreNode::open(env.clock, env.timers, env.network, env.disk, env.random, env.executor, &env.chains,
                                   sink, config);
  if (!core.ok()) {
    error_ = core.error();
    return;
  }
  core_ = std::move(*core);
  core_->on_fatal([this](const Error& error) { error_ = error; });
}

void CoreSimNode::start() {
  sink_.record({trace::Kind::node_started, {}, incarnation_, 0, 0});
  if (core_) return core_->start();
  sink_.record({trace::Kind::node_failed, {}, 0, 0, 0});
}

}  // namespace lastmile::sim
