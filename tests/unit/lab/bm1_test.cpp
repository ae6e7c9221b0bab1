// The engine tells the history that bm1-model.md fixes, with either arithmetic.
#include "tests/unit/lab/bm1.hpp"

#include <gtest/gtest.h>

#include "tools/lab/engine/run.hpp"

namespace lastmile::lab {
namespace {

struct Expected {
  std::uint64_t seed;
  std::uint32_t days;
  std::uint32_t nodes;
  double price;
  double pool;
  double operators;
  double stakers;
  double gini;
  double share;
  std::uint32_t leaves;
  std::uint32_t joins;
};
constexpr std::array<Expected, 6> kHistories = {{
    {1, 365, 64, 0.0925287566, 89557496.8, 25369475.9, 84927739.9, 0.372655647, 0.723438965, 70, 40},
    {1, 3650, 31, 0.0610470802, 0, 73101233.2, 126753479, 0.405220907, 0.293519085, 853, 790},
    {2, 365, 64, 0.0890009569, 89544786.2, 25374173.3, 83088069, 0.382986625, 0.730368451, 57, 29},
    {2, 3650, 20, 0.0389304028, 0, 73137504.7, 124869524, 0.414241316, 0.25967559, 588, 520},
    {7, 365, 48, 0.040146531, 89710113.1, 25349709.2, 86715526.6, 0.369547881, 0.675520584, 95, 47},
    {7, 3650, 7, 0.0034413143, 5571256.94, 73516039.6, 122688052, 0.397501706, 0.435520827, 258, 165},
}};

class Bm1 : public testing::TestWithParam<std::pair<Expected, Arithmetic>> {};

TEST_P(Bm1, ComesToTheDigestOfThePage) {
  const auto& [expected, arithmetic] = GetParam();
  Model model = bm1_model();
  model.days = expected.days;
  model.arithmetic = arithmetic;
  const auto done = run_model(model, expected.seed, Record::metrics, [](const DayRow&) {});
  ASSERT_TRUE(done.ok()) << done.error().text;
  const auto near = [](double value) { return std::abs(value) * 1e-6 + 1e-9; };
  EXPECT_EQ(done->last.active_nodes, expected.nodes);
  EXPECT_EQ(done->last.leaves, expected.leaves);
  EXPECT_EQ(done->last.joins, expected.joins);
  EXPECT_NEAR(done->last.price_usd, expected.price, near(expected.price));
  EXPECT_NEAR(done->last.pool, expected.pool, near(expected.pool));
  EXPECT_NEAR(done->last.operator_balances, expected.operators, near(expected.operators));
  EXPECT_NEAR(done->last.staker_balances, expected.stakers, near(expected.stakers));
  EXPECT_NEAR(done->gini_stakers, expected.gini, near(expected.gini));
  EXPECT_NEAR(done->staked_share, expected.share, near(expected.share));
}

std::vector<std::pair<Expected, Arithmetic>> all_histories() {
  std::vector<std::pair<Expected, Arithmetic>> all;
  for (const Expected& each : kHistories) {
    all.emplace_back(each, Arithmetic::fast);
    all.emplace_back(each, Arithmetic::exact);
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Page, Bm1, testing::ValuesIn(all_histories()), [](const auto& each) {
  return "seed_" + std::to_string(each.param.first.seed) + "_days_" + std::to_string(each.param.first.days) +
         (each.param.second == Arithmetic::exact ? "_exact" : "_fast");
});

}  // namespace
}  // namespace lastmile::lab
