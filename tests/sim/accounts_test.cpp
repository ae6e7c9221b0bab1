// Rights and money: who may act for whom, and who can pay, when a cut hides changes from one side; and what happens
// when a node gets it wrong.
#include <algorithm>

#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;
using scenario::Verdict;

const std::string kStalled = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"],
                             "mode": "stall", "from": "trouble", "until": "heal"})";
const std::string kDelegation = R"(/traffic/0/delegation={"elements": "40%", "revocations": "40%", "messages": "50%"})";
// An instance costs 1,000 tokens, a program 400 and a little; files up to 2 KiB are accepted for nothing.
const std::string kEconomy = R"(/economy={"preset": "prices", "overrides": {"small_store": "2KiB"}, "balances": [
  {"of": "wallets", "amount": "1200token"},
  {"of": "wallets", "share": "50%", "amount": "3000token", "at": "trouble+5s", "into": "group:east"},
  {"of": "wallets", "share": "25%", "amount": "50token", "at": "trouble+10s", "into": "group:west"}]})";

SmallWorld two_islands(std::string faults) {
  SmallWorld w;
  w.faults = std::move(faults);
  w.rate = "20/s";
  w.types = R"({"POST": "30%", "AGGREGATE": "30%", "STORE": "20%", "PROGRAM": "8%", "INSTANCE": "7%", "FORGET": "5%"})";
  return w;
}

// Nobody crashes, so nothing comes back with its disk.
scenario::Scenario accounts(const SmallWorld& w, std::vector<std::string> sets) {
  sets.push_back(R"(/traffic/0/files={"size": {"law": "uniform", "min": "1KiB", "max": "4KiB"}})");
  auto s = small_scenario(w, std::move(sets));
  std::erase_if(s.checks, [](const auto& check) { return check.name == CheckName::acknowledged_kept; });
  return s;
}

double count_of(const scenario::Summary& summary, const std::string& name) {
  const auto found = std::find_if(summary.measures.begin(), summary.measures.end(),
                                  [&](const scenario::MeasureResult& m) { return m.name == name; });
  return found == summary.measures.end() ? 0 : found->value;  // no part of `rejected` without a case
}

TEST(Rights, taken_back_on_one_side_of_a_cut_end_the_same_everywhere) {
  const auto summary = run(accounts(two_islands(kStalled), {kDelegation}));
  expect_pass(summary);
  EXPECT_GT(count_of(summary, "rejected.2"), 0) << "delegates wrote after their right had ended";
  EXPECT_GT(count_of(summary, "permission_disagreements"), 0)
      << "what an order of arrival would have decided otherwise";
}

TEST(Rights, without_a_cut_are_the_same_by_any_rule) {
  const auto summary = run(accounts(two_islands(""), {kDelegation}));
  EXPECT_GT(count_of(summary, "rejected.2"), 0);
  EXPECT_EQ(count_of(summary, "permission_disagreements"), 0);
}

// The planted fault: nodes that look at the right they know of now, as the reference does.
TEST(Rights, judged_by_order_of_arrival_leave_nodes_apart) {
  SmallWorld w = two_islands(kStalled);
  w.parameters = R"("switches.final_refusals": "as_reference")";
  w.phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "40s"})";
  const auto summary = run(accounts(w, {kDelegation}));
  EXPECT_GT(count_of(summary, "permission_disagreements"), 0);
  EXPECT_EQ(check(summary, CheckName::converged).verdict, Verdict::fail);
  EXPECT_EQ(check(summary, CheckName::all_processed).verdict, Verdict::fail);
}

TEST(Money, that_comes_and_goes_on_one_side_of_a_cut_buys_the_same_everywhere) {
  const auto summary = run(accounts(two_islands(kStalled), {kEconomy}));
  expect_pass(summary);
  EXPECT_GT(count_of(summary, "rejected.5"), 0) << "nobody pays for them";
  EXPECT_GT(count_of(summary, "removing"), 0) << "what was paid for loses its resources when the money is gone";
}

TEST(Money, is_asked_for_only_where_there_is_an_economy) {
  const auto summary = run(accounts(two_islands(kStalled), {}));
  expect_pass(summary);
  EXPECT_EQ(count_of(summary, "rejected.5"), 0);
}

TEST(Money, and_rights_together) { expect_pass(run(accounts(two_islands(kStalled), {kDelegation, kEconomy}))); }

// The planted fault: one node that takes what nobody pays for.
class Generous final : public OtherNodes {
 public:
  bool honest(scenario::Node) const override { return true; }
  std::unique_ptr<SimNode> make(scenario::Node node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink& sink) override {
    node::NodeConfig own = config;
    if (node == 2) own.store.charge = false;
    return std::make_unique<CoreSimNode>(env, own, sink);
  }
};

TEST(Money, that_one_node_does_not_ask_for_is_missed_by_the_checks) {
  const auto s = accounts(two_islands(""), {kEconomy, "/phases/settle=40s"});
  Generous generous;
  RunOptions options;
  options.other_nodes = &generous;
  const auto summary = run_scenario(s, std::move(options));
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(check(*summary, CheckName::converged).verdict, Verdict::fail);
  ASSERT_EQ(check(*summary, CheckName::all_processed).verdict, Verdict::fail);
  EXPECT_EQ(check(*summary, CheckName::all_processed).first_violation->node, "west-2");
}

// Money that was promised and is not told: the same messages, and no node may take what nobody can pay for.
TEST(Money, that_nobody_has_buys_nothing) {
  const auto summary =
      run(accounts(two_islands(""), {R"(/economy={"preset": "prices", "overrides": {"small_store": "0B"}})"}));
  for (const CheckName name : {CheckName::all_processed, CheckName::converged}) {
    EXPECT_EQ(check(summary, name).verdict, Verdict::pass) << scenario::check_text(name);
  }
  EXPECT_GT(count_of(summary, "rejected.5"), 500) << "every STORE, on every node";
}

}  // namespace
}  // namespace lastmile::sim::test
