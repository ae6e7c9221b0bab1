#include "scenarios/engine/watch/distribution.hpp"

#include <algorithm>
#include <bit>

namespace lastmile::scenario {
namespace {

// Values below 256 have a bucket each; above, every power of two is cut into 128.
constexpr unsigned kSubBits = 7;
constexpr std::uint64_t kSub = 1ULL << kSubBits;
constexpr std::size_t kBuckets = (64 - kSubBits) * kSub + kSub;

}  // namespace

std::size_t Distribution::bucket_of(std::uint64_t value) {
  if (value < 2 * kSub) return static_cast<std::size_t>(value);
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
  return static_cast<std::size_t>(shift) * kSub + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Distribution::middle_of(std::size_t bucket) {
  if (bucket < 2 * kSub) return bucket;
  const std::size_t shift = bucket / kSub - 1;
  const std::uint64_t low = static_cast<std::uint64_t>(bucket - shift * kSub) << shift;
  return low + ((1ULL << shift) >> 1);
}

void Distribution::add(std::int64_t value) {
  value = std::max<std::int64_t>(value, 0);
  const auto magnitude = static_cast<std::uint64_t>(value);
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  ++count_;
  sum_low_ += magnitude;
  if (sum_low_ < magnitude) ++sum_high_;
  if (!buckets_.empty()) {
    ++buckets_[bucket_of(magnitude)];
    return;
  }
  samples_.push_back(value);
  sorted_ = false;
  if (samples_.size() <= kExactSamples) return;
  buckets_.assign(kBuckets, 0);
  for (const std::int64_t sample : samples_) ++buckets_[bucket_of(static_cast<std::uint64_t>(sample))];
  samples_.clear();
  samples_.shrink_to_fit();
}

double Distribution::mean() const {
  if (count_ == 0) return 0;
  constexpr double kTwo64 = 18446744073709551616.0;
  return (static_cast<double>(sum_high_) * kTwo64 + static_cast<double>(sum_low_)) / static_cast<double>(count_);
}

std::int64_t Distribution::quantile(std::uint32_t per_mille) const {
  if (count_ == 0) return 0;
  // The rank of the smallest value that at least this share does not exceed: ceil(q * n), at least 1.
  const std::uint64_t whole = count_ / 1000 * per_mille;
  const std::uint64_t part = (count_ % 1000 * per_mille + 999) / 1000;
  const std::uint64_t rank = std::clamp<std::uint64_t>(whole + part, 1, count_);
  if (buckets_.empty()) {
    if (!sorted_) std::sort(samples_.begin(), samples_.end());
    sorted_ = true;
    return samples_[static_cast<std::size_t>(rank - 1)];
  }
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) return std::clamp(static_cast<std::int64_t>(middle_of(bucket)), min_, max_);
  }
  return max_;
}

}  // namespace lastmile::scenario
