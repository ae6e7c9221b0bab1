// The cliffs of the score: what a few failures cost, and where nothing is known.
#include "core/qc/score.hpp"

#include <gtest/gtest.h>

namespace lastmile::qc {
namespace {

Samples mostly(unsigned good, unsigned missing) {
  Samples samples(good, Uint256(kOne) / 10u);
  samples.resize(good + missing);
  return samples;
}

Score resource(const Samples& base, const Samples& diagnostic) {
  Metrics metrics;
  metrics.base_latency = base;
  metrics.diagnostic_vm_latency = diagnostic;
  metrics.full_check_latency = mostly(10, 0);
  return score(NodeKind::resource, metrics, {.latest = 10}, 10, 1);
}

TEST(ResourceScore, IsNothingAboveFivePercentOfFailingBaseRequests) {
  EXPECT_GT(resource(mostly(95, 5), mostly(10, 0)).total, 0u);
  EXPECT_EQ(resource(mostly(94, 6), mostly(10, 0)).total, 0u);
}

TEST(ResourceScore, ToleratesThreeQuartersOfFailingDiagnostics) {
  EXPECT_GT(resource(mostly(100, 0), mostly(25, 75)).total, 0u);
  EXPECT_EQ(resource(mostly(100, 0), mostly(24, 76)).total, 0u);
}

TEST(CoreScore, ToleratesTwentyPercentOfFailingRequests) {
  const auto of = [](const Samples& base) {
    Metrics metrics;
    metrics.base_latency = base;
    metrics.metrics_latency = mostly(10, 0);
    metrics.aggregate_latency = mostly(10, 0);
    return score(NodeKind::core, metrics, {.latest = 1}, 1, 1);
  };
  EXPECT_GT(of(mostly(80, 20)).total, 0u);
  EXPECT_EQ(of(mostly(79, 21)).total, 0u);
  EXPECT_EQ(of({}).total, 0u);
  EXPECT_EQ(of(mostly(1, 0)).decentralization, 0u) << "a lone network";
}

TEST(VersionScore, CountsWhatIsCurrentAndFallsWhereManySayNothing) {
  EXPECT_EQ(version_score({}), 0u);
  EXPECT_EQ(version_score({.latest = 1, .outdated = 1, .obsolete = 1, .prerelease = 1}), kOne / 4 * 3);
  EXPECT_EQ(version_score({.latest = 5, .missing = 1}), kOne / 6 * 5 + 3);  // 5/6, rounded down
  EXPECT_EQ(version_score({.latest = 4, .missing = 1}), 0u);
}

TEST(Percentile, IsAnElementCountedFromOne) {
  const Samples samples = {Uint256(4u), Uint256(1u), std::nullopt, Uint256(2u)};
  EXPECT_EQ(percentile(samples, 0, 9u), Uint256(1u));
  EXPECT_EQ(percentile(samples, 25, 9u), Uint256(1u));
  EXPECT_EQ(percentile(samples, 26, 9u), Uint256(2u));
  EXPECT_EQ(percentile(samples, 100, 9u), Uint256(9u));
  EXPECT_EQ(percentile({}, 50, 9u), std::nullopt);
}

}  // namespace
}  // namespace lastmile::qc
