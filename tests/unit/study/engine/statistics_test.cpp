// Statistics against published tables and examples.
#include "tools/study/engine/statistics.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/base/present.hpp"
#include "core/base/random.hpp"

namespace lastmile::study {
namespace {

using testing::Each;
using testing::ElementsAre;

std::vector<double> first(std::size_t count) {
  std::vector<double> out;
  for (std::size_t i = 1; i <= count; ++i) out.push_back(static_cast<double>(i));
  return out;
}

TEST(Means, HaveStudentsIntervals) {
  // t(9, 97.5 %) = 2.262157; 1..10 has mean 5.5 and deviation 3.027650.
  const auto estimate = mean_of(first(10));
  EXPECT_DOUBLE_EQ(estimate.mean, 5.5);
  EXPECT_NEAR(estimate.deviation, 3.027650, 1e-6);
  EXPECT_NEAR(present(estimate.interval).half_width(), 2.262157 * 3.027650 / std::sqrt(10.0), 1e-5);
}

TEST(Intervals, NeedTenReplicates) {
  EXPECT_FALSE(mean_of(first(9)).interval);
  EXPECT_FALSE(quantile_of(first(9), 0.5).interval);
  EXPECT_FALSE(share_of(3, 9).interval);
  EXPECT_FALSE(compare_paired(first(9), first(9)).p);
  EXPECT_FALSE(one_mean_p({first(9), first(10)}));
  EXPECT_EQ(mean_of({}).count, 0U);
}

TEST(Quantiles, LieBetweenOrderStatistics) {
  // Ranks for the median at 95 %: 2 and 9 of 10, 6 and 15 of 20, 18 and 33 of 50.
  const auto ranks = [](std::size_t n) {
    const Interval interval = present(quantile_of(first(n), 0.5).interval);
    return std::pair{interval.low, interval.high};
  };
  EXPECT_EQ(ranks(10), (std::pair{2.0, 9.0}));
  EXPECT_EQ(ranks(20), (std::pair{6.0, 15.0}));
  EXPECT_EQ(ranks(50), (std::pair{18.0, 33.0}));
  EXPECT_EQ(quantile_of(first(10), 0.9).value, 9);
  EXPECT_FALSE(quantile_of(first(20), 0.99).interval) << "twenty values say nothing about what one in a hundred passes";
}

TEST(Shares, HaveWilsonsIntervals) {
  const Interval eight = present(share_of(8, 10).interval);
  EXPECT_NEAR(eight.low, 0.4901625, 1e-7);
  EXPECT_NEAR(eight.high, 0.9433178, 1e-7);
  const Interval none = present(share_of(0, 10).interval);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.2775328, 1e-7);
}

TEST(Pairs, AreComparedAsInStudentsSleepData) {
  const std::vector<double> a{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::vector<double> b{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const auto result = compare_paired(a, b);
  EXPECT_NEAR(result.difference.mean, 1.58, 1e-12);
  EXPECT_NEAR(present(result.difference.interval).low, 0.7001142, 1e-7);
  EXPECT_NEAR(present(result.difference.interval).high, 2.4598858, 1e-7);
  EXPECT_NEAR(present(result.p), 0.002833, 1e-6);
  EXPECT_DOUBLE_EQ(result.b_greater, 0.9);
}

TEST(Pairs, OfEqualVariantsDoNotDiffer) {
  const auto result = compare_paired(first(12), first(12));
  EXPECT_EQ(present(result.p), 1.0);
  EXPECT_EQ(result.b_greater, 0.0);
}

TEST(Groups, AreComparedAsInThePlantGrowthData) {
  EXPECT_NEAR(present(one_mean_p({{4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14},
                                  {4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69},
                                  {6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26}})),
              0.01591, 1e-5);
  const std::vector<double> constant(10, 3.0);
  EXPECT_FALSE(one_mean_p({constant, constant})) << "no variance: nothing to say, and no division by zero";
}

TEST(Discoveries, AreThoseOfBenjaminiAndHochberg) {
  // Their example of 1995: fifteen hypotheses, four fall.
  const std::vector<double> p{0.0459, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298,
                              0.0344, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  EXPECT_THAT(discoveries(p), ElementsAre(false, true, true, true, true, false, false, false, false, false, false,
                                          false, false, false, false));
  // A greater one may carry smaller ones with it that would not fall alone.
  EXPECT_THAT(discoveries(std::vector<double>{0.04, 0.045}), ElementsAre(true, true));
  EXPECT_THAT(discoveries(std::vector<double>(30, 0.04)), Each(true));
  EXPECT_TRUE(discoveries({}).empty());
}

TEST(Intervals, HoldTheTruthAsOftenAsTheySay) {
  int means = 0;
  int medians = 0;
  Generator draws(11);
  for (int repetition = 0; repetition < 200; ++repetition) {
    std::vector<double> sample;
    for (int i = 0; i < 20; ++i) sample.push_back(draws.normal(5, 2));
    const auto holds = [](const std::optional<Interval>& interval) {
      return present(interval).low <= 5 && 5 <= present(interval).high;
    };
    means += holds(mean_of(sample).interval) ? 1 : 0;
    medians += holds(quantile_of(sample, 0.5).interval) ? 1 : 0;
  }
  EXPECT_GE(means, 180);
  EXPECT_LE(means, 198);
  EXPECT_GE(medians, 180);
}

TEST(Stopping, LooksMoreRarelyTheLongerItLasts) {
  EXPECT_EQ(next_look(10, 100), 12U);
  EXPECT_EQ(next_look(40, 100), 50U);
  EXPECT_EQ(next_look(90, 100), 100U);
  EXPECT_EQ(next_look(1, 100), 2U);
  EXPECT_TRUE(narrow_enough({2.2, 100}, first(10)));
  EXPECT_FALSE(narrow_enough({2.1, 100}, first(10)));
  EXPECT_FALSE(narrow_enough({1e9, 100}, first(9))) << "no interval, so it is not narrow";
}

}  // namespace
}  // namespace lastmile::study
