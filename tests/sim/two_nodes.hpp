// Two core nodes by hand, a and b, of which a dials b. Nobody pays.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "core/node/core_node.hpp"
#include "sim/env/engine.hpp"
#include "sim/run/core_sim_node.hpp"

namespace lastmile::sim::test {

class TwoNodes : public testing::Test {
 protected:
  explicit TwoNodes(Callback<void(node::NodeConfig&)> change) {
    EngineConfig config;
    config.regions.delay = {milliseconds(8)};
    engine_ = std::move(Engine::create(std::move(config))).value();
    node::NodeConfig common;
    node::use_default_gossip(common);
    common.roads = {.gossip = true, .reconciliation = true, .chain = false, .content_store = false};
    common.store.charge = false;
    change(common);
    for (const char* name : {"a", "b"}) {
      node::NodeConfig own = common;
      if (name[0] == 'a')
        own.peers.push_back("b");
      else
        own.head_signer.reset();  // a signs heads, if anybody does
      NodeSpec spec;
      spec.name = name;
      engine_->add_node(std::move(spec), [own](const NodeEnv& env) {
        return std::make_unique<CoreSimNode>(env, own, trace::null_sink());
      });
    }
    engine_->start({0});
    engine_->start({1});
    run(seconds(10));
  }

  void run(Duration length) { engine_->run_until(engine_->now() + length); }
  node::CoreNode& core(std::uint32_t index) { return *static_cast<CoreSimNode*>(engine_->node({index}))->core(); }
  message::Status status(std::uint32_t index, const message::Envelope& e) {
    return *core(index).view().status(e.item_hash);
  }
  void publish(std::uint32_t index, const std::string& payload, std::vector<node::Upload> uploads,
               Callback<void(const node::Receipt&)> receipt) {
    engine_->on_loop({index}, [&] { core(index).publish(payload, std::move(uploads), std::move(receipt)); });
  }

  std::unique_ptr<Engine> engine_;
};

}  // namespace lastmile::sim::test
