// A node of the network forges: it signs for others, changes what others wrote, and puts its name under it, before and
// after the true messages come. Checks of the whole run must see it when a node falls for it.
#include <algorithm>
#include <deque>

#include "core/crypto/hash.hpp"
#include "core/message/envelope.hpp"
#include "core/message/verification.hpp"
#include "scenarios/engine/traffic/traffic.hpp"
#include "tests/sim/attacker.hpp"
#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using message::Envelope;
using scenario::CheckName;

constexpr scenario::Node kForger = 7;  // east-3

// What the wallets of the run will say, in order: a forger who hears of everything at once, and of some of it early.
std::deque<Envelope> true_messages(const scenario::Scenario& scenario) {
  const scenario::NodeTable nodes(scenario, scenario.seed);
  auto traffic = scenario::Traffic::open(scenario, scenario.seed, nodes);
  LM_CHECK(traffic.ok());
  std::deque<Envelope> out;
  while (traffic->next_time()) {
    auto envelope = message::parse_envelope(std::string_view(traffic->next().envelope));
    LM_CHECK(envelope.ok());
    out.push_back(*std::move(envelope));
  }
  return out;
}

class Forger final : public Attacker {
 public:
  Forger(const NodeEnv& env, const node::NodeConfig& config, std::deque<Envelope> messages, std::uint64_t& sent)
      : Attacker(env, config), messages_(std::move(messages)), sent_(sent) {}

  void start() override {
    Attacker::start();
    again();
  }

 private:
  void again() {
    env_.timers.after(milliseconds(60), [this] {
      forge();
      again();
    });
  }
  void forge() {
    if (messages_.empty()) return;
    const Envelope truth = std::move(messages_.front());
    messages_.pop_front();
    const auto own = crypto::Account::derive(crypto::Chain::ETH, 666, 0);
    Envelope forged = truth;
    forged.signature = own.sign(message::type_text(truth.type), truth.item_hash.text());
    say(forged);  // another signature under the true sender
    forged = truth;
    forged.sender = own.address();
    forged.chain = own.chain();
    say(forged);  // another sender over the true signature
    forged = truth;
    const auto at = forged.item_content->find("\"time\"");
    forged.item_content->insert(at, "\"extra\":1,");
    say(forged);  // another content under the true hash
    // A message that nobody wrote, in the name of somebody who signed something else.
    forged.type = message::Type::POST;
    forged.item_content = "{\"address\":\"" + truth.sender +
                          "\",\"time\":1767225600.5,\"type\":\"note\",\"content\":{\"of\":\"" + truth.item_hash.text() +
                          "\"}}";
    forged.item_hash = message::ItemHash::of(crypto::sha256(*forged.item_content));
    say(forged);
  }
  void say(const Envelope& envelope) {
    gossip(message::gossip_payload(envelope));
    ++sent_;
  }
  std::deque<Envelope> messages_;
  std::uint64_t& sent_;
};

// An environment that lies to the node in it: every signature is valid.
class BelievingExecutor final : public env::Executor {
 public:
  explicit BelievingExecutor(env::Executor& inner) : inner_(inner) {}
  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override {
    job.run = [run = std::move(job.run)]() mutable -> env::JobResult {
      env::JobResult result = run();
      if (dynamic_cast<const message::VerificationOutput*>(result.get()) == nullptr) return result;
      return std::make_shared<const message::VerificationOutput>(crypto::Verdict::valid);
    };
    inner_.submit(lane, std::move(job), std::move(done));
  }
  std::size_t in_flight(env::Lane lane) const override { return inner_.in_flight(lane); }

 private:
  env::Executor& inner_;
};

class World final : public OtherNodes {
 public:
  World(const scenario::Scenario& scenario, bool credulous)
      : messages_(true_messages(scenario)), credulous_(credulous) {}
  bool honest(scenario::Node node) const override { return node != kForger; }
  std::unique_ptr<SimNode> make(scenario::Node node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink& sink) override {
    if (node == kForger) return std::make_unique<Forger>(env, config, messages_, sent);
    if (!credulous_) return std::make_unique<CoreSimNode>(env, config, sink);
    executors_.push_back(std::make_unique<BelievingExecutor>(env.executor));
    const NodeEnv blind{env.index,   env.incarnation, env.name,   env.clock,          env.timers,
                        env.network, env.disk,        env.random, *executors_.back(), env.chains};
    return std::make_unique<CoreSimNode>(blind, config, sink);
  }
  std::uint64_t sent = 0;

 private:
  std::deque<Envelope> messages_;
  bool credulous_;
  std::vector<std::unique_ptr<BelievingExecutor>> executors_;  // outlive their nodes
};

scenario::Scenario forged_world() {
  SmallWorld w;
  w.into = "!node:east-3";
  w.types = R"({"POST": "70%", "AGGREGATE": "30%"})";
  auto s = small_scenario(w);
  std::erase_if(s.checks, [](const auto& check) {
    return check.name == CheckName::acknowledged_kept || check.name == CheckName::forgotten_stays_forgotten ||
           check.name == CheckName::healed;
  });
  return s;
}

scenario::Summary run_with(const scenario::Scenario& s, World& world) {
  RunOptions options;
  options.other_nodes = &world;
  auto summary = run_scenario(s, std::move(options));
  if (!summary.ok()) ADD_FAILURE() << summary.error().text;
  return std::move(*summary);
}

TEST(Forger, is_refused_by_every_honest_node_and_keeps_nothing_true_out) {
  const auto s = forged_world();
  World world(s, false);
  expect_pass(run_with(s, world));
  EXPECT_GT(world.sent, 500U);
}

TEST(Forger, is_seen_by_the_check_when_nodes_believe_every_signature) {
  const auto s = forged_world();
  World world(s, true);
  const auto summary = run_with(s, world);
  // Who believes a forged sender refuses what builds on the true one.
  EXPECT_EQ(failed(summary), (Names{"acknowledged_everywhere", "all_processed", "no_forged_message"}));
  const auto& violation = check(summary, CheckName::no_forged_message).first_violation;
  ASSERT_TRUE(violation);
  EXPECT_FALSE(violation->message.empty());
}

}  // namespace
}  // namespace lastmile::sim::test
