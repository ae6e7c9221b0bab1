// The core channel node as the engine runs it: made at each start, lost in each crash.
#pragma once

#include <memory>

#include "core/node/core_node.hpp"
#include "sim/env/node.hpp"

namespace lastmile::sim {

class CoreSimNode final : public SimNode {
 public:
  // The environment and the sink outlive it. A disk that cannot be read leaves the node without a core: error() tells.
  // Whoever runs it ends it when it traces node_failed.
  CoreSimNode(const NodeEnv& env, const node::NodeConfig& config, trace::Sink& sink);

  void start() override;

  node::CoreNode* core() { return core_.get(); }  // null: the disk was refused
  const std::optional<Error>& error() const { return error_; }
  env::Network& network() { return network_; }

 private:
  env::Network& network_;
  trace::Sink& sink_;
  std::uint32_t incarnation_;
  std::unique_ptr<node::CoreNode> core_;
  std::optional<Error> error_;
};

}  // namespace lastmile::sim
