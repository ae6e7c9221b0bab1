// Each safety check is shown, in whole runs, the fault that it is for: one node of eight does wrong, or is wronged by
// its machine, and this check alone says so. no_forged_message has forger_test.cpp, acknowledged_kept disks_test.cpp.
#include <map>

#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using message::Status;

// What the faults below would be without a fault: nothing fails.
TEST(Planted, nothing_is_seen_where_nothing_is_wrong) {
  EXPECT_EQ(failed(run(small_scenario(watched_world()))), Names{});
  EXPECT_EQ(failed(run(small_scenario(watched_chain()))), Names{});
}

// --- forgotten_stays_forgotten

// Every row that a node had stored at some time.
class Backup {
 public:
  void take(const env::Disk& disk) { rows_ = all(disk.latest()); }
  // The disk is as it was then.
  void restore(env::Disk& disk) const {
    env::Batch batch;
    for (const auto& [key, value] : all(disk.latest())) {
      if (!rows_.contains(key)) batch.remove(key);
    }
    for (const auto& [key, value] : rows_) batch.put(key, value);
    disk.commit(std::move(batch), [](const Result<Unit>&) {});
  }

 private:
  static std::map<std::string, std::string> all(const env::Reader& reader) {
    std::map<std::string, std::string> rows;
    for (const auto at = reader.seek(""); at->valid(); at->next()) rows.emplace(at->key(), at->value());
    return rows;
  }
  std::map<std::string, std::string> rows_;
};

// A node comes back with the disk of five seconds ago, from a backup. It takes no traffic, so that it betrays nobody
// but those who had it forget something since.
TEST(PlantedForgotten, comes_back_from_a_backup) {
  auto w = watched_world();
  w.into = "!node:east-3";
  w.faults = R"({"name": "power", "kind": "crash", "who": "node:east-3", "disk": "kept", "restart_after": "2s",
                 "from": "trouble+12s", "until": "heal"})";
  Backup backup;
  const auto summary = run_strange(small_scenario(w), [&](const NodeEnv& env, auto&, FalseParts&, auto&) {
    if (env.name != "east-3" || env.incarnation > 1) return;
    env.timers.after(seconds(12), [&backup, &disk = env.disk] { backup.take(disk); });
    env.timers.after(seconds(17) - milliseconds(1), [&backup, &disk = env.disk] { backup.restore(disk); });
  });
  EXPECT_EQ(failed(summary), Names{"forgotten_stays_forgotten"});
}

// --- status_moves_legal

// Puts what it has processed back among what waits, and processes it again.
class Wavering final : public trace::Sink {
 public:
  explicit Wavering(trace::Sink& sink) : sink_(sink) {}
  void record(const trace::Event& event) override {
    sink_.record(event);
    const auto pending = static_cast<std::uint64_t>(Status::pending);
    const auto processed = static_cast<std::uint64_t>(Status::processed);
    if (event.kind != trace::Kind::status_changed || event.b != processed) return;
    sink_.record({trace::Kind::status_changed, event.item, processed, pending, 0});
    sink_.record({trace::Kind::status_changed, event.item, pending, processed, 0});
  }

 private:
  trace::Sink& sink_;
};

TEST(PlantedStatus, of_what_was_processed_goes_back_to_pending) {
  const auto summary =
      run_strange(small_scenario(watched_world()), [](const NodeEnv& env, trace::Sink& sink, FalseParts& parts, auto&) {
        if (env.name == "west-2") parts.sink = std::make_unique<Wavering>(sink);
      });
  EXPECT_EQ(failed(summary), Names{"status_moves_legal"});
}

// --- bounded_queues

// Files that cannot be fetched across a cut that leaks gossip: their messages wait, three of them at most.
TEST(PlantedQueue, of_a_store_that_does_not_know_its_limit_grows_above_it) {
  auto w = watched_world();
  w.types = R"({"POST": "50%", "STORE": "50%"})";
  w.parameters = R"("limits.waiting_messages": 3)";
  w.faults = R"({"name": "rain", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "leak": "50%", "from": "trouble", "until": "heal"})";
  const auto s = small_scenario(w);
  EXPECT_EQ(failed(run(s)), Names{}) << "the limit is too small for this load";
  const auto summary = run_strange(s, [](const NodeEnv& env, auto&, FalseParts&, node::NodeConfig& config) {
    if (env.name == "east-1") config.store.limits.waiting_messages = 1000;
  });
  EXPECT_EQ(failed(summary), Names{"bounded_queues"});
}

// --- finality_respected

// Calls every block final that it sees.
class HastyGateway final : public ThroughGateway, env::ChainHandler {
 public:
  using ThroughGateway::ThroughGateway;
  void follow(std::string_view chain, env::Height from, std::string_view known_hash,
              env::ChainHandler& handler) override {
    handler_ = &handler;
    chains_.follow(chain, from, known_hash, *this);
  }
  void on_block(std::string_view chain, const env::ChainBlock& block) override {
    handler_->on_block(chain, block);
    handler_->on_final(chain, block.height);
  }
  void on_reorg(std::string_view chain, env::Height kept) override { handler_->on_reorg(chain, kept); }
  void on_final(std::string_view, env::Height) override {}

 private:
  env::ChainHandler* handler_ = nullptr;
};

TEST(PlantedFinality, of_blocks_that_are_taken_back) {
  auto w = watched_chain();
  w.faults = R"({"name": "fork", "kind": "chain", "chain": "ethereum", "mode": "reorg", "depth": 2,
                 "from": "trouble+9s"})";
  const auto s = small_scenario(w);
  EXPECT_EQ(failed(run(s)), Names{});
  const auto summary = run_strange(s, [](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
    if (env.name == "east-1") parts.chains = std::make_unique<HastyGateway>(env.chains);
  });
  EXPECT_EQ(failed(summary), Names{"finality_respected"});
}

// --- diverged

TEST(PlantedCut, that_parts_nobody_from_anything) {
  auto w = watched_world();
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble", "until": "heal"})";
  w.checks += R"(, {"name": "diverged", "between": ["group:west", "group:east"], "during": "cut"})";
  EXPECT_EQ(failed(run(small_scenario(w))), Names{});
  EXPECT_EQ(failed(run(small_scenario(w, {"/traffic/0/until=3s"}))), Names{"diverged"}) << "nothing was said during it";
}

}  // namespace
}  // namespace lastmile::sim::test
