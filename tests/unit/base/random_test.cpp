#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.hpp"

namespace lastmile {
namespace {

TEST(Substreams, AreRepeatableAndIndependentOfEachOther) {
  Generator first(substream(7, 3, "gossip"));
  Generator again(substream(7, 3, "gossip"));
  Generator other(substream(7, 3, "timers"));
  const std::uint64_t draw = first.next();
  EXPECT_EQ(draw, again.next());
  EXPECT_NE(draw, other.next());
  EXPECT_NE(substream(7, 3, "gossip"), substream(7, 4, "gossip"));
  EXPECT_NE(substream(7, 3, "gossip"), substream(8, 3, "gossip"));
}

TEST(PortableMathematics, AgreesWithTheLibraryToTheLastDigits) {
  Generator generator(1);
  for (int i = 0; i < 10000; ++i) {
    const double x = generator.unit() * 1e6 + 1e-9;
    EXPECT_NEAR(portable_log(x), std::log(x), 1e-14 * std::max(1.0, std::abs(std::log(x))));
    const double y = (generator.unit() - 0.5) * 1000.0;
    EXPECT_NEAR(portable_exp(y) / std::exp(y), 1.0, 1e-13);
  }
  EXPECT_EQ(portable_log(1.0), 0.0);
  EXPECT_NEAR(portable_log(5e-324), std::log(5e-324), 1e-11);
}

TEST(Laws, HaveTheirMeans) {
  Generator generator(2);
  double exponential = 0, normal = 0;
  std::vector<double> lognormal, pareto;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    exponential += generator.exponential(3.0);
    normal += generator.normal(5.0, 2.0);
    lognormal.push_back(generator.lognormal(600.0, 1.0));
    pareto.push_back(generator.pareto(2.0, 3.0));
  }
  std::sort(lognormal.begin(), lognormal.end());
  std::sort(pareto.begin(), pareto.end());
  EXPECT_NEAR(exponential / kDraws, 3.0, 0.05);
  EXPECT_NEAR(normal / kDraws, 5.0, 0.03);
  EXPECT_NEAR(lognormal[kDraws / 2], 600.0, 12.0);
  EXPECT_GE(pareto.front(), 2.0);
  EXPECT_NEAR(pareto[kDraws / 2], 2.0 * std::cbrt(2.0), 0.03);
}

TEST(Below, CoversItsRangeEvenly) {
  Generator generator(3);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts[generator.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  EXPECT_EQ(generator.below(1), 0u);
  EXPECT_EQ(generator.between(-5, -5), -5);
}

}  // namespace
}  // namespace lastmile
