// A node of the run as the engine sees it: something made from its piece of the world, started, and lost in a crash.
#pragma once

#include <memory>
#include <string>

#include "core/base/callback.hpp"
#include "core/env/chain_gateway.hpp"
#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/executor.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "sim/env/node_index.hpp"

namespace lastmile::sim {

// The classes of core/env for one node and one incarnation. They outlive the SimNode made from them.
struct NodeEnv {
  NodeIndex index;
  std::uint32_t incarnation;  // 1 at the first start
  const std::string& name;
  env::Clock& clock;
  env::Timers& timers;
  env::Network& network;
  env::Disk& disk;
  env::Random& random;
  env::Executor& executor;
  env::ChainGateway& chains;
};

class SimNode {
 public:
  virtual ~SimNode() = default;  // also what a crash does: no farewell, must not call env
  virtual void start() = 0;      // first call on the loop; handlers must be registered here or in the constructor
  virtual void stop() {}         // an orderly end (Engine::stop_node): may still send, is destroyed right after
};

// Called at every start of the node, also after a crash. The constructor of the node may not call env except to
// register handlers and to read.
using NodeFactory = Callback<std::unique_ptr<SimNode>(const NodeEnv&)>;

}  // namespace lastmile::sim
