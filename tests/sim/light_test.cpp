// Light nodes gossip as full ones do: the same frames, at the same time, between the same nodes.
#include <algorithm>
#include <cstddef>
#include <memory>

#include "scenarios/engine/text/quantity.hpp"
#include "sim/env/engine.hpp"
#include "sim/light/light_node.hpp"
#include "tests/signed.hpp"
#include "tests/sim/attacker.hpp"
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

// What nodes say to each other, without what each does by itself: timers, jobs, disks.
class Conversation final : public LoopObserver {
 public:
  void on_loop_event(const LoopEvent& event) override {
    if (event.kind == LoopKind::frame || event.kind == LoopKind::connection || event.kind == LoopKind::crash)
      events.push_back(event);
  }
  std::vector<LoopEvent> events;
};

struct Run {
  scenario::Summary summary;
  std::vector<LoopEvent> said;
};

Run observed(const scenario::Scenario& scenario) {
  Conversation conversation;
  RunOptions options;
  options.loop_observer = &conversation;
  auto summary = run_scenario(scenario, std::move(options));
  if (!summary.ok()) ADD_FAILURE() << summary.error().text;
  return {std::move(*summary), std::move(conversation.events)};
}

// Forty nodes with gossip alone, in two groups: messages that both kinds of nodes can judge, slow uplinks that frames
// queue at, a cut that heals and a lossy minute, nodes that stop for a while, clocks that go wrong.
SmallWorld talk() {
  SmallWorld w;
  w.roads = R"({"gossip": true, "reconciliation": false, "chain": false, "content_store": false})";
  w.types = R"({"POST": "70%", "AGGREGATE": "30%"}, "amends": "0%")";
  w.rate = "12/s";
  w.phases = R"({"warm_up": "10s", "trouble": "40s", "heal": "10s", "settle": "20s"})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble", "for": "12s"},
                {"name": "torn", "kind": "partition", "between": ["node:west-1", "group:east"], "mode": "reset",
                 "from": "trouble+14s", "for": "4s"},
                {"name": "rain", "kind": "link", "between": ["group:west", "group:east"], "loss": "20%",
                 "jitter": "30ms", "reorder": "10%", "duplicate": "10%", "from": "trouble+20s", "for": "8s"},
                {"name": "stop", "kind": "pause", "who": "node:east-2", "from": "trouble+15s", "for": "5s"},
                {"name": "clocks", "kind": "clock", "who": "node:west-3", "drift": "500ppm", "step": "3s",
                 "from": "trouble+2s", "until": "heal"})";
  return w;
}

scenario::Scenario talk_among(const SmallWorld& world, std::string_view west, std::string_view east,
                              std::vector<std::string> more = {}) {
  std::vector<std::string> sets{"/world/groups/0/count=20",
                                "/world/groups/1/count=20",
                                R"(/world/topology={"kind":"random_regular","degree":6})",
                                "/world/hardware/server/uplink=3Mbit/s",
                                "/world/groups/0/fidelity=" + std::string(west),
                                "/world/groups/1/fidelity=" + std::string(east),
                                R"(/checks=[{"name":"no_forged_message"},{"name":"bounded_queues"}])"};
  sets.insert(sets.end(), more.begin(), more.end());
  return small_scenario(world, std::move(sets));
}

void expect_same_talk(const Run& full, const Run& light) {
  ASSERT_GT(full.said.size(), 50'000U) << "too little was said to compare anything";
  const std::size_t most = std::min(full.said.size(), light.said.size());
  for (std::size_t i = 0; i < most; ++i) {
    const LoopEvent& a = full.said[i];
    const LoopEvent& b = light.said[i];
    ASSERT_TRUE(a == b) << "they part at " << scenario::human_duration(a.time - Instant{}) << ": "
                        << loop_kind_name(a.kind) << " " << a.source.value << " to " << a.node.value << ", or "
                        << loop_kind_name(b.kind) << " " << b.source.value << " to " << b.node.value << " at "
                        << scenario::human_duration(b.time - Instant{});
  }
  EXPECT_EQ(full.said.size(), light.said.size());
  // What follows from the same frames, by different nodes' account of them.
  for (const char* name : {"propagation_s", "propagation_s.during", "coverage_s.50", "coverage_s.100", "duplicates",
                           "bytes_per_message", "control_share", "mesh_degree", "peers", "deliveries"}) {
    const auto a = figure(full.summary, name);
    const auto b = figure(light.summary, name);
    EXPECT_EQ(a.count, b.count) << name;
    EXPECT_EQ(std::tuple(a.value, a.min, a.mean, a.p50, a.p90, a.p99, a.max),
              std::tuple(b.value, b.min, b.mean, b.p50, b.p90, b.p99, b.max))
        << name;
  }
}

TEST(Light, nodes_say_what_full_nodes_with_gossip_alone_say) {
  expect_same_talk(observed(talk_among(talk(), "full", "full")), observed(talk_among(talk(), "light", "light")));
}

TEST(Light, nodes_among_full_ones_make_no_difference_to_anybody) {
  expect_same_talk(observed(talk_among(talk(), "full", "full")), observed(talk_among(talk(), "light", "full")));
}

TEST(Light, nodes_keep_nothing_through_a_crash_and_go_on) {
  SmallWorld w = talk();
  w.faults = R"({"name": "power", "kind": "crash", "who": "node:west-5", "disk": "lost", "restart_after": "5s",
                 "from": "trouble+2s", "until": "heal"})";
  const auto full = observed(talk_among(w, "full", "full"));
  const auto light = observed(talk_among(w, "light", "light"));
  expect_same_talk(full, light);
  EXPECT_LT(figure(light.summary, "coverage_s.100").count, figure(light.summary, "coverage_s.90").count)
      << "nobody told it what it had missed";
}

// A full node learns from its full neighbours what a cut kept from it, and tells the light ones.
TEST(Light, nodes_learn_from_full_ones_what_a_cut_kept_from_them) {
  SmallWorld w = talk();
  w.roads = R"({"gossip": true, "reconciliation": true, "chain": false, "content_store": false})";
  w.phases = R"({"warm_up": "10s", "trouble": "2min", "heal": "10s", "settle": "5min"})";
  w.rate = "2/s";
  w.faults = R"({"name": "cut", "kind": "partition", "between": [["group:west", "node:east-0", "node:east-1",
                 "node:east-2", "node:east-3", "node:east-4", "node:east-5", "node:east-6", "node:east-7",
                 "node:east-8"], "all"], "mode": "reset", "from": "trouble", "until": "heal"})";
  w.parameters = R"("intervals.reconcile_every": "10s")";
  const std::vector<std::string> checks{
      R"(/checks=[{"name":"no_forged_message"},{"name":"acknowledged_kept"},{"name":"diverged","during":"cut"},
                  {"name":"healed"},{"name":"converged"},{"name":"all_processed"},{"name":"acknowledged_everywhere"},
                  {"name":"overlay_connected"}])"};
  const auto summary = run(talk_among(w, "light", "full", checks));
  expect_pass(summary);
  for (const scenario::CheckResult& check : summary.checks) {
    const bool needs_state =
        check.name == scenario::CheckName::converged || check.name == scenario::CheckName::acknowledged_kept;
    EXPECT_EQ(check.detail.find("20 light nodes keep no state and were not looked at") != std::string::npos,
              needs_state)
        << scenario::check_text(check.name) << ": " << check.detail;
  }
}

// Nobody to look at is no pass.
TEST(Light, nodes_alone_leave_checks_of_state_undecided) {
  SmallWorld w = talk();
  w.faults.clear();
  const auto summary = run(talk_among(
      w, "light", "light", {R"(/checks=[{"name":"acknowledged_kept"},{"name":"status_moves_legal"},{"name":"converged"},
                   {"name":"acknowledged_everywhere"},{"name":"all_processed"},{"name":"overlay_connected"}])"}));
  for (std::size_t i = 0; i < summary.checks.size(); ++i) {
    EXPECT_EQ(summary.checks[i].verdict, i < 4 ? scenario::Verdict::unknown : scenario::Verdict::pass)
        << scenario::check_text(summary.checks[i].name) << ": " << summary.checks[i].detail;
  }
}

// Two light nodes a - b, and an attacker m that knows only b.
class LightPair : public testing::Test {
 protected:
  LightPair() {
    EngineConfig config;
    config.regions.delay = {milliseconds(8)};
    engine_ = std::move(Engine::create(std::move(config))).value();
    node::use_default_gossip(config_);
    config_.message_numbers = std::make_shared<gossip::MessageNumbers>(1);
    add("a", [this](const NodeEnv& env) { return light(env, {"b"}); });
    add("b", [this](const NodeEnv& env) { return light(env, {}); });
    add("m", [this](const NodeEnv& env) {
      node::NodeConfig evil = config_;
      evil.peers = {"b"};
      return std::make_unique<Attacker>(env, evil);
    });
    for (std::uint32_t i = 0; i < 3; ++i) engine_->start({i});
    run(seconds(5));
  }
  void add(std::string name, NodeFactory factory) {
    NodeSpec spec;
    spec.name = std::move(name);
    engine_->add_node(std::move(spec), std::move(factory));
  }
  std::unique_ptr<SimNode> light(const NodeEnv& env, std::vector<std::string> peers) {
    return std::make_unique<LightNode>(env, config_, std::move(peers), messages_, trace::null_sink());
  }
  void run(Duration length) { engine_->run_until(engine_->now() + length); }
  LightNode& node(std::uint32_t index) { return *static_cast<LightNode*>(engine_->node({index})); }
  bool has(std::uint32_t index, const message::Envelope& e) {
    const auto id = node(index).held_copy(e.item_hash);
    return id != MessageTable::kNone && messages_.envelope(id).signature == e.signature;
  }
  void attack(const std::string& payload) {
    engine_->on_loop({2}, [&] { static_cast<Attacker*>(engine_->node({2}))->gossip(payload); });
    run(seconds(2));
  }
  message::Status publish(std::uint32_t index, const std::string& payload) {
    auto status = message::Status::none;
    engine_->on_loop({index}, [&] {
      node(index).publish(payload, [&status](const node::Receipt& receipt) { status = receipt.status; });
    });
    run(seconds(2));
    return status;
  }
  static crypto::Account wallet(std::uint64_t index) { return crypto::Account::derive(crypto::Chain::ETH, 5, index); }
  static message::Envelope post(std::uint64_t number) {
    return lastmile::test::signed_message(
        wallet(1), message::Type::POST,
        lastmile::test::content_of(wallet(1).address(),
                                   R"("type":"note","content":{"number":)" + std::to_string(number) + "}"));
  }
  static message::Envelope forged(message::Envelope e) {
    e.signature = wallet(2).sign("POST", e.item_hash.text());
    return e;
  }

  node::NodeConfig config_;
  MessageTable messages_{message::Switches{}};
  std::unique_ptr<Engine> engine_;
};

TEST_F(LightPair, takes_what_is_signed_and_passes_it_on) {
  const auto good = post(1);
  EXPECT_EQ(publish(0, message::serialize_envelope(good)), message::Status::processed);
  attack(message::gossip_payload(post(2)));
  EXPECT_TRUE(has(0, good) && has(1, good));
  EXPECT_TRUE(has(0, post(2)) && has(1, post(2))) << "b told a what it had from m";
  EXPECT_EQ(node(0).held(), 2U);
  EXPECT_EQ(messages_.size(), 2U) << "each message once for both";
}

TEST_F(LightPair, holds_and_passes_on_nothing_that_is_forged_or_no_message) {
  attack(message::gossip_payload(forged(post(1))));
  attack("{}");
  message::Envelope broken = post(2);
  broken.item_content = "{}";
  attack(message::serialize_envelope(broken));
  auto unsigned_one = post(3);
  unsigned_one.signature.reset();
  attack(message::serialize_envelope(unsigned_one));
  EXPECT_EQ(publish(0, message::serialize_envelope(forged(post(4)))), message::Status::rejected);
  EXPECT_EQ(publish(0, "no envelope"), message::Status::rejected);
  for (const std::uint32_t index : {0U, 1U}) {
    EXPECT_EQ(node(index).held(), 0U);
    EXPECT_EQ(node(index).judging(), 0U);
  }
  EXPECT_EQ(node(0).gossip().router().statistics().first_deliveries, 0U) << "something travelled on";
}

TEST_F(LightPair, is_not_kept_from_the_true_message_by_a_forged_copy) {
  attack(message::gossip_payload(forged(post(1))));
  publish(0, message::serialize_envelope(post(1)));
  EXPECT_TRUE(has(1, post(1)));
  EXPECT_EQ(node(1).held(), 1U);
}

// A client is told, and nothing is kept for later.
TEST_F(LightPair, turns_away_what_finds_no_room) {
  config_.limits.inbox_messages = config_.limits.inbox_messages_per_source = 3;
  config_.limits.verify_in_flight = 1;
  engine_->crash({0}, DiskFate::lost);
  engine_->start({0});
  std::vector<message::Status> told(8, message::Status::pending);
  engine_->on_loop({0}, [&] {
    for (std::uint64_t i = 0; i < told.size(); ++i)
      node(0).publish(message::serialize_envelope(post(i)),
                      [&told, i](const node::Receipt& receipt) { told[i] = receipt.status; });
  });
  run(seconds(1));
  EXPECT_EQ(std::count(told.begin(), told.end(), message::Status::processed), 3);
  EXPECT_EQ(std::count(told.begin(), told.end(), message::Status::none), 5);
  EXPECT_EQ(node(0).held(), 3U);
  EXPECT_EQ(node(0).queue(trace::Queue::inbox).refused, 5U);
  EXPECT_LE(node(0).queue(trace::Queue::verify).peak, 1U);
}

}  // namespace
}  // namespace lastmile::sim::test
