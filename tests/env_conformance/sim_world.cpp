// The conformance suite's small world on the simulator.
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "sim/env/engine.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

using sim::NodeIndex;

// All tests do things from outside: the node itself does nothing.
class Passive final : public sim::SimNode {
 public:
  void start() override {}
};

class SimWorld final : public World, public ChainControl {
 public:
  explicit SimWorld(const WorldOptions& options) : nodes_(options.nodes) {
    sim::EngineConfig config;
    config.seed = options.seed;
    config.regions.delay = {milliseconds(15)};
    engine_ = std::move(sim::Engine::create(std::move(config))).value();
    for (std::size_t i = 0; i < options.nodes; ++i) {
      sim::NodeSpec spec;
      spec.name = "node-" + std::to_string(i);
      spec.hardware.uplink_bits = 100'000'000;
      spec.hardware.downlink_bits = 100'000'000;
      spec.hardware.access_latency = milliseconds(1);
      spec.hardware.disk_write_bytes = 200'000'000;
      spec.hardware.disk_read_bytes = 500'000'000;
      spec.hardware.disk_sync = milliseconds(1);
      spec.hardware.disk_seek = microseconds(100);
      engine_->add_node(std::move(spec), [this, i](const sim::NodeEnv& env) {
        nodes_[i].emplace(env);
        return std::make_unique<Passive>();
      });
    }
    chain_ = engine_->add_chain(
        {.name = "ethereum", .block_time = [](Generator&) { return seconds(2); }, .finality_blocks = 6});
    for (std::size_t i = 0; i < options.nodes; ++i) engine_->start(index(i));
  }

  env::Clock& clock(std::size_t node) override { return nodes_[node]->clock; }
  env::Timers& timers(std::size_t node) override { return nodes_[node]->timers; }
  env::Network& network(std::size_t node) override { return nodes_[node]->network; }
  env::Disk& disk(std::size_t node) override { return nodes_[node]->disk; }
  env::Random& random(std::size_t node) override { return nodes_[node]->random; }
  env::Executor& executor(std::size_t node) override { return nodes_[node]->executor; }
  env::ChainGateway* chains(std::size_t node) override { return &nodes_[node]->chains; }
  ChainControl* chain() override { return this; }

  std::string address(std::size_t node) const override { return engine_->spec(index(node)).name; }
  std::string dead_address() const override { return "nobody"; }

  void on_loop(std::size_t node, Callback<void()> work) override { engine_->on_loop(index(node), std::move(work)); }
  bool run_until(const std::function<bool()>& predicate, Duration limit) override {
    const Instant end = engine_->now() + limit;
    while (!predicate())
      if (engine_->run_until(end, 1) != sim::RunEnd::events) return predicate();
    return true;
  }
  void crash(std::size_t node) override { engine_->crash(index(node), sim::DiskFate::torn); }
  void reopen(std::size_t node) override { engine_->start(index(node)); }

  std::string name() const override { return engine_->chain(chain_).name(); }
  std::size_t finality_blocks() const override { return engine_->chain(chain_).config().finality_blocks; }
  void grow(std::size_t blocks) override {
    const std::uint64_t wanted = height() + blocks;
    while (height() < wanted) engine_->run_until(engine_->now() + milliseconds(100));
  }
  void reorg(std::size_t depth) override {
    const std::uint64_t taken_back = engine_->reorg(chain_, depth);
    LM_CHECK(taken_back == depth);
  }

 private:
  static NodeIndex index(std::size_t node) { return {static_cast<std::uint32_t>(node)}; }
  std::uint64_t height() const { return engine_->chain(chain_).height_of(engine_->chain(chain_).head()); }

  std::vector<std::optional<sim::NodeEnv>> nodes_;
  std::unique_ptr<sim::Engine> engine_;
  std::uint32_t chain_ = 0;
};

std::unique_ptr<World> make_sim_world(const WorldOptions& options) { return std::make_unique<SimWorld>(options); }

LM_ENV_CONFORMANCE(Simulated, Factory{"sim", &make_sim_world});

}  // namespace
}  // namespace lastmile::env_conformance
