// One run of a scenario in the simulator: world, timeline, traffic and observers around an engine.
#pragma once

#include "core/base/result.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/run/run_options.hpp"
#include "sim/env/loop_event.hpp"
#include "sim/run/core_sim_node.hpp"

namespace lastmile::sim {

// Full nodes that are something else than the core node in its true environment: adversaries, and core nodes behind a
// filter. Light nodes are what they are.
class OtherNodes {
 public:
  virtual ~OtherNodes() = default;
  // False: it takes no traffic, and checks expect nothing of it.
  virtual bool honest(scenario::Node node) const = 0;
  // At every start of a full node, in place of the run. One for an honest node is a CoreSimNode.
  virtual std::unique_ptr<SimNode> make(scenario::Node node, const NodeEnv& env, const node::NodeConfig& config,
                                        trace::Sink& sink) = 0;
};

struct RunOptions : scenario::RunOptions {
  LoopObserver* loop_observer = nullptr;  // sees every event of the run digest; for twin runs
  // How many events of the queue pass between two looks at limits and `interrupted`; does not change the run. The
  // default is some hundredths of a second.
  std::uint64_t events_per_look = 16'384;
  OtherNodes* other_nodes = nullptr;  // null: all are honest
};

// Errors: a world that cannot be built, unreadable traffic files, a folder that cannot be written. What goes wrong
// inside the run is in the summary's verdict. One run per call; runs do not share anything.
Result<scenario::Summary> run_scenario(const scenario::Scenario& scenario, RunOptions options);

}  // namespace lastmile::sim
