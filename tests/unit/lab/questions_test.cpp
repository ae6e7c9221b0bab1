// The oracles of the questions (economics-lab.md 8): closed forms against the figures of the page, and histories
// against the closed forms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/economy/market/market.hpp"
#include "core/economy/reward/proportion.hpp"
#include "tools/lab/engine/run.hpp"
#include "tools/lab/question/answer.hpp"
#include "tools/lab/question/closed_form.hpp"
#include "tools/lab/scenario/scenario.hpp"

namespace lastmile::lab {
namespace {

Model model_of(std::uint32_t question) {
  scenario::Findings findings;
  const auto loaded =
      load_lab_file(std::string(LASTMILE_SOURCE_DIR) + "/scenarios/economy/" + question_file(question), {}, findings);
  EXPECT_TRUE(loaded) << findings.lines(question_file(question));
  return loaded ? loaded->model : Model();
}

Answer answer_of(std::uint32_t question) {
  const auto found = answer(question, model_of(question));
  EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().text);
  return found.ok() ? *found : Answer();
}

TEST(ClosedForm, SaysTheFiguresOfThePage) {
  const OperatorTerms terms;
  EXPECT_EQ(operators_carried(terms, 0.02), 49U);
  EXPECT_EQ(operators_carried(terms, 0.10), 143U);
  EXPECT_EQ(operators_carried(terms, 1), 250U);
  EXPECT_EQ(operators_carried(terms, 1e9), 273U);
  OperatorTerms free_bond;
  free_bond.opportunity = 0;
  EXPECT_NEAR(break_even_price(free_bond, 54), 0.018, 1e-12);
  EXPECT_EQ(nodes_stakers_carry(0.05), 247U);
  EXPECT_EQ(nodes_stakers_carry(0.10), 111U);
  EXPECT_EQ(nodes_stakers_carry(0.15), 69U);
  EXPECT_NEAR(mean_linkage(3, 0.2), 0.940000, 5e-7);
  EXPECT_NEAR(mean_linkage(4, 0.2), 0.979040, 5e-7);
  EXPECT_NEAR(mean_linkage(5, 0.2), 0.993504, 5e-7);
  OperatorTerms linked;
  linked.worth = mean_linkage(3, 0.2);
  EXPECT_NEAR(needed_envelope(linked, 0.1, 100), 11'148.4, 0.05);
  EXPECT_EQ(days_of_pool(100e6, 33'322.24, 0, 0, 100'000), 3'000U);
  EXPECT_EQ(days_of_pool(250e6, 33'322.24, 0, 0, 100'000), 7'502U);
  EXPECT_EQ(days_of_pool(100e6, 33'322.24, 20'000 * 1.32, 0, 100'000), 1'674U);
  EXPECT_EQ(days_of_pool(100e6, 33'322.24, 5'000 * 1.32, 0.001, 100'000), 1'889U);
  EXPECT_EQ(joining_for_a_third(54), 27U);
  EXPECT_NEAR(price_of_buying(18.9e6, 20e6, 2e6) / 1e6, 34.4, 0.05);
  EXPECT_NEAR(price_of_buying(5.4e6, 20e6, 2e6) / 1e6, 0.74, 0.005);
  EXPECT_NEAR(price_of_buying(12.6e6, 20e6, 2e6) / 1e6, 3.41, 0.005);
  EXPECT_NEAR(holding_threshold(1'000, 0.055, 0), 0.4818, 5e-5);
  EXPECT_NEAR(holding_threshold(280, 0.28, 0), 8.76, 5e-3);
}

TEST(Question1, AsManyOperatorsStayAsTheFormulaCarries) {
  for (const auto& row : answer_of(1).rows) EXPECT_NEAR(row[1], row[2], 1) << "price " << row[0];
}

TEST(Question2, StakeSettlesWhereItsYieldIsTheRequiredOne) {
  for (const auto& row : answer_of(2).rows) EXPECT_NEAR(row[2], row[0], row[0] * 0.05);
}

TEST(Question2, TodaysNetworkYieldsWhatThePageSays) {
  Model model = model_of(5);
  model.days = 1;
  const auto done = run_model(model, 1, Record::metrics, [](const DayRow&) {});
  ASSERT_TRUE(done.ok());
  EXPECT_NEAR(done->last.staker_yield, 0.1847, 5e-5);
}

TEST(Question3, TheEnvelopeIsFoundWithinOnePercentWithoutTheFormula) {
  for (const auto& row : answer_of(3).rows) EXPECT_NEAR(row[1], row[2], row[2] * 0.01) << "failing " << row[0];
}

TEST(Question4, GiniKnowsTheLawsOfThePage) {
  EXPECT_NEAR(gini(std::vector<double>(100, 7.0)), 0, 1e-12);
  std::vector<double> one(100, 0.0);
  one.front() = 5;
  EXPECT_NEAR(gini(one), 0.99, 1e-12);
  const auto of_law = [](const auto& inverse) {
    constexpr int points = 200'000;
    std::vector<double> values;
    for (int i = 0; i < points; ++i) values.push_back(inverse((i + 0.5) / points));
    return gini(values);
  };
  EXPECT_NEAR(of_law([](double share) { return share; }), 1.0 / 3, 1e-4);
  EXPECT_NEAR(of_law([](double share) { return -std::log(1 - share); }), 0.5, 1e-3);
  EXPECT_NEAR(of_law([](double share) { return (Law{LawKind::lognormal, 1, 1, 1}).at(share); }), 0.5205, 1e-3);
  EXPECT_NEAR(of_law([](double share) { return (Law{LawKind::pareto, 1, 1.5, 1}).at(share); }), 0.5, 0.01);
}

TEST(Question4, EqualScoresLeaveTheSharesOfStakersAsTheyWere) {
  const Answer found = answer_of(4);
  EXPECT_NEAR(found.rows[0][1], found.rows[1][1], 1e-9);
}

TEST(Question5, ThePoolIsEmptyOnTheDayThatThePageSays) {
  const Answer found = answer_of(5);
  // Whole days are paid; the one after finds less than it owes.
  EXPECT_EQ(found.rows[0][3], 3'001);
  EXPECT_EQ(found.rows[1][3], 1'675);
  EXPECT_EQ(found.rows[2][3], 1'890);
  EXPECT_EQ(found.rows[3][3], found.rows[0][3]) << "fully paid usage costs the pool nothing";
}

TEST(Question6, AThirdOf54NodesTakes27ThatEarnNineteenPercent) {
  const auto row = answer_of(6).rows.back();
  EXPECT_EQ(row[1], 27);
  EXPECT_NEAR(row[2], 18.9e6, 1e-3);
  EXPECT_NEAR(row[4] / 1e6, 34.4, 0.05);
  EXPECT_NEAR(row[6], 1'825'000 + 1'769'328, 1);
  EXPECT_NEAR(row[7], 0.190, 5e-4);
}

TEST(Question7, BidsAreFilledAsOftenAsTheBinomialLawSays) {
  const Answer found = answer_of(7);
  EXPECT_NEAR(found.rows[1][1], 0.350389, 0.012);
  EXPECT_NEAR(found.rows[3][1], 0.828125, 0.01);
  EXPECT_EQ(found.rows[5][1], 1);
  EXPECT_NEAR(found.rows[5][2], 5.0 / 11, 0.005);
  for (const auto& row : found.rows) {
    EXPECT_GE(row[3], 0) << "nobody is paid below the ask";
    EXPECT_GE(row[4], 0) << "no user pays above the maximum";
  }
}

// Every deviation on a grid, against seven others in a fixed order of luck.
TEST(Question7, AProviderNeverGainsByMisstatingItsLeastPrice) {
  const Draws draws(5);
  const auto percent = [](std::uint64_t of) { return Amount::units(Uint256(of) * (Amount::kUnitsPerToken / 100)); };
  const economy::Bid bid{"bid", {}, "user", 1, 4, percent(200), 2};
  std::uint32_t taken = 0;
  for (std::uint32_t trial = 0; trial < 40; ++trial) {
    std::vector<economy::Ask> asks(8);
    for (std::uint32_t p = 0; p < asks.size(); ++p) {
      asks[p].node = asks[p].owner = std::to_string(p);
      asks[p].min_price = percent(static_cast<std::uint64_t>(draws.share(trial, Purpose::ask, p) * 70));
      asks[p].capacity = 1;
      asks[p].score = economy::Share::percent(100);
    }
    const std::uint64_t truth = 5 * (trial % 14);
    const auto gain = [&](std::uint64_t stated) {
      auto all = asks;
      all[0].min_price = percent(stated);
      const auto match = economy::match(bid, all);
      if (!match || std::find(match->providers.begin(), match->providers.end(), "0") == match->providers.end())
        return 0.0;
      return static_cast<double>(economy::units128_of(match->price)) * 1e-18 - static_cast<double>(truth) / 100;
    };
    const double honest = gain(truth);
    if (honest > 0) ++taken;
    EXPECT_GE(honest, -1e-12);
    for (std::uint64_t stated = 0; stated <= 75; stated += 5)
      EXPECT_LE(gain(stated), honest + 1e-12) << trial << " " << stated;
  }
  EXPECT_GT(taken, 10U) << "the honest provider is among those who are served";
}

TEST(Question8, ThresholdsComeFromThePriceTable) {
  const Answer found = answer_of(8);
  EXPECT_NEAR(found.rows[0][3], 0.4818, 5e-5);
  EXPECT_NEAR(found.rows[1][3], 0.4818, 5e-5);
  EXPECT_NEAR(found.rows[2][3], 8.76, 5e-3);
  EXPECT_NEAR(found.rows[1][4], 1.4818, 5e-5);
}

TEST(Question10, StakersGainAndOperatorsLoseFromNode55) {
  const Answer found = answer_of(10);
  for (const auto& row : found.rows) {
    if (row[0] != 54) continue;
    EXPECT_NEAR(row[1], 39.845, 5e-4);
    EXPECT_NEAR(row[2], -5.0505, 5e-5);
    EXPECT_NEAR(row[3], 39.845, 5e-4);
  }
}

TEST(Arithmetic, TenYearsInDoublesEqualTenYearsInUnitsToABillionth) {
  Model model = model_of(4);
  model.days = 3'650;
  model.pool = Amount::tokens(250'000'000);
  model.scores = {{LawKind::uniform, 0.3, 1, 1}, 0.05, 0.7, 0.2};
  Model fast = model;
  fast.arithmetic = Arithmetic::fast;
  const auto in_units = run_model(model, 3, Record::metrics, [](const DayRow&) {});
  const auto in_doubles = run_model(fast, 3, Record::metrics, [](const DayRow&) {});
  ASSERT_TRUE(in_units.ok() && in_doubles.ok());
  for (std::size_t s = 0; s < in_units->stakers.size(); ++s) {
    ASSERT_NEAR(in_doubles->stakers[s] / in_units->stakers[s], 1, 1e-9) << s;
  }
  for (std::size_t n = 0; n < in_units->operators.size(); ++n) {
    ASSERT_NEAR(in_doubles->operators[n] / in_units->operators[n], 1, 1e-9) << n;
  }
}

}  // namespace
}  // namespace lastmile::lab
