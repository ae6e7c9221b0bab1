// Floods: of each kind the bound that its damage must not pass, the same world without one, and one in which the
// defence is taken away, so that this bound is passed and no other.
#include "scenarios/engine/traffic/account_ranges.hpp"
#include "scenarios/engine/traffic/balance_oracle.hpp"
#include "sim/adversary/statements.hpp"
#include "sim/world/world.hpp"
#include "tests/sim/bad_company.hpp"
#include "tests/sim/wrapped_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;

TEST(OwnAccounts, are_nobody_elses) {
  EXPECT_NE(OwnAccounts(1, 0).account(0).address(), scenario::BalanceOracle::account(1).address());
  EXPECT_LT(scenario::kHeadSignerAccounts + kWorldNodesMax, scenario::kOracleAccount);
  EXPECT_LT(scenario::kOracleAccount, scenario::kAdversaryAccounts);
}

// Two of them are in the hands of who writes a forgery.
TEST(OwnAccounts, stay_where_they_are_while_others_are_derived) {
  OwnAccounts accounts(1, 2);
  const crypto::Account* const first = &accounts.account(0);
  accounts.account(OwnAccounts::kCount - 1);
  EXPECT_EQ(&accounts.account(0), first);
}

// --- forged

// Two forgeries take a peer below the score at which its messages are looked at: the other thousands cost their bytes
// and nothing else. Seven peers, two each, and two that came before the check of the second was answered.
SmallWorld forged_flood() {
  return with_one(R"("kind": "flooder", "rate": "100/s")",
                  limit("propagation_s.during", "p90", "\"1s\"") + limit("rejected.1", "value", "28"));
}

TEST(ForgedFlood, is_not_listened_to_after_a_few) {
  const auto summary = run(small_scenario(forged_flood()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 1900U);
  EXPECT_GE(figure(summary, "rejected.1").value, 14) << "nobody met a forgery; the test tests nothing";
  expect_pass(run(without_adversary(forged_flood(), "rejected.1")));
}

TEST(ForgedFlood, is_heard_to_the_end_where_nobody_keeps_scores) {
  const auto s = small_scenario(forged_flood());
  only_failed(s, run(s, with_gossip([](gossip::Params& params) { params.scoring = false; })),
              {CheckName::measure, "rejected.1"});
}

// --- unpaid

// They are kept, as they may be paid for later, up to the limit of what waits: 100 messages of 2 KiB with all their
// rows, beside the two hundred of the wallets, which take less than 1 MiB.
SmallWorld unpaid_flood() {
  SmallWorld w = with_one(R"("kind": "flooder", "rate": "100/s", "what": ["unpaid"])",
                          limit("propagation_s.during", "p90", "\"1s\"") + limit("disk_bytes", "max", "\"1.5MiB\""));
  w.more = R"("economy": {"preset": "prices", "balances": [{"of": "wallets", "amount": "1500token"}]}, )";
  w.parameters = R"("limits.waiting_messages": 100)";
  return w;
}

TEST(UnpaidFlood, fills_no_more_of_a_disk_than_the_limit_of_what_waits) {
  const auto summary = run(small_scenario(unpaid_flood()));
  expect_pass(summary);
  EXPECT_GT(figure(summary, "rejected.5").value, 7 * 1500) << "everybody judged most of them";
  expect_pass(run(without_adversary(unpaid_flood())));
}

TEST(UnpaidFlood, is_kept_whole_where_as_much_as_one_likes_may_wait) {
  SmallWorld w = unpaid_flood();
  w.parameters.clear();
  const auto s = small_scenario(w);
  only_failed(s, run(s), {CheckName::measure, "disk_bytes"});
}

// --- oversized

// What is too large travels no further than one hop: what honest nodes send is what they always send, a message of
// 0.9 KiB to six others at most, and names and files beside it.
SmallWorld oversized_flood() {
  return with_one(R"("kind": "flooder", "rate": "4/s", "what": ["oversized"])",
                  limit("propagation_s.during", "p90", "\"1s\"") + limit("bytes_per_message", "value", "\"7KiB\""));
}

TEST(OversizedFlood, reaches_its_peers_alone) {
  const auto summary = run(small_scenario(oversized_flood()));
  expect_pass(summary);
  EXPECT_GT(acts(summary), 70U);
  EXPECT_GE(figure(summary, "rejected.0").value, 7 * 35) << "half of them could be read and were not taken";
  expect_pass(run(without_adversary(oversized_flood())));
}

TEST(OversizedFlood, goes_everywhere_where_nodes_pass_on_before_they_look) {
  const auto s = small_scenario(oversized_flood());
  only_failed(s, run_relaying(s, "east-3"), {CheckName::measure, "bytes_per_message"});
}

// --- good messages without an end

// Machines that check some 230 signatures a second, and an inbox in which 400 find room, 40 of one peer; 300 good
// messages that cost nothing come each second. Honest peers tell them on, so that their shares fill, too. What finds
// room waits for 400 others at most, 1.7 s, at each of two hops; what finds none is told of with the next heartbeat.
constexpr int kSlow = 200;  // two cores, 43 us each on the reference machine
SmallWorld free_flood() {
  SmallWorld w = with_one(R"("kind": "flooder", "rate": "300/s", "what": ["free"])",
                          limit("propagation_s.during", "p99", "\"5s\""));
  w.parameters =
      R"("limits.inbox_messages": 400, "limits.inbox_messages_per_source": 40, "limits.verify_in_flight": 8)";
  return w;
}

TEST(FreeFlood, delays_itself_more_than_others) {
  const auto summary = run_slow(small_scenario(free_flood()), kSlow);
  expect_pass(summary);
  EXPECT_GE(figure(summary, "queue_depth.inbox").max, 40) << "the flood never filled its share; the test tests nothing";
  expect_pass(run_slow(without_adversary(free_flood()), kSlow));
}

TEST(FreeFlood, starves_others_where_one_peer_may_take_the_whole_inbox) {
  SmallWorld w = free_flood();
  w.parameters =
      R"("limits.inbox_messages": 400, "limits.inbox_messages_per_source": 400, "limits.verify_in_flight": 8)";
  const auto s = small_scenario(w);
  only_failed(s, run_slow(s, kSlow), {CheckName::measure, "propagation_s.during"});
}

}  // namespace
}  // namespace lastmile::sim::test
