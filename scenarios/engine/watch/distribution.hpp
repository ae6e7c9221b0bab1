// Many values of one measure: exact quantiles up to 100,000 samples, a histogram with a stated error beyond.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lastmile::scenario {

// Values are whole numbers, not negative (ns, bytes, counts); a negative one counts as 0. A quantile q is the smallest
// value that at least q of the samples do not exceed. Beyond kExactSamples values are kept in buckets whose width is
// below 1/128 of their value: quantiles are then the middle of a bucket, off by at most 0.4 %. Count, sum, min and max
// stay exact. Deterministic; the order of samples does not matter.
class Distribution {
 public:
  static constexpr std::size_t kExactSamples = 100'000;
  static constexpr double kSketchError = 0.004;

  void add(std::int64_t value);
  std::uint64_t count() const { return count_; }
  bool exact() const { return buckets_.empty(); }
  std::int64_t min() const { return min_; }  // 0 when empty
  std::int64_t max() const { return max_; }
  double mean() const;
  // parts per 1000: 500 = median. 0 when empty.
  std::int64_t quantile(std::uint32_t per_mille) const;

 private:
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t middle_of(std::size_t bucket);
  std::uint64_t count_ = 0;
  // 128 bits: 10^9 samples of 10^18 ns
  std::uint64_t sum_low_ = 0;
  std::uint64_t sum_high_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
  mutable std::vector<std::int64_t> samples_;  // sorted on demand
  mutable bool sorted_ = true;
  std::vector<std::uint64_t> buckets_;
};

}  // namespace lastmile::scenario
