// The same run twice gives the same events; what must not matter does not; and where two runs part is named.
#include <gmock/gmock.h>

#include "sim/run/convert.hpp"
#include "sim/run/twin.hpp"
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

// Cut, crash and a chain, so that every kind of event occurs.
SmallWorld busy() {
  SmallWorld w;
  w.roads = R"({"gossip": true, "reconciliation": true, "chain": true, "content_store": true})";
  w.chains = R"({"name": "ethereum", "kind": "evm", "block_time": "2s", "finality_blocks": 3, "archive_every": "5s",
                 "synchronizers": ["node:west-0", "node:east-0"]})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble", "until": "heal"},
                {"name": "power", "kind": "crash", "who": "node:east-2", "disk": "torn", "restart_after": "3s",
                 "from": "trouble+4s", "until": "heal"},
                {"name": "fork", "kind": "chain", "chain": "ethereum", "mode": "reorg", "depth": 2, "from": "trouble+9s"})";
  return w;
}

void expect_alike(const scenario::Scenario& a, const scenario::Scenario& b) {
  const auto twins = compare_runs(a, b);
  ASSERT_TRUE(twins.ok()) << twins.error().text;
  EXPECT_EQ(twins->difference, "");
  EXPECT_GT(twins->events, 10'000U);
}

TEST(Determinism, twins_are_equal) { expect_alike(small_scenario(busy()), small_scenario(busy())); }

// Messages read, signatures of messages and heads, hashes of contents, archives read: each once for the run, or on
// every node. Frames that arrive damaged and torn disks bring wrong bytes under right names.
TEST(Determinism, work_done_once_for_all_changes_nothing) {
  SmallWorld w = busy();
  w.faults += R"(,{"name": "noise", "kind": "link", "between": ["group:west", "group:east"], "corrupt": "2%",
                   "from": "trouble+10s", "until": "heal"})";
  expect_alike(small_scenario(w, {"/crypto=cached"}), small_scenario(w, {"/crypto=real"}));
}

TEST(Determinism, what_is_recorded_changes_nothing) {
  expect_alike(small_scenario(busy(), {"/record=none"}), small_scenario(busy(), {"/record=full"}));
  expect_alike(small_scenario(busy(), {"/record=none"}), small_scenario(busy(), {"/record=summary"}));
}

TEST(Determinism, access_links_without_a_limit_are_as_none) {
  const std::string server = "/world/hardware/server/";
  expect_alike(small_scenario(busy(), {"/network=delay"}),
               small_scenario(busy(), {"/network=access", server + "uplink=0bit/s", server + "downlink=0bit/s"}));
}

// What users compare.
Hash256 digest_of(const scenario::Scenario& scenario) {
  const auto twins = compare_runs(scenario, scenario);
  EXPECT_TRUE(twins.ok());
  return twins.ok() ? twins->digest : Hash256{};
}

TEST(Determinism, levels_that_have_nothing_to_differ_in_give_one_digest) {
  const std::string server = "/world/hardware/server/";
  EXPECT_EQ(
      digest_of(small_scenario(busy(), {"/network=delay"})),
      digest_of(small_scenario(busy(), {"/network=access", server + "uplink=0bit/s", server + "downlink=0bit/s"})));
  SmallWorld w;  // no files, and no archives that must be fetched
  w.types = R"({"POST": "60%", "AGGREGATE": "30%", "FORGET": "10%"})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble", "until": "heal"})";
  const auto access = digest_of(small_scenario(w, {"/network=access"}));
  EXPECT_EQ(access, digest_of(small_scenario(w, {"/network=flow"})));
  EXPECT_NE(access, digest_of(small_scenario(w, {"/network=delay"}))) << "links without a limit";
}

// Files of megabytes share links while they are cut, limited and left alone, and a node loses power under them.
TEST(Determinism, twins_whose_files_share_links_are_equal) {
  SmallWorld w = busy();
  w.types = R"({"POST": "30%", "STORE": "60%", "FORGET": "10%"})";
  w.files = R"({"size": {"law": "uniform", "min": "32KiB", "max": "2MiB"}})";
  w.rate = "3/s";
  w.faults += R"(,{"name": "narrow", "kind": "link", "between": ["group:west", "group:east"], "bandwidth": "2Mbit/s",
                   "from": "trouble+12s", "until": "heal"})";
  const scenario::Scenario scenario = small_scenario(w, {"/network=flow"});
  expect_alike(scenario, scenario);
  const auto summary = run(scenario);
  expect_pass(summary);
  EXPECT_NE(summary.digest, run(small_scenario(w)).digest) << "the files were too small to share anything";
}

TEST(Determinism, another_seed_is_another_run) {
  const auto a = run(small_scenario(busy(), {"/seed=1"}));
  const auto b = run(small_scenario(busy(), {"/seed=2"}));
  EXPECT_NE(a.digest, b.digest);
}

// One frame between two nodes is late in one of two runs.
SmallWorld with_a_late_frame() {
  SmallWorld planted = busy();
  planted.faults += R"(,{"name": "planted", "kind": "link", "between": ["node:west-1", "node:west-2"],
                         "latency_add": "1ns", "from": "trouble+15s", "for": "1s"})";
  return planted;
}

// The twin test says where they part, and when.
TEST(Determinism, the_first_event_that_differs_is_named) {
  const auto twins = compare_runs(small_scenario(busy()), small_scenario(with_a_late_frame()));
  ASSERT_TRUE(twins.ok()) << twins.error().text;
  ASSERT_NE(twins->difference, "");
  // Gossip, a question or its answer: which comes first there depends on draws.
  EXPECT_THAT(twins->difference, testing::ContainsRegex("node (1: [a-z]+ from 2|2: [a-z]+ from 1),"));
  EXPECT_NE(twins->difference.find(" 20."), std::string::npos) << twins->difference << ": planted at 20 s";
}

// At level flow the record comes from another process, and says there too that it was cut short.
TEST(Determinism, a_record_that_is_full_claims_nothing_of_what_it_lacks) {
  for (const std::string level : {"/network=access", "/network=flow"}) {
    const auto twins = compare_runs(small_scenario(busy(), {level}), small_scenario(with_a_late_frame(), {level}), 1);
    ASSERT_TRUE(twins.ok()) << twins.error().text;
    EXPECT_THAT(twins->difference, testing::HasSubstr("after the first 1 events of it, with which the record is full"))
        << level;
  }
}

// As in the real world, where the settings say it once and the store obeys too.
TEST(Parameters, reach_the_store_of_each_node) {
  SmallWorld w;
  w.parameters = R"("limits.waiting_messages": 7)";
  EXPECT_EQ(shared_node_config(small_scenario(w)).store.limits.waiting_messages, 7U);
}

}  // namespace
}  // namespace lastmile::sim::test
