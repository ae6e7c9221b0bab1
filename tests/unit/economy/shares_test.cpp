// Subsidy, usage and slashing beyond the vectors: limits, leftovers, and what must add up for any state.
#include <gtest/gtest.h>
// clang-format off: rapidcheck's header needs gtest's before it
#include <rapidcheck/gtest.h>
// clang-format on

#include <limits>

#include "core/economy/reward/fine.hpp"
#include "core/economy/reward/slashing.hpp"
#include "core/economy/reward/subsidy.hpp"
#include "core/economy/reward/usage.hpp"
#include "tests/unit/economy/small_network.hpp"

namespace lastmile::economy {
namespace {

RewardRules rules_of_2026() {
  RewardRules rules = *reward_preset("network-2026");
  rules.ethereum_payees = false;
  return rules;
}

// Where the announcement and the integral differ (docs/decisions/0182).
TEST(Subsidy, TheFirstMonthIsLessThanItsRateAtTheStart) {
  const SubsidyRules rules;
  EXPECT_EQ(coarse(subsidy_until(rules.start + rules.month, rules)), Amount::tokens(825'000));
  EXPECT_EQ(rules.first_month, Amount::tokens(900'000));
}

TEST(Subsidy, IsNothingBeforeItsStartAndAfterItsEnd) {
  const SubsidyRules rules;
  EXPECT_EQ(subsidy_until(rules.start - hours(1), rules), 0u);
  EXPECT_EQ(coarse(subsidy_until(rules.start + rules.month * 6, rules)), Amount::tokens(2'700'000));
  EXPECT_EQ(subsidy_until(Wall{std::numeric_limits<std::int64_t>::max()}, rules),
            subsidy_until(rules.start + rules.month * 6, rules));
}

TEST(Subsidy, WithoutASnapshotNothingIsAllocated) {
  const RewardRules rules = rules_of_2026();
  const Wall start = rules.subsidy->start;
  const SubsidySplit split = pay_subsidy({}, start - hours(1'000'000), start + rules.subsidy->month * 12, rules);
  EXPECT_EQ(coarse(split.unallocated), Amount::tokens(2'700'000));
  EXPECT_TRUE(split.core.empty());
}

RC_GTEST_PROP(SubsidyProperty, AnyCutAtMidnightLeavesTheSumsAsTheyAre, ()) {
  History history;
  history.whole_core("a", 2);
  history.score({{"a", "0.7"}}, {{"a-crn0", "0.5"}, {"a-crn1", "0.9"}});
  const RewardRules rules = rules_of_2026();
  const NodeState& state = history.state(rules);
  const std::vector<NodeSnapshot> snapshots{{rules.subsidy->start, &state}};
  const Wall start = rules.subsidy->start + hours(24) * *rc::gen::inRange<std::int64_t>(0, 90);
  const Wall cut = start + hours(24) * *rc::gen::inRange<std::int64_t>(0, 60);
  const Wall end = cut + hours(1) * *rc::gen::inRange<std::int64_t>(0, 2'000);
  const auto pay = [&](Wall from, Wall to) {
    Accruals accruals;
    pay_subsidy(snapshots, from, to, rules).accrue(accruals);
    return accruals;
  };
  Accruals halves = pay(start, cut);
  halves.add(pay(cut, end));
  RC_ASSERT(pay(start, end) == halves);
}

RC_GTEST_PROP(UsageProperty, AllPartsTogetherAreTheValueUpToRounding, ()) {
  History history;
  history.whole_core("a", 2);
  history.whole_core("b", 1);
  history.score({{"a", *rc::gen::element<std::string>("0", "0.5", "1")}, {"b", "0.77"}}, {});
  if (*rc::gen::arbitrary<bool>()) history.act(NodeAction::unstake, "b-staker", "b");
  const RewardRules rules = rules_of_2026();
  const NodeState& state = history.state(rules);
  std::vector<UsageEntry> entries;
  const auto amounts = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 1u << 30));
  for (const std::uint64_t amount : amounts) {
    entries.push_back({amount, *rc::gen::element<std::string>("", "a-crn0", "b-crn0", "nobody")});
  }
  const auto price = Decimal::parse(*rc::gen::element<std::string>("5.7308924861535e-05", "0.001", "3", "0"));
  UsageSplit split;
  const auto kind = *rc::gen::element(UsageKind::execution, UsageKind::storage);
  RC_ASSERT(split_usage(kind, *price, entries, state, rules, split).ok());
  Uint256 sum = split.development;
  for (const auto* shares : {&split.execution_resource, &split.execution_core, &split.execution_stakers,
                             &split.storage_core, &split.storage_stakers}) {
    for (const NodeShare& share : *shares) sum += share.fine;
  }
  for (const auto* map : {&split.unallocated.resource, &split.unallocated.core, &split.unallocated.stakers}) {
    for (const auto& [key, fine] : *map) sum += fine;
  }
  RC_ASSERT(sum <= split.total);
  RC_ASSERT(split.total - sum < Uint256(20 * (entries.size() + 1)));  // in 10^-36 token
}

TEST(Usage, PostsAreReadOrRefusedWithTheirPlace) {
  const auto usage = parse_usage(R"({"tags":["type_storage"],"expense":{"end_date":1780000000000,
      "credit_price_aleph":0.001,"credits":[{"amount":1000}],"hold":[{"amount":"5","node_id":"r"}]}})");
  ASSERT_TRUE(usage) << usage.error().text;
  EXPECT_EQ(usage->kind, UsageKind::storage);
  EXPECT_EQ(usage->hold.at(0).node, "r");
  const auto refused = [](const char* text) { return parse_usage(text).ok() ? "" : parse_usage(text).error().text; };
  EXPECT_EQ(refused(R"({"expense":{}})"), "content.tags: expected \"type_execution\" or \"type_storage\" among them");
  EXPECT_EQ(refused(R"({"tags":["type_storage"],"expense":{"end_date":1,"credit_price_aleph":-1}})"),
            "content.expense.credit_price_aleph: expected a number >= 0");
  EXPECT_EQ(refused(R"({"tags":["type_storage"],"expense":{"end_date":1,"credit_price_aleph":1,"credits":[{}]}})"),
            "content.expense.credits[0].amount: expected an integer > 0");
}

TEST(Usage, AnExpenseBeyondAllMoneyIsRefusedAndChangesNothing) {
  UsageSplit split;
  const std::vector<UsageEntry> entries{{1'000'000'000'000u, ""}};
  EXPECT_FALSE(split_usage(UsageKind::storage, *Decimal::parse("1e20"), entries, {}, rules_of_2026(), split));
  EXPECT_FALSE(split_usage(UsageKind::storage, *Decimal::parse("2"), entries, {}, rules_of_2026(), split));
  EXPECT_EQ(split.total, 0u);
}

TEST(RevenueRun, KeepsItsDistanceAndItsLimits) {
  const RevenueLimits limits;
  EXPECT_FALSE(next_revenue_window(1'000'000, 1'071'799, limits));
  EXPECT_EQ(*next_revenue_window(1'000'000, 1'071'800, limits), (Window{1'000'001, 1'071'300}));
  const Amount cent = Amount::units(Amount::kUnitsPerToken / 100);
  const Amount less = *cent.minus(Amount::units(1));
  const Payouts payouts{{{"a", Reason::usage, less}, {"b", Reason::usage, less}, {"b", Reason::subsidy, cent}}, {}, {}};
  EXPECT_EQ(limited_payouts(payouts, limits)->each.size(), 2u);
  const Payouts huge{{{"a", Reason::usage, Amount::tokens(1'800'001)}}, Amount::tokens(1'800'001), {}};
  EXPECT_FALSE(limited_payouts(huge, limits));
}

TEST(Slashing, FromDeathKeepsWhatWasEarnedAliveAndANodeThatCameBackKeepsAll) {
  SlashingBook book;
  book.add({RewardStream::wage_subsidy, "r", "old", Amount::tokens(10), false, {}});
  book.add({RewardStream::wage_subsidy, "r", "new", Amount::tokens(5), true, 1'000});
  SlashingRules rules;
  rules.only_from_death = true;
  EXPECT_EQ(book.slashed({{"r", 1'000}}, 22'390, rules).by_payee,
            (std::map<std::string, Amount>{{"new", Amount::tokens(5)}}));
  EXPECT_TRUE(book.slashed({{"r", std::nullopt}}, 22'390, rules).by_payee.empty());
  EXPECT_EQ(book.slashed({}, 22'390, rules).nodes, std::set<std::string>{"r"});  // gone: the last height seen
  const Payouts payouts{
      {{"new", Reason::subsidy, Amount::tokens(3)}, {"x", Reason::subsidy, Amount::tokens(1)}}, {}, {}};
  const Payouts left = without_slashed(payouts, Reason::subsidy, {{"new", Amount::tokens(5)}});
  EXPECT_EQ(left.each.size(), 1u);
  EXPECT_EQ(left.total, Amount::tokens(1));
}

}  // namespace
}  // namespace lastmile::economy
