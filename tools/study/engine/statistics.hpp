// Intervals and comparisons (economics-lab.md 7, "Statistics"). Every share (confidence, probability) is between 0 and
// 1. Nothing here has an interval from fewer than kLeastReplicates values. For people and for stopping rules: no event
// and no payment depends on these numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lastmile::study {

inline constexpr std::size_t kLeastReplicates = 10;
inline constexpr std::size_t kMetricsUncorrected = 20;  // more at once: only what survives the correction counts
inline constexpr double kConfidence = 0.95;

struct Interval {
  double low = 0;
  double high = 0;
  double half_width() const { return (high - low) / 2; }
};

struct MeanEstimate {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;              // of the sample, divided by n - 1; 0 for one value
  std::optional<Interval> interval;  // Student
};
MeanEstimate mean_of(std::span<const double> values, double confidence = kConfidence);

// The quantile `share` of a distribution from a sample in any order: the value of rank ceil(n share), and the narrowest
// pair of order statistics, by rank and symmetric in probability, that holds it with the confidence. No interval when
// the sample is too small for the ends.
struct QuantileEstimate {
  std::size_t count = 0;
  double value = 0;
  std::optional<Interval> interval;
};
QuantileEstimate quantile_of(std::span<const double> values, double share, double confidence = kConfidence);

// Wilson's score interval.
struct ShareEstimate {
  std::size_t count = 0;
  double share = 0;
  std::optional<Interval> interval;
};
ShareEstimate share_of(std::size_t successes, std::size_t count, double confidence = kConfidence);

// Two variants that share their seeds: values[i] of both come from the same one.
struct PairedEstimate {
  MeanEstimate difference;  // b - a
  double b_greater = 0;     // share of pairs
  std::optional<double> p;  // two-sided, that the mean difference is 0; from kLeastReplicates pairs
};
PairedEstimate compare_paired(std::span<const double> a, std::span<const double> b, double confidence = kConfidence);

// Two-sided p that all groups have one mean (analysis of variance). Empty where it says nothing: fewer than two groups,
// a group with fewer than kLeastReplicates, or no variance inside the groups while their means are equal.
std::optional<double> one_mean_p(const std::vector<std::vector<double>>& groups);

// Which hypotheses fall when at most `rate` of those that do may be true ones (Benjamini and Hochberg).
std::vector<bool> discoveries(std::span<const double> p, double rate = 0.05);

// Replicate until the interval of a mean is narrow enough, or the cap is met.
struct StopRule {
  double half_width = 0;  // above 0
  std::uint32_t cap = 0;
};
// How many replicates there must be before the rule is asked again: `done` are there and it was not satisfied. Grows by
// a quarter, so that the looks are few and the same whoever computes; never above the cap.
std::uint32_t next_look(std::uint32_t done, std::uint32_t cap);
bool narrow_enough(const StopRule& rule, std::span<const double> values);

}  // namespace lastmile::study
