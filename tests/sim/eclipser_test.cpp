// An eclipser keeps the rules that cost score, or it would not be liked.
#include <gtest/gtest.h>

#include "sim/adversary/eclipser.hpp"
#include "sim/env/engine.hpp"
#include "tests/sim/attacker.hpp"

namespace lastmile::sim::test {
namespace {

// Refuses every GRAFT for a minute, and hangs up.
class Victim final : public Attacker {
 public:
  Victim(const NodeEnv& env, const node::NodeConfig& config, std::vector<Instant>& asked)
      : Attacker(env, config), asked_(asked) {}
  void on_frame(env::PeerId from, const env::Frame& frame) override {
    const gossip::RpcBody* body = gossip::rpc_body(frame);
    if (body == nullptr || !body->rpc().control || body->rpc().control->graft.empty()) return;
    asked_.push_back(env_.clock.now());
    gossip::Rpc refusal;
    const auto topic = config_.topics->find(gossip::kMessageTopicName);
    refusal.control.emplace().prune.push_back({gossip::topic_ref(*config_.topics, topic), {}, 60});
    send(gossip::RpcBody::of(std::move(refusal)));
    env_.timers.after(seconds(1), [this, from] { env_.network.close(from, env::CloseReason::local); });
  }

 private:
  std::vector<Instant>& asked_;
};

TEST(EclipserNode, waits_out_its_back_off_also_when_the_connection_was_lost_meanwhile) {
  node::NodeConfig own;
  node::use_default_gossip(own);
  std::vector<Instant> asked;
  scenario::Adversary entry;
  entry.body = scenario::Eclipser{};
  Callback<void(const message::ItemHash&)> nobody_listens = [](const message::ItemHash&) {};
  Orders orders{entry, 1, {"v"}, nobody_listens, true};
  EngineConfig config;
  config.regions.delay = {milliseconds(8)};
  auto engine = std::move(Engine::create(std::move(config))).value();
  NodeSpec victim;
  victim.name = "v";
  engine->add_node(std::move(victim), [&](const NodeEnv& env) { return std::make_unique<Victim>(env, own, asked); });
  NodeSpec eclipser;
  eclipser.name = "e";
  engine->add_node(std::move(eclipser),
                   [&](const NodeEnv& env) { return std::make_unique<EclipserNode>(env, own, orders); });
  engine->start({0});
  engine->start({1});
  engine->run_until(Instant{} + minutes(5));
  ASSERT_GE(asked.size(), 3U) << "it gave up";
  for (std::size_t i = 1; i < asked.size(); ++i) EXPECT_GE(asked[i] - asked[i - 1], seconds(60));
}

}  // namespace
}  // namespace lastmile::sim::test
