// Each liveness check is shown, in whole runs, the fault that it is for, and this check alone says so: or all that ask
// for what is missing.
#include "core/crypto/hash.hpp"
#include "tests/signed.hpp"
#include "tests/sim/attacker.hpp"
#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;
using scenario::Verdict;

// --- healed

// After the cut nobody dials anew before a minute and a half has passed.
TEST(PlantedHealing, that_takes_longer_than_it_may) {
  auto w = watched_world();
  w.phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "5min"})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "reset",
                 "from": "trouble", "until": "heal"})";
  auto s = small_scenario(w);
  for (scenario::Check& check : s.checks) {
    if (check.name == CheckName::healed) check.within = seconds(30);
  }
  EXPECT_EQ(failed(run(s)), Names{});
  const auto summary = run_strange(s, [](const NodeEnv&, auto&, FalseParts&, node::NodeConfig& config) {
    config.intervals.dial_pause_min = config.intervals.dial_pause_max = seconds(90);
  });
  EXPECT_EQ(failed(summary), Names{"healed"});
}

// --- converged

// One node has prices of its own. Nobody has to pay here, so it takes what the others take, and writes down other
// costs.
TEST(PlantedState, of_a_node_with_prices_of_its_own) {
  const auto summary = run_strange(
      small_scenario(watched_world()), [](const NodeEnv& env, auto&, FalseParts&, node::NodeConfig& config) {
        economy::Rates& storage = config.store.prices.of(economy::Product::storage).storage;
        if (env.name == "west-3") storage.hold = storage.credit_per_hour;
      });
  EXPECT_EQ(failed(summary), Names{"converged"});
}

// --- all_processed

// Loses the answer to its first signature: that message never leaves the inbox.
class LossyExecutor final : public env::Executor {
 public:
  explicit LossyExecutor(env::Executor& inner) : inner_(inner) {}
  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override {
    const bool lost = lane == env::Lane::signatures && first_;
    first_ = first_ && !lost;
    if (lost) done = [](const env::JobResult&) {};
    inner_.submit(lane, std::move(job), std::move(done));
  }
  std::size_t in_flight(env::Lane lane) const override { return inner_.in_flight(lane); }

 private:
  env::Executor& inner_;
  bool first_ = true;
};

TEST(PlantedMessage, that_is_swallowed_where_it_was_handed_in) {
  auto w = watched_world();
  w.into = "node:west-0";
  w.types = R"({"POST": "100%"})";
  const auto summary = run_strange(small_scenario(w), [](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
    if (env.name == "west-0") parts.executor = std::make_unique<LossyExecutor>(env.executor);
  });
  EXPECT_EQ(failed(summary), (Names{"all_processed", "backlog_drained", "loss_reported"}));
}

// --- acknowledged_everywhere

// Says nothing, and hears what others say.
class SilentNetwork final : public ThroughNetwork {
 public:
  using ThroughNetwork::ThroughNetwork;
  void send(env::PeerId, env::Protocol, env::Frame) override {}
};

TEST(PlantedReceipt, of_a_node_that_keeps_to_itself_what_it_acknowledged) {
  auto w = watched_world();
  w.roads = R"({"gossip": true, "reconciliation": false, "chain": false, "content_store": false})";
  w.types = R"({"POST": "70%", "AGGREGATE": "30%"})";
  const auto summary = run_strange(small_scenario(w), [](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
    if (env.name == "west-0") parts.network = std::make_unique<SilentNetwork>(env.network);
  });
  EXPECT_EQ(failed(summary), (Names{"acknowledged_everywhere", "all_processed", "converged", "loss_reported"}));
}

// --- confirmed

class MuteGateway final : public ThroughGateway {
 public:
  using ThroughGateway::ThroughGateway;
  void follow(std::string_view, env::Height, std::string_view, env::ChainHandler&) override {}
};

TEST(PlantedChain, that_stays_mute_to_one_node) {
  const auto summary =
      run_strange(small_scenario(watched_chain()), [](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
        if (env.name == "east-1") parts.chains = std::make_unique<MuteGateway>(env.chains);
      });
  EXPECT_EQ(failed(summary), Names{"confirmed"});
}

// --- backlog_drained

// Tells everybody of a file that nobody has.
class Inventor final : public Attacker {
 public:
  using Attacker::Attacker;
  void start() override {
    Attacker::start();
    env_.timers.after(seconds(8), [this] {
      const auto account = crypto::Account::derive(crypto::Chain::ETH, 666, 0);
      const std::string nowhere = lastmile::test::content_hash("nobody has this").text();
      gossip(message::gossip_payload(lastmile::test::signed_message(
          account, message::Type::STORE,
          lastmile::test::content_of(account.address(),
                                     "\"item_type\":\"storage\",\"item_hash\":\"" + nowhere + "\""))));
    });
  }
};

class WithInventor final : public OtherNodes {
 public:
  bool honest(scenario::Node node) const override { return node != 7; }
  std::unique_ptr<SimNode> make(scenario::Node node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink& sink) override {
    if (node == 7) return std::make_unique<Inventor>(env, config);
    return std::make_unique<CoreSimNode>(env, config, sink);
  }
};

TEST(PlantedFetch, that_never_ends) {
  auto w = watched_world();
  w.into = "!node:east-3";
  WithInventor nodes;
  RunOptions options;
  options.other_nodes = &nodes;
  const auto summary = run_scenario(small_scenario(w), std::move(options));
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(failed(*summary), Names{"backlog_drained"});
}

// --- overlay_connected

// Carries no gossip to the other side.
class DividedNetwork final : public ThroughNetwork {
 public:
  using ThroughNetwork::ThroughNetwork;
  void send(env::PeerId peer, env::Protocol protocol, env::Frame frame) override {
    const bool across = identity(peer).front() != own_identity().front();
    if (protocol == env::Protocol::gossip && across) return;
    network_.send(peer, protocol, std::move(frame));
  }
};

// Comparing brings what gossip does not, so nothing else is missing.
TEST(PlantedMesh, that_is_two) {
  auto w = watched_world();
  w.phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "3min"})";
  w.parameters = R"("intervals.reconcile_every": "10s")";
  const auto summary = run_strange(small_scenario(w), [](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
    parts.network = std::make_unique<DividedNetwork>(env.network);
  });
  EXPECT_EQ(failed(summary), Names{"overlay_connected"});
}

// --- loss_reported

// The disk on which the newest files are is lost, before its slow line has given them to anybody.
SmallWorld burned() {
  SmallWorld w;
  w.checks = R"(, {"name": "overlay_connected"}, {"name": "loss_reported"})";
  w.phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "4min"})";
  w.into = "node:west-0";
  w.rate = "2/s";
  w.types = R"({"POST": "60%", "STORE": "40%"})";
  w.files = R"({"size": "1MiB"})";
  w.parameters = R"("limits.retries": 3)";
  w.faults = R"({"name": "fire", "kind": "crash", "who": "node:west-0", "disk": "lost", "restart_after": "3s",
                 "from": "trouble+5s", "until": "heal"})";
  return w;
}
const std::vector<std::string> kSlowLine = {"/world/hardware/server/uplink=2Mbit/s", "/traffic/0/until=trouble+5s"};

TEST(PlantedLoss, that_one_node_never_admits) {
  auto s = small_scenario(burned(), kSlowLine);
  const auto honest = run(s);
  EXPECT_EQ(failed(honest), Names{});
  EXPECT_EQ(check(honest, CheckName::loss_reported).verdict, Verdict::pass)
      << "nothing was lost; the test tests nothing";
  const auto summary = run_strange(s, [](const NodeEnv& env, auto&, FalseParts&, node::NodeConfig& config) {
    if (env.name == "east-3") config.limits.retries = 1000;
  });
  EXPECT_EQ(failed(summary), Names{"loss_reported"});
}

}  // namespace
}  // namespace lastmile::sim::test
