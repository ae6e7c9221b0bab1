// Adversaries of a scenario at work: of each kind the bound that its damage must not pass, the same world without one,
// and one in which the defence is taken away, so that this bound is passed and no other.
#include "tests/sim/bad_company.hpp"
#include "tests/sim/wrapped_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;

// --- replayer

// Whoever comes back has forgotten what it saw, and hears all of it again. The bound is what honest nodes send in any
// case: a message of 0.9 KiB to six others at most, and names and files beside it.
SmallWorld replayed() {
  SmallWorld w =
      with_one(R"("kind": "replayer", "rate": "100/s")",
               limit("propagation_s.during", "p90", "\"1s\"") + limit("bytes_per_message", "value", "\"7KiB\""));
  w.faults = R"({"name": "dies", "kind": "crash", "who": "node:west-1", "disk": "kept", "restart_after": "2s",
                 "from": "trouble+10s"})";
  w.more = R"("economy": {"preset": "prices", "balances": [{"of": "wallets", "amount": "1500token"}]}, )";
  return w;
}

// What it says again, in whatever dress, goes no further than its peers: applied, waiting or refused.
TEST(Replayer, makes_nobody_forward_anything_twice) {
  const auto summary = run(small_scenario(replayed()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 1500U);
  expect_pass(run(without_adversary(replayed())));
}

// What routers have forgotten the store still knows.
TEST(Replayer, is_heard_by_nobody_though_routers_soon_forget_what_they_saw) {
  auto forgetful = with_gossip([](gossip::Params& params) { params.seen_time = seconds(5); });
  expect_pass(run(small_scenario(replayed()), std::move(forgetful)));
}

TEST(Replayer, is_the_mouth_of_nodes_that_pass_on_before_they_look) {
  const auto s = small_scenario(replayed());
  only_failed(s, run_relaying(s, "east-3"), {CheckName::measure, "bytes_per_message"});
}

// One message of its own, whose content nobody has, comes with an ever earlier time.
TEST(Replayer, is_the_mouth_of_nodes_to_which_each_earlier_time_is_news) {
  const auto s = small_scenario(replayed());
  const auto eager = [](node::NodeConfig& config) { config.limits.earlier_copies = 1'000'000; };
  only_failed(s, run(s, eager), {CheckName::measure, "bytes_per_message"});
}

// --- eclipser

// Six nodes crowd around west-0, of which only east-0 is honest beside it. They fill its mesh, and what they do not
// bring it hears of each second, and asks for.
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

// A mesh that six can fill, and in which no place is kept for peers that the victim chose: one defence is left, and it
// is the one that the tests are about.
void small_mesh(gossip::Params& params) {
  params.mesh_wanted = params.mesh_high = 4;
  params.mesh_low = 2;
  params.mesh_scored = 2;
  params.mesh_outbound = 0;
  params.flood_publish = false;
}

TEST(Eclipser, delays_its_victim_by_seconds_at_most) {
  const auto summary = run(small_scenario(eclipsed()), with_gossip(small_mesh));
  expect_pass(summary);
  EXPECT_GE(figure(summary, "mesh_captured").max, 0.7) << "the mesh was not theirs; the test tests nothing";
  expect_pass(run(without_adversary(eclipsed()), with_gossip(small_mesh)));
}

TEST(Eclipser, silences_a_victim_that_hears_of_nothing_beside_its_mesh) {
  const auto s = small_scenario(eclipsed());
  only_failed(s, run(s, with_gossip([](gossip::Params& params) {
                       small_mesh(params);
                       params.gossip_least = 0;
                       params.gossip_factor = 0;
                     })),
              {CheckName::measure, "propagation_s.during"});
}

// --- withholder

// Half of the network keeps to itself what it hears. Its promises are broken, and the other half hears of everything
// from one another: at once, or when the promise of one that kept silent has run out (3 s) and another tells.
SmallWorld withheld() { return with_half(R"("kind": "withholder")", limit("propagation_s.during", "p99", "\"5s\"")); }

TEST(Withholder, delays_nobody_by_more_than_seconds_even_as_one_of_two) {
  const auto summary = run(small_scenario(withheld()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 100U);
  expect_pass(run(without_adversary(withheld())));
}

// One honest neighbour is the whole defence. Without any, all is there as soon as the withholder gives in.
TEST(Withholder, keeps_apart_who_know_nobody_else) {
  const auto alone = [](node::NodeConfig& config) { config.peers = {"east-3"}; };
  const SmallWorld w = with_one(R"("kind": "withholder")", limit("propagation_s.during", "p99", "\"5s\""));
  const auto s = small_scenario(w);
  only_failed(s, run(s, alone), {CheckName::measure, "propagation_s.during"});
  expect_pass(run(without_adversary(w), alone));
}

// --- equivocator

// Both halves come to know both statements, and mean the same by them.
SmallWorld equivocated() { return with_one(R"("kind": "equivocator", "rate": "5/s")"); }

TEST(Equivocator, leaves_all_nodes_with_one_state) {
  const auto summary = run(small_scenario(equivocated()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 80U);
  expect_pass(run(without_adversary(equivocated())));
}

TEST(Equivocator, divides_nodes_that_let_the_order_of_arrival_decide) {
  SmallWorld w = equivocated();
  w.types = R"({"POST": "60%", "AGGREGATE": "32%", "FORGET": "8%"})";
  w.parameters = R"("switches.ties": "as_reference")";
  const auto s = small_scenario(w);
  only_failed(s, run(s), {CheckName::converged});
  expect_pass(run(without_adversary(w)));
}

// --- liar

// Comparing is all that spreads messages here, every five seconds with a peer drawn by lot. Who lacks a message that
// all honest nodes but him have misses it in a turn when it draws the liar (one of seven) and no other draws it: six
// turns in a row never happen in a run.
SmallWorld compared(const std::string& liar) {
  SmallWorld w = with_one(R"("kind": "liar", )" + liar, limit("propagation_s.during", "p99", "\"30s\""));
  w.roads = R"({"gossip": false, "reconciliation": true, "chain": false, "content_store": false})";
  w.parameters = R"("intervals.reconcile_every": "5s", "limits.fetch_wanted": 1024)";
  w.phases = R"({"warm_up": "5s", "trouble": "60s", "heal": "10s", "settle": "3min"})";
  w.rate = "2/s";
  return w;
}
SmallWorld hiding() { return compared(R"("what": ["hidden"])"); }
// Each second it tells everybody of 512 messages that nobody wrote, and keeps who asks for them waiting.
SmallWorld inventing() { return compared(R"("what": ["invented"], "rate": "1/s")"); }
// The share of the fetches that one peer has is an eighth, as by default.
Callback<void(node::NodeConfig&)> with_share(std::size_t share) {
  return [share](node::NodeConfig& config) { config.limits.reconcile_wanted_per_peer = share; };
}

TEST(Liar, who_hides_differences_is_one_peer_less_to_hear_from) {
  const auto summary = run(small_scenario(hiding()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 5U);
  expect_pass(run(without_adversary(hiding())));
}

TEST(Liar, alone_between_all_others_keeps_them_apart) {
  const auto alone = [](node::NodeConfig& config) { config.peers = {"east-3"}; };
  const auto s = small_scenario(hiding());
  only_failed(s, run(s, alone), {CheckName::measure, "propagation_s.during"});
  expect_pass(run(without_adversary(hiding()), alone));
}

TEST(Liar, who_invents_messages_keeps_no_true_one_waiting) {
  const auto summary = run(small_scenario(inventing()), with_share(128));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 400U);
  EXPECT_GT(figure(summary, "queue_depth.reconcile").max, 10'000) << "it had its share; the test tests nothing";
  expect_pass(run(without_adversary(inventing()), with_share(128)));
}

TEST(Liar, who_invents_messages_fills_the_fetches_of_nodes_that_ask_one_peer_for_all_it_tells) {
  const auto s = small_scenario(inventing());
  only_failed(s, run(s, with_share(1'000'000)), {CheckName::measure, "propagation_s.during"});
}

}  // namespace
}  // namespace lastmile::sim::test
