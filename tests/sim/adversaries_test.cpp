// Adversaries of a scenario at work: for each kind the bound that its damage must not pass, and a world without the
// defence, in which it does.
#include <algorithm>

#include "sim/adversary/statements.hpp"
#include "tests/sim/tuned_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;
using scenario::Verdict;

// Eight nodes, each connected to all others; `who` are adversaries, and take no traffic.
SmallWorld among(const std::string& who, const std::string& adversary, const std::string& more = {}) {
  SmallWorld w;
  w.into = "!" + who;
  w.adversaries = R"({"name": "evil", "who": ")" + who + "\", " + adversary + "}";
  w.checks = more;
  return w;
}
SmallWorld with_one(const std::string& adversary, const std::string& more = {}) {
  return among("node:east-3", adversary, more);
}
SmallWorld with_half(const std::string& adversary, const std::string& more = {}) {
  return among("group:east", adversary, more);
}

std::string limit(const std::string& of, const std::string& stat, const std::string& at_most) {
  return R"(, {"name": "measure", "of": ")" + of + R"(", "stat": ")" + stat + R"(", "at_most": )" + at_most + "}";
}

std::uint64_t acts(const scenario::Summary& summary) {
  EXPECT_EQ(summary.adversaries.size(), 1U);
  return summary.adversaries.empty() ? 0 : summary.adversaries.front().acts;
}

// A world in which a message goes to one peer and is not spoken of again, and nobody compares what he holds.
SmallWorld short_lived(SmallWorld w) {
  w.roads = R"({"gossip": true, "reconciliation": false, "chain": false, "content_store": false})";
  w.phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "30s"})";
  return w;
}
void whisper(gossip::Params& params) {
  params.mesh_wanted = params.mesh_low = params.mesh_high = 1;
  params.mesh_scored = params.mesh_outbound = 0;
  params.gossip_least = 0;
  params.gossip_factor = 0;
  params.flood_publish = false;
}

// --- flooder

// Two of them are in the hands of who writes a forgery.
TEST(OwnAccounts, stay_where_they_are_while_others_are_derived) {
  OwnAccounts accounts(1, 2);
  const crypto::Account* const first = &accounts.account(0);
  accounts.account(OwnAccounts::kCount - 1);
  EXPECT_EQ(&accounts.account(0), first);
}

SmallWorld forged_flood() {
  return with_one(R"("kind": "flooder", "rate": "100/s")",
                  limit("propagation_s.during", "p90", "\"1s\"") + limit("rejected.1", "value", "70"));
}

// Two forgeries take a peer below the score at which its messages are looked at: the other thousands cost their bytes
// and nothing else. Seven peers, and what is on its way meanwhile.
TEST(Flooder, of_forged_messages_is_not_listened_to_after_a_few) {
  const auto summary = run(small_scenario(forged_flood()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 1900U);
  EXPECT_GT(figure(summary, "rejected.1").value, 6) << "nobody met a forgery; the test tests nothing";
}

TEST(Flooder, is_heard_to_the_last_forgery_where_nobody_keeps_scores) {
  const auto summary =
      run(small_scenario(forged_flood()), with_gossip([](gossip::Params& params) { params.scoring = false; }));
  EXPECT_GT(figure(summary, "rejected.1").value, 10'000);
  EXPECT_EQ(summary.verdict, Verdict::fail) << "the bound cannot be passed";
}

// What is too large travels no further than one hop.
TEST(Flooder, of_oversized_messages_reaches_its_peers_alone) {
  const auto summary = run(small_scenario(
      with_one(R"("kind": "flooder", "rate": "10/s", "what": ["oversized"])",
               limit("propagation_s.during", "p90", "\"1s\"") + limit("bytes_per_message", "value", "\"10KiB\""))));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 150U);
}

// --- replayer

// Whoever comes back has forgotten what it saw, and hears all of it again.
SmallWorld replayed() {
  SmallWorld w =
      with_one(R"("kind": "replayer", "rate": "100/s")",
               limit("propagation_s.during", "p90", "\"1s\"") + limit("bytes_per_message", "value", "\"8KiB\""));
  w.faults = R"({"name": "dies", "kind": "crash", "who": "node:west-1", "disk": "kept", "restart_after": "2s",
                 "from": "trouble+10s"})";
  return w;
}

// What it says again, in whatever dress, goes no further than its peers. Two thousand messages that everybody forwards
// to everybody make more than twice the bytes.
TEST(Replayer, makes_nobody_process_or_forward_anything_twice) {
  const auto summary = run(small_scenario(replayed()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 1500U);
}

// What routers have forgotten the store still knows.
TEST(Replayer, is_heard_by_nobody_though_routers_soon_forget_what_they_saw) {
  auto forgetful = with_gossip([](gossip::Params& params) { params.seen_time = seconds(5); });
  expect_pass(run(small_scenario(replayed()), std::move(forgetful)));
}

// --- eclipser

// Six nodes crowd around west-0, of which only east-0 is honest beside it.
SmallWorld eclipsed() {
  SmallWorld w;
  w.into = "node:east-0";
  w.adversaries =
      R"({"name": "evil", "who": "!node:west-0 & !node:east-0", "kind": "eclipser", "against": "node:west-0"})";
  w.checks = limit("propagation_s.during", "p99", "\"3s\"");
  // The victim begins anew among them.
  w.faults = R"({"name": "restart", "kind": "crash", "who": "node:west-0", "disk": "kept", "restart_after": "100ms",
                 "from": "trouble+1s"})";
  return w;
}

// A mesh that six can fill.
void small_mesh(gossip::Params& params) {
  params.mesh_wanted = params.mesh_high = 4;
  params.mesh_low = 2;
  params.mesh_scored = 2;
  params.mesh_outbound = 1;
}

// What the mesh does not bring is heard of each second, and asked for.
TEST(Eclipser, delays_its_victim_by_seconds_at_most) {
  const auto summary = run(small_scenario(eclipsed()), with_gossip(small_mesh));
  expect_pass(summary);
  EXPECT_GE(figure(summary, "mesh_captured").max, 0.7) << "the mesh was not theirs; the test tests nothing";
}

TEST(Eclipser, silences_a_victim_that_hears_of_nothing_but_by_its_mesh) {
  const auto summary = run(small_scenario(short_lived(eclipsed())), with_gossip([](gossip::Params& params) {
                             small_mesh(params);
                             params.mesh_outbound = 0;
                             params.gossip_least = 0;
                             params.gossip_factor = 0;
                             params.flood_publish = false;
                           }));
  EXPECT_EQ(summary.verdict, Verdict::fail);
}

// --- withholder

// Half of the network keeps to itself what it hears. Its promises are broken, and the other half hears of everything
// from one another.
TEST(Withholder, delays_nobody_by_more_than_seconds_even_as_one_of_two) {
  const auto summary =
      run(small_scenario(with_half(R"("kind": "withholder")", limit("propagation_s.during", "p99", "\"5s\""))));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 100U);
}

TEST(Withholder, keeps_messages_from_nodes_that_hear_of_them_once) {
  const auto summary = run(small_scenario(short_lived(with_half(R"("kind": "withholder")"))), with_gossip(whisper));
  EXPECT_EQ(check(summary, CheckName::all_processed).verdict, Verdict::fail);
}

// --- equivocator

// Both halves come to know both statements, and mean the same by them.
TEST(Equivocator, leaves_all_nodes_with_one_state) {
  const auto summary = run(small_scenario(with_one(R"("kind": "equivocator", "rate": "5/s")")));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 80U);
}

TEST(Equivocator, divides_nodes_that_do_not_talk) {
  const auto summary =
      run(small_scenario(short_lived(with_one(R"("kind": "equivocator", "rate": "5/s")"))), with_gossip(whisper));
  EXPECT_EQ(check(summary, CheckName::converged).verdict, Verdict::fail);
}

// --- liar

// Comparing is all that spreads messages here, every few seconds with a peer drawn by lot.
SmallWorld compared(const std::string& what) {
  SmallWorld w = with_one(R"("kind": "liar", "what": [)" + what + "]", limit("propagation_s.during", "p90", "\"30s\""));
  w.roads = R"({"gossip": false, "reconciliation": true, "chain": false, "content_store": false})";
  w.parameters = R"("intervals.reconcile_every": "5s")";
  w.phases = R"({"warm_up": "5s", "trouble": "60s", "heal": "10s", "settle": "3min"})";
  w.rate = "2/s";
  return w;
}

TEST(Liar, who_hides_differences_is_one_peer_less_to_hear_from) {
  const auto summary = run(small_scenario(compared(R"("hidden")")));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 5U);
}

TEST(Liar, who_invents_messages_keeps_no_true_one_waiting) {
  const auto summary = run(small_scenario(compared(R"("invented")")));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 5U);
}

// Who knows nobody but the liar learns nothing while it lies; the check must see that.
TEST(Liar, alone_between_all_others_keeps_them_apart) {
  const auto summary =
      run(small_scenario(compared(R"("hidden")")), [](node::NodeConfig& config) { config.peers = {"east-3"}; });
  EXPECT_EQ(summary.verdict, Verdict::fail);
}

}  // namespace
}  // namespace lastmile::sim::test
