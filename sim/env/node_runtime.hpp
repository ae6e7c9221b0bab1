#pragma once

#include <memory>

#include "sim/env/kernel.hpp"
#include "sim/env/node.hpp"
#include "sim/env/sim_chain_gateway.hpp"
#include "sim/env/sim_disk.hpp"
#include "sim/env/sim_executor.hpp"
#include "sim/env/sim_network.hpp"
#include "sim/env/sim_random.hpp"
#include "sim/env/sim_timers.hpp"

namespace lastmile::sim {

// One incarnation of a node: its piece of the world and the object made from it. Lost in a crash.
struct NodeRuntime {
  NodeRuntime(Kernel& kernel, NodeIndex self)
      : timers(kernel, self),
        network(kernel, self),
        disk(kernel, self, kernel.machine(self).disk),
        random(kernel, self),
        executor(kernel, self),
        chains(kernel, self) {}

  SimTimers timers;
  SimNetwork network;
  SimDisk disk;
  SimRandom random;
  SimExecutor executor;
  SimChainGateway chains;
  std::unique_ptr<SimNode> node;  // last: destroyed first
};

}  // namespace lastmile::sim
