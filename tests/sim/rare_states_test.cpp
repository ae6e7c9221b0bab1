// Each rare state of a node is reached in a run that is made for it, and the run breaks no promise by it.
#include <gmock/gmock.h>

#include <map>

#include "core/trace/rare_state.hpp"
#include "tests/registered.hpp"
#include "tests/signed.hpp"
#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using ::testing::IsSupersetOf;

Names reached(const scenario::Summary& summary) {
  Names names;
  for (const scenario::RareStateResult& state : summary.rare_states) {
    if (state.count > 0) names.emplace(trace::rare_state_info(state.state).name);
  }
  return names;
}

// A gateway that gives each block so many anchors of archives that nobody has.
class CrowdedGateway final : public ThroughGateway, env::ChainHandler {
 public:
  CrowdedGateway(env::ChainGateway& chains, std::size_t anchors) : ThroughGateway(chains), anchors_(anchors) {}
  void follow(std::string_view chain, env::Height from, std::string_view known_hash,
              env::ChainHandler& handler) override {
    handler_ = &handler;
    chains_.follow(chain, from, known_hash, *this);
  }
  void on_block(std::string_view chain, const env::ChainBlock& block) override {
    env::ChainBlock crowded = block;
    for (std::size_t i = 0; i < anchors_ && block.height.value == 4; ++i) {
      env::ChainEvent event;
      event.chain = std::string(chain);
      event.height = block.height;
      event.block_hash = block.hash;
      event.transaction = "anchor " + std::to_string(i);
      event.time = block.time;
      event.publisher = chains_.publisher(chain);
      event.payload = R"({"protocol":"aleph-offchain","version":1,"content":")" +
                      lastmile::test::content_hash(event.transaction).text() + "\"}";
      crowded.events.push_back(std::move(event));
    }
    handler_->on_block(chain, crowded);
  }
  void on_reorg(std::string_view chain, env::Height kept) override { handler_->on_reorg(chain, kept); }
  void on_final(std::string_view chain, env::Height height) override { handler_->on_final(chain, height); }

 private:
  std::size_t anchors_;
  env::ChainHandler* handler_ = nullptr;
};

// A peer whose connection never takes anything any more.
class FullNetwork final : public ThroughNetwork {
 public:
  using ThroughNetwork::ThroughNetwork;
  std::size_t queued_bytes(env::PeerId peer) const override {
    return identity(peer) == "east-3" ? std::size_t{1} << 40 : ThroughNetwork::queued_bytes(peer);
  }
};

// What clients publish waits for files that do not pass a cut: three such messages find room on a node, and are tried
// again once.
SmallWorld waiting_world(const std::string& parameters) {
  auto w = watched_world();
  w.types = R"({"POST": "50%", "STORE": "50%"})";
  w.parameters = parameters;
  w.phases = R"({"warm_up": "5s", "trouble": "40s", "heal": "10s", "settle": "4min"})";
  w.faults = R"({"name": "rain", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "leak": "50%", "from": "trouble", "until": "heal"})";
  return w;
}

TEST(RareState, of_messages_that_wait) {
  const auto full = run(small_scenario(waiting_world(R"("limits.waiting_messages": 3)")));
  EXPECT_EQ(failed(full), Names{});
  EXPECT_THAT(reached(full), IsSupersetOf(Names{"waiting_full"}));
  auto w = waiting_world(R"("limits.retries": 1)");
  w.faults += R"(, {"name": "fall", "kind": "crash", "who": "group:east", "disk": "kept", "restart_after": "2s",
                    "from": "trouble+15s", "until": "heal"})";
  const auto tried = run(small_scenario(w));
  EXPECT_EQ(failed(tried), Names{});
  EXPECT_THAT(reached(tried), IsSupersetOf(Names{"retries_exhausted", "rejected_came_good", "restarted_with_waiting"}));
}

// Half of the connections stand, and half of the nodes fall again and again: those that come back know of no back-off.
TEST(RareState, of_meshes_that_fall_apart) {
  auto w = waiting_world("");
  w.faults += R"(, {"name": "sleepless", "kind": "churn", "who": "group:east", "session": "6s", "absence": "2s",
                    "disk": "kept", "from": "trouble", "until": "heal"})";
  Names all;
  for (const std::string seed : {"1", "2", "3", "4", "5", "6"}) {
    const auto summary = run(small_scenario(w, {"/seed=" + seed}));
    EXPECT_EQ(failed(summary), Names{}) << seed;
    all.merge(reached(summary));
  }
  EXPECT_THAT(all, IsSupersetOf(
                       Names{"mesh_starved", "promise_broken", "pruned_by_peer", "graft_refused", "graft_in_backoff"}));
}

TEST(RareState, of_chains) {
  auto w = watched_chain();
  w.faults =
      R"({"name": "fork", "kind": "chain", "chain": "ethereum", "mode": "reorg", "depth": 2, "from": "trouble+9s"},
                {"name": "dark", "kind": "chain", "chain": "ethereum", "mode": "outage", "who": "node:west-0",
                 "from": "trouble+3s", "for": "8s"})";
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"chain_reorg", "anchor_refused", "forget_cascade"}));
}

// More transactions than a node keeps: what waits behind archives that nobody has is not confirmed meanwhile.
TEST(RareState, of_a_chain_that_is_crowded) {
  const auto summary =
      run_strange(small_scenario(watched_chain()), [](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
        if (env.name == "west-0") parts.chains = std::make_unique<CrowdedGateway>(env.chains, 10'001);
      });
  EXPECT_EQ(failed(summary), Names{"confirmed"});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"chain_put_off"}));
}

TEST(RareState, of_heads_whose_writer_lost_its_disk) {
  auto w = watched_world();
  w.roads = R"({"gossip": true, "reconciliation": true, "chain": false, "content_store": true})";
  w.parameters = R"("intervals.archive_every": "3s")";
  w.faults = R"({"name": "fire", "kind": "crash", "who": "random:3", "disk": "lost", "restart_after": "3s",
                 "from": "trouble+5s", "until": "heal"})";
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"own_head_lost"}));
}

TEST(RareState, of_a_disk_that_is_full) {
  auto w = watched_world();
  w.faults = R"({"name": "full", "kind": "disk", "who": "random:3", "mode": "full", "amount": "100%",
                 "from": "trouble+3s", "until": "trouble+15s"})";
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"node_failed"}));
}

TEST(RareState, of_peers_that_take_no_more) {
  auto w = watched_world();
  w.rate = "50/s";
  const auto summary = run_strange(small_scenario(w), [](const NodeEnv& env, auto&, FalseParts& parts, auto&) {
    if (env.name == "west-0") parts.network = std::make_unique<FullNetwork>(env.network);
  });
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"peer_congested", "outbound_dropped"}));
}

TEST(RareState, of_peers_with_a_bad_score) {
  auto w = watched_world();
  w.into = "!node:east-3";
  w.adversaries = R"({"name": "evil", "who": "node:east-3", "kind": "flooder", "rate": "100/s"})";
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"peer_graylisted", "peer_dropped_for_score"}));
}

TEST(RareState, of_a_connection_that_stands_too_long) {
  auto w = watched_world();
  w.phases = R"({"warm_up": "5s", "trouble": "70s", "heal": "10s", "settle": "4min"})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble", "until": "heal"})";
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"connection_timed_out"}));
}

// Four names are remembered at a time.
TEST(RareState, of_a_reconciliation_that_finds_more_than_there_is_room_for) {
  auto w = watched_world();
  w.roads = R"({"gossip": false, "reconciliation": true, "chain": false, "content_store": false})";
  w.parameters = R"("intervals.reconcile_every": "3s")";
  w.phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "4min"})";
  const auto summary = run_strange(small_scenario(w), [](const NodeEnv&, auto&, FalseParts&, node::NodeConfig& config) {
    config.limits.reconcile_backlog = 4;
    config.limits.reconcile_backlog_per_peer = 2;
  });
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"reconcile_backlog_full"}));
  EXPECT_EQ(check(summary, scenario::CheckName::bounded_queues).verdict, scenario::Verdict::pass);
}

TEST(RareState, of_what_is_no_longer_paid_for) {
  auto w = watched_world();
  w.rate = "10/s";
  w.types = R"({"POST": "60%", "STORE": "30%", "INSTANCE": "10%"})";
  w.parameters = R"("limits.retries": 3)";  // what nobody can pay for is refused in the time of the run
  const auto summary = run(small_scenario(
      w, {R"(/traffic/0/files={"size": {"law": "uniform", "min": "1KiB", "max": "4KiB"}})", "/phases/settle=2min",
          R"(/economy={"preset": "prices", "overrides": {"small_store": "2KiB", "grace": "10s"}, "balances": [
               {"of": "wallets", "amount": "3000token"},
               {"of": "wallets", "share": "50%", "amount": "50token", "at": "trouble+10s", "into": "group:west"}]})"}));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_THAT(reached(summary), IsSupersetOf(Names{"payment_ran_out", "removed_unpaid"}));
}

// --- none is forgotten

const std::map<std::string_view, std::string_view> kReachedIn{
    {"inbox_full", "Each/RarePath.brings_its_state_and_breaks_no_promise/inbox_full"},
    {"signatures_backed_up", "Each/RarePath.brings_its_state_and_breaks_no_promise/signatures_backed_up"},
    {"commits_backed_up", "Each/RarePath.brings_its_state_and_breaks_no_promise/commits_backed_up"},
    {"uploads_full", "Each/RarePath.brings_its_state_and_breaks_no_promise/uploads_full"},
    {"forged_repeat", "Inbox.a_forged_message_in_other_dress_costs_no_second_check"},
    {"waiting_full", "RareState.of_messages_that_wait"},
    {"retries_exhausted", "RareState.of_messages_that_wait"},
    {"content_found_no_place", "Each/RarePath.brings_its_state_and_breaks_no_promise/content_found_no_place"},
    {"content_gave_way", "Attempts.ask_for_a_content_that_was_given_up"},
    {"content_nowhere", "Attempts.ask_for_a_content_that_was_given_up"},
    {"rejected_came_good", "RareState.of_messages_that_wait"},
    {"payment_ran_out", "RareState.of_what_is_no_longer_paid_for"},
    {"removed_unpaid", "RareState.of_what_is_no_longer_paid_for"},
    {"forget_cascade", "RareState.of_chains"},
    {"pruned_by_peer", "RareState.of_meshes_that_fall_apart"},
    {"promise_broken", "RareState.of_meshes_that_fall_apart"},
    {"peer_graylisted", "RareState.of_peers_with_a_bad_score"},
    {"peer_dropped_for_score", "RareState.of_peers_with_a_bad_score"},
    {"mesh_starved", "RareState.of_meshes_that_fall_apart"},
    {"graft_refused", "RareState.of_meshes_that_fall_apart"},
    {"graft_in_backoff", "RareState.of_meshes_that_fall_apart"},
    {"peer_congested", "RareState.of_peers_that_take_no_more"},
    {"outbound_dropped", "RareState.of_peers_that_take_no_more"},
    {"reconcile_at_limit", "Each/RarePath.brings_its_state_and_breaks_no_promise/reconcile_cut_short"},
    {"reconcile_refused", "Each/RarePath.brings_its_state_and_breaks_no_promise/reconcile_refused"},
    {"reconcile_failed", "Each/RarePath.brings_its_state_and_breaks_no_promise/request_unanswered"},
    {"reconcile_backlog_full", "RareState.of_a_reconciliation_that_finds_more_than_there_is_room_for"},
    {"chain_reorg", "RareState.of_chains"},
    {"chain_put_off", "RareState.of_a_chain_that_is_crowded"},
    {"anchor_refused", "RareState.of_chains"},
    {"heads_full", "Each/RarePath.brings_its_state_and_breaks_no_promise/heads_full"},
    {"own_head_lost", "RareState.of_heads_whose_writer_lost_its_disk"},
    {"node_failed", "RareState.of_a_disk_that_is_full"},
    {"restarted_with_waiting", "RareState.of_messages_that_wait"},
    {"dial_pause_longest", "Each/RarePath.brings_its_state_and_breaks_no_promise/dial_unanswered"},
    {"connection_timed_out", "RareState.of_a_connection_that_stands_too_long"},
};
// With the reason.
const std::map<std::string_view, std::string_view> kNotInASmallRun{
    {"content_mismatch", "a peer that gives false bytes: tests/unit/node/content_link_test.cpp"},
    {"content_malformed",
     "bytes that hash to their name and are no content need an author who means harm and serves them"},
    {"tombstone_wrong", "a tombstone that lies needs a peer who made it up"},
    {"archive_unavailable", "an archive is looked for over many minutes: tests/unit/chain/follower_test.cpp"},
    {"file_damaged", "only a file may be hit, and it must be read: tests/unit/node/pipeline_test.cpp"},
};

TEST(RareState, has_a_test_or_a_reason) {
  for (std::size_t i = 0; i < trace::kRareStateCount; ++i) {
    const auto name = trace::rare_state_info(static_cast<trace::RareState>(i)).name;
    const auto found = kReachedIn.find(name);
    EXPECT_NE(found != kReachedIn.end(), kNotInASmallRun.contains(name)) << name << ": nothing reaches it";
    if (found == kReachedIn.end()) continue;
    EXPECT_TRUE(lastmile::test::is_registered(found->second)) << name << ": there is no test " << found->second;
  }
  EXPECT_EQ(kReachedIn.size() + kNotInASmallRun.size(), trace::kRareStateCount);
}

}  // namespace
}  // namespace lastmile::sim::test
