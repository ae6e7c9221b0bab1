// Who is paid: every node computes the same through a cut, it is what the pure rules say of the same posts, and a node
// that cheats is seen.
#include <functional>

#include "core/economy/reward/posts.hpp"
#include "core/message/json_view.hpp"
#include "core/node/reward_link.hpp"
#include "scenarios/engine/traffic/registry_author.hpp"
#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;

SmallWorld paid_world() {
  SmallWorld w = watched_chain();
  w.checks += R"(, {"name": "supply_conserved"})";
  w.rate = "2/s";
  w.phases = R"({"warm_up": "15s", "trouble": "20s", "heal": "15s", "settle": "10min"})";
  return w;
}

// Nothing is ever lost here.
scenario::Scenario paid(const SmallWorld& w) {
  auto s = small_scenario(w, {R"(/economy={"preset": "prices", "interval": "6s",
      "registry": {"operators": 3, "resource_nodes": 2, "stakers": 5, "scores_every": "5s"}})"});
  std::erase_if(s.checks, [](const auto& each) { return each.name == CheckName::loss_reported; });
  return s;
}

const std::string kCut = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"],
                             "mode": "stall", "from": "trouble", "until": "heal"})";

TEST(Rewards, are_the_same_on_all_nodes_through_a_cut) {
  SmallWorld w = paid_world();
  w.faults = kCut;
  const auto summary = run(paid(w));
  expect_pass(summary);
  EXPECT_GT(check(summary, CheckName::supply_conserved).examined, 0u);
}

TEST(Rewards, cost_nothing_where_nobody_is_rewarded) {
  const auto s = small_scenario(watched_chain());
  EXPECT_EQ(scenario::reward_config(s), nullptr);
}

// Stands before the true executor and looks at, or changes, what its node reckons.
class ReckoningExecutor final : public env::Executor {
 public:
  using Change = std::function<std::shared_ptr<const node::Reckoning>(const node::Reckoning&)>;
  ReckoningExecutor(env::Executor& inner, Change change) : inner_(inner), change_(std::move(change)) {}
  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override {
    inner_.submit(lane, std::move(job), [this, done = std::move(done)](env::JobResult result) mutable {
      const auto reckoning = std::dynamic_pointer_cast<const node::Reckoning>(result);
      if (reckoning && reckoning->ledger) result = change_(*reckoning);
      done(std::move(result));
    });
  }
  std::size_t in_flight(env::Lane lane) const override { return inner_.in_flight(lane); }

 private:
  env::Executor& inner_;
  Change change_;
};

scenario::Summary run_reckoning(const scenario::Scenario& s, const std::string& who, ReckoningExecutor::Change change) {
  return run_strange(s, [&](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
    if (env.name == who) parts.executor = std::make_unique<ReckoningExecutor>(env.executor, change);
  });
}

// --- the network and the pure rules

// The posts of the registry as the scenario makes them, with the heights that this disk knows, read without the node's
// own reader of them.
std::vector<economy::RegistryEvent> events_of(const scenario::Scenario& s, const store::View& view,
                                              const std::string& chain) {
  const scenario::NodeTable nodes(s, s.seed);
  auto traffic = scenario::Traffic::open(s, s.seed, nodes);
  LM_CHECK(traffic.ok());
  std::vector<economy::RegistryEvent> events;
  while (traffic->next_time()) {
    const scenario::Publication p = traffic->next();
    const auto row = view.message(p.item_hash);
    LM_CHECK(row.ok());
    std::optional<std::uint64_t> height;
    if (*row) {
      for (const store::Confirmation& each : (*row)->confirmations) {
        if (each.final && each.chain == chain) height = std::min(height.value_or(each.height), each.height);
      }
    }
    if (!height) continue;
    const std::string hash = p.item_hash.text();
    if (!p.balances.empty()) {
      economy::BalanceSnapshot snapshot{"ETH", {}, false, {}, p.content_time, hash};
      for (const auto& [address, amount] : p.balances) {
        snapshot.balances[address] = amount;
        snapshot.changed.push_back(address);
      }
      events.push_back({*height, snapshot});
      continue;
    }
    const auto envelope = message::parse_envelope(p.envelope);
    LM_CHECK(envelope.ok());
    if (!envelope->item_content) continue;
    const auto content = message::JsonView::parse(*envelope->item_content);
    LM_CHECK(content.ok());
    const auto text = [&](const char* key) {
      const auto found = content->find(key);
      return found && found->is_string() ? found->string() : std::string();
    };
    const std::string type = text("type");
    const std::string ref = text("ref");
    const economy::PostView post{
        type, hash, p.sender, p.content_time, ref, content->find("content") ? content->find("content")->raw() : "null"};
    if (auto operation = economy::parse_node_operation(post)) {
      events.push_back({*height, *std::move(operation)});
    } else if (auto scores = economy::parse_score_post(post)) {
      events.push_back({*height, *std::move(scores)});
    }
  }
  economy::sort_events(events);
  return events;
}

TEST(Rewards, of_the_network_are_those_of_the_pure_rules_unit_by_unit) {
  SmallWorld w = paid_world();
  w.faults = kCut;
  const auto s = paid(w);
  const auto config = scenario::reward_config(s);
  ASSERT_NE(config, nullptr);
  std::size_t compared = 0;
  std::uint64_t postings = 0;
  const auto summary = run_strange(s, [&](const NodeEnv& env, auto&, FalseParts& parts, node::NodeConfig& own) {
    if (env.name != "west-1" && env.name != "east-2") return;
    const auto look = [&, &disk = env.disk, options = own.store](const node::Reckoning& reckoning) {
      auto same = std::make_shared<const node::Reckoning>(reckoning);
      const store::View view(disk.latest(), options);
      const auto events = events_of(s, view, config->chain);
      // What became final while the job ran is known to the disk and not to it: such a look says nothing.
      if (economy::digest_of_events(events, reckoning.statement.end) != reckoning.statement.known) return same;
      auto ledger = economy::Ledger::open(config->terms.supply, config->terms.pool);
      economy::AvailabilityWalk walk(events, config->terms.rules);
      const std::uint64_t blocks = config->terms.window_blocks;
      for (std::uint64_t start = 0; start < reckoning.statement.end; start += blocks) {
        ledger->distribute(walk.pay({start, start + blocks}).payouts(), 0);
      }
      EXPECT_EQ(ledger->accounts(), reckoning.ledger->accounts()) << env.name << " " << reckoning.statement.end;
      ++compared;
      postings = std::max(postings, ledger->postings());
      return same;
    };
    parts.executor = std::make_unique<ReckoningExecutor>(env.executor, look);
  });
  expect_pass(summary);
  EXPECT_GT(compared, 5u);
  EXPECT_GT(postings, 20u) << "core nodes, stakers and resource nodes were paid";
}

// --- planted

std::shared_ptr<const node::Reckoning> said_again(node::Reckoning changed) {
  node::RewardStatement& said = changed.statement;
  said.accounts = economy::digest_of_accounts(*changed.ledger);
  said.sum = changed.ledger->sum();
  said.postings = changed.ledger->postings();
  return std::make_shared<const node::Reckoning>(std::move(changed));
}

TEST(PlantedLedger, of_a_node_that_pays_itself_twice) {
  const auto s = paid(paid_world());
  EXPECT_EQ(failed(run(s)), Names{});
  const auto summary = run_reckoning(s, "east-1", [](const node::Reckoning& reckoning) {
    node::Reckoning changed = reckoning;
    for (const auto& [account, amount] : reckoning.ledger->accounts()) {
      if (account.kind != economy::AccountKind::address) continue;
      EXPECT_TRUE(
          changed.ledger->post({0, {economy::AccountKind::pool, {}}, account, amount, economy::Reason::operators}));
      break;
    }
    return said_again(std::move(changed));
  });
  EXPECT_EQ(failed(summary), Names{"supply_conserved"});
}

TEST(PlantedLedger, of_a_node_that_makes_a_unit) {
  const auto summary = run_reckoning(paid(paid_world()), "east-1", [](const node::Reckoning& reckoning) {
    auto changed = std::make_shared<node::Reckoning>(reckoning);
    changed->statement.sum = *changed->statement.sum.plus(Amount::units(1u));
    return changed;
  });
  EXPECT_EQ(failed(summary), Names{"supply_conserved"});
}

}  // namespace
}  // namespace lastmile::sim::test
