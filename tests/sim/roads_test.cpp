// Roads of healing, each alone, and what public chains may do meanwhile.
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

constexpr const char* kGossip = R"({"gossip": true, "reconciliation": true, "chain": false, "content_store": false})";
constexpr const char* kChain = R"({"gossip": false, "reconciliation": false, "chain": true, "content_store": false})";
constexpr const char* kStore = R"({"gossip": false, "reconciliation": false, "chain": false, "content_store": true})";
constexpr const char* kAll = R"({"gossip": true, "reconciliation": true, "chain": true, "content_store": true})";
constexpr const char* kEthereum =
    R"({"name": "ethereum", "kind": "evm", "block_time": "2s", "finality_blocks": 4, "archive_every": "5s",
        "synchronizers": ["node:west-0", "node:east-0"]})";
constexpr const char* kTezos =
    R"({"name": "tezos", "kind": "tezos", "block_time": "3s", "finality_blocks": 2, "archive_every": "7s",
        "synchronizers": ["node:west-1", "node:east-1"]})";

SmallWorld over(const char* roads, std::string faults) {
  SmallWorld w;
  w.roads = roads;
  w.faults = std::move(faults);
  w.phases = R"({"warm_up": "10s", "trouble": "30s", "heal": "10s", "settle": "20min"})";
  w.parameters = R"("intervals.archive_every": "5s")";
  if (roads == kChain || roads == kAll) w.chains = kEthereum;
  if (roads == kChain) w.into = "chain:ethereum";  // nobody else packs what it was told
  return w;
}

const std::string kIslands = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"],
                             "mode": "stall", "from": "trouble", "until": "heal"})";
// Nothing of it is left, and nobody publishes through it.
const std::string kBurnt = R"({"name": "fire", "kind": "crash", "who": "node:east-3", "disk": "lost",
                               "restart_after": "5s", "from": "trouble+5s", "until": "heal"})";

// A run in which nothing comes back with its disk has nothing for acknowledged_kept to look at.
void expect_pass_but_kept(const SmallWorld& w) {
  auto s = small_scenario(w);
  std::erase_if(s.checks, [](const auto& check) { return check.name == scenario::CheckName::acknowledged_kept; });
  expect_pass(run(s));
}

TEST(Road, gossip_and_reconciliation_alone_heal_a_cut) { expect_pass_but_kept(over(kGossip, kIslands)); }
TEST(Road, the_content_store_alone_heals_a_cut) { expect_pass_but_kept(over(kStore, kIslands)); }
// Also what was forgotten before any chain knew it: its tombstone is anchored, or its FORGET is refused everywhere
// else.
TEST(Road, a_chain_alone_heals_a_cut) { expect_pass_but_kept(over(kChain, kIslands)); }

// The receipts of what an archive brings are nobody's but the archive's.
TEST(Road, only_what_a_client_was_told_counts_as_acknowledged) {
  const auto summary = run(small_scenario(over(kChain, kIslands)));
  EXPECT_GT(figure(summary, "acknowledged").value, 0);
  EXPECT_LE(figure(summary, "acknowledged").value, figure(summary, "published").value);
}

TEST(Road, gossip_and_reconciliation_alone_bring_back_a_node_that_lost_everything) {
  expect_pass_but_kept(over(kGossip, kBurnt));
}
TEST(Road, the_content_store_alone_brings_back_a_node_that_lost_everything) {
  expect_pass_but_kept(over(kStore, kBurnt));
}
TEST(Road, a_chain_alone_brings_back_a_node_that_lost_everything) { expect_pass_but_kept(over(kChain, kBurnt)); }

// It lacks many times what it may fetch at once, and all its peers tell it of messages: their envelopes must not keep
// out the files that those already here wait for.
TEST(Road, reconciliation_brings_back_more_messages_and_files_than_may_be_fetched_at_once) {
  SmallWorld w = over(kGossip, R"({"name": "fire", "kind": "crash", "who": "node:east-3", "disk": "lost",
                                   "restart_after": "1s", "from": "trouble+38s", "until": "heal"})");
  w.phases = R"({"warm_up": "10s", "trouble": "40s", "heal": "10s", "settle": "25min"})";
  w.types = R"({"POST": "70%", "STORE": "30%"})";
  w.rate = "10/s";
  w.parameters = R"("limits.fetch_wanted": 64)";
  auto s = small_scenario(w);
  std::erase_if(s.checks, [](const auto& check) {
    return check.name == scenario::CheckName::acknowledged_kept ||
           check.name == scenario::CheckName::forgotten_stays_forgotten;  // nobody forgets
  });
  expect_pass(run(s));
}

// Each answer brings many times what finds room.
TEST(Road, reconciliation_brings_back_everything_through_an_inbox_of_a_few_messages) {
  SmallWorld w = over(kGossip, R"({"name": "fire", "kind": "crash", "who": "node:east-3", "disk": "lost",
                                   "restart_after": "1s", "from": "trouble+28s", "until": "heal"})");
  w.parameters = R"("limits.inbox_messages": 20, "limits.inbox_messages_per_source": 5)";
  for (const std::uint64_t seed : {3U, 4U, 5U, 7U}) {
    SCOPED_TRACE(seed);
    auto s = small_scenario(w);
    s.seed = seed;
    std::erase_if(s.checks, [](const auto& check) { return check.name == scenario::CheckName::acknowledged_kept; });
    expect_pass(run(s));
  }
}

// Out of reach it begins its heads anew, under numbers that others know already from before its disk was lost.
TEST(Road, the_content_store_alone_tells_what_a_node_wrote_that_had_forgotten_its_own_heads) {
  SmallWorld w = over(kStore, R"({"name": "alone", "kind": "partition", "between": ["node:east-3", "!node:east-3"],
                                  "mode": "stall", "from": "trouble", "until": "heal"},
                                 {"name": "fire", "kind": "crash", "who": "node:east-3", "disk": "lost",
                                  "restart_after": "1s", "from": "trouble+2s", "until": "heal"})");
  w.into = "node:east-3";
  expect_pass_but_kept(w);
}

TEST(Road, a_chain_alone_continues_where_a_crash_stopped_it) {
  SmallWorld w = over(kChain, R"({"name": "power", "kind": "crash", "who": "random:4", "disk": "torn",
                                  "restart_after": "4s", "from": "trouble+5s", "until": "heal"})");
  expect_pass_but_kept(w);
}
TEST(Road, the_content_store_alone_survives_torn_disks) {
  expect_pass_but_kept(over(kStore, R"({"name": "power", "kind": "crash", "who": "random:4", "disk": "torn",
                                        "restart_after": "4s", "from": "trouble+5s", "until": "heal"})"));
}

const std::string kConfirmed = R"(,{"name": "confirmed", "chains": ["ethereum"]}, {"name": "finality_respected"})";

TEST(Chain, an_outage_for_some_delays_confirmations_only) {
  SmallWorld w = over(kAll, R"({"name": "silence", "kind": "chain", "chain": "ethereum", "mode": "outage",
                                "who": "group:west", "from": "trouble", "until": "heal"})");
  w.checks = kConfirmed;
  expect_pass_but_kept(w);
}
TEST(Chain, an_outage_for_all_delays_the_chain_road_only) {
  expect_pass_but_kept(over(kChain, R"({"name": "silence", "kind": "chain", "chain": "ethereum", "mode": "outage",
                                        "from": "trouble", "until": "heal"})"));
}
TEST(Chain, reorganisations_take_confirmations_back_and_they_come_again) {
  SmallWorld w = over(kAll, kIslands + R"(,{"name": "fork", "kind": "chain", "chain": "ethereum", "mode": "reorg",
                                        "depth": 3, "from": {"every": "7s", "from": "trouble", "until": "heal"}})");
  w.checks = kConfirmed;
  expect_pass_but_kept(w);
}
TEST(Chain, reorganisations_do_not_stop_the_chain_road) {
  expect_pass_but_kept(over(kChain, R"({"name": "fork", "kind": "chain", "chain": "ethereum", "mode": "reorg",
                                        "depth": 3, "from": {"every": "7s", "from": "trouble", "until": "heal"}})"));
}
// A message is confirmed where it is packed first, so neither chain confirms everything.
TEST(Chain, two_chains_at_once_do_not_get_into_each_others_way) {
  SmallWorld w = over(kAll, kIslands);
  w.chains = std::string(kEthereum) + "," + kTezos;
  w.checks = R"(,{"name": "finality_respected"})";
  expect_pass_but_kept(w);
}

}  // namespace
}  // namespace lastmile::sim::test
