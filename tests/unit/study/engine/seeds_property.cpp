// Seeds of replicates: neighbours share nothing.
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include "tools/study/engine/points.hpp"

namespace lastmile::study {
namespace {

RC_GTEST_PROP(ReplicateSeeds, OfAdjacentStudiesAreUnrelated, (std::uint64_t seed, std::uint16_t r)) {
  const auto replicate = static_cast<std::uint32_t>(r) + 1;
  RC_ASSERT(replicate_seed(seed, replicate) != replicate_seed(seed + 1, replicate - 1));
  RC_ASSERT(replicate_seed(seed, replicate) != replicate_seed(seed, replicate - 1));
  RC_ASSERT(replicate_seed(seed, replicate) != replicate_seed(seed + 1, replicate));
  RC_ASSERT(replicate_seed(seed, replicate) == replicate_seed(seed, replicate));
}

// Half of the bits differ between neighbours, as between strangers: 64 coins, tolerated to 6.5 deviations.
RC_GTEST_PROP(ReplicateSeeds, ShareHalfOfTheirBits, (std::uint64_t seed, std::uint32_t replicate)) {
  const auto differing = __builtin_popcountll(replicate_seed(seed, replicate) ^ replicate_seed(seed + 1, replicate));
  RC_ASSERT(differing > 6);
  RC_ASSERT(differing < 58);
}

}  // namespace
}  // namespace lastmile::study
