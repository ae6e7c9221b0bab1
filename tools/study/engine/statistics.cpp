#include "tools/study/engine/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "core/base/check.hpp"

namespace lastmile::study {
namespace {

double as_real(std::size_t count) { return static_cast<double>(count); }

// Sum of squared distances from the mean.
double squares(std::span<const double> values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

double plain_mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / as_real(values.size());
}

}  // namespace

MeanEstimate mean_of(std::span<const double> values, double confidence) {
  MeanEstimate out;
  out.count = values.size();
  if (values.empty()) return out;
  out.mean = plain_mean(values);
  if (out.count < 2) return out;
  out.deviation = std::sqrt(squares(values, out.mean) / as_real(out.count - 1));
  if (out.count < kLeastReplicates) return out;
  const boost::math::students_t_distribution<double> student(as_real(out.count - 1));
  const double t = boost::math::quantile(student, (1 + confidence) / 2);
  const double half = t * out.deviation / std::sqrt(as_real(out.count));
  out.interval = Interval{out.mean - half, out.mean + half};
  return out;
}

QuantileEstimate quantile_of(std::span<const double> values, double share, double confidence) {
  LM_CHECK(share > 0 && share < 1);
  QuantileEstimate out;
  out.count = values.size();
  if (values.empty()) return out;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t n = sorted.size();
  const auto rank = static_cast<std::size_t>(std::ceil(as_real(n) * share - 1e-9));
  out.value = sorted[std::clamp<std::size_t>(rank, 1, n) - 1];
  if (n < kLeastReplicates) return out;
  // B of n values lie below the quantile, B binomial(n, share). x(l) <= q <= x(u) fails with P(B < l) + P(B >= u).
  const boost::math::binomial_distribution<double> below(as_real(n), share);
  const double tail = (1 - confidence) / 2;
  std::size_t low = 0;
  while (low < n && boost::math::cdf(below, as_real(low)) <= tail) ++low;  // greatest l with P(B <= l - 1) <= tail
  std::size_t high = n + 1;
  while (high > 1 && boost::math::cdf(boost::math::complement(below, as_real(high - 2))) <= tail) --high;
  if (low >= 1 && high <= n) out.interval = Interval{sorted[low - 1], sorted[high - 1]};
  return out;
}

ShareEstimate share_of(std::size_t successes, std::size_t count, double confidence) {
  LM_CHECK(successes <= count);
  ShareEstimate out;
  out.count = count;
  if (count == 0) return out;
  const double n = as_real(count);
  out.share = as_real(successes) / n;
  if (count < kLeastReplicates) return out;
  const double z = boost::math::quantile(boost::math::normal_distribution<double>(0, 1), (1 + confidence) / 2);
  const double scale = 1 + z * z / n;
  const double centre = (out.share + z * z / (2 * n)) / scale;
  const double half = z * std::sqrt(out.share * (1 - out.share) / n + z * z / (4 * n * n)) / scale;
  out.interval = Interval{std::max(0.0, centre - half), std::min(1.0, centre + half)};
  return out;
}

PairedEstimate compare_paired(std::span<const double> a, std::span<const double> b, double confidence) {
  LM_CHECK(a.size() == b.size());
  std::vector<double> differences(a.size());
  std::size_t greater = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differences[i] = b[i] - a[i];
    if (b[i] > a[i]) ++greater;
  }
  PairedEstimate out;
  out.difference = mean_of(differences, confidence);
  if (a.empty()) return out;
  out.b_greater = as_real(greater) / as_real(a.size());
  if (a.size() < kLeastReplicates) return out;
  if (out.difference.deviation == 0) {
    out.p = out.difference.mean == 0 ? 1.0 : 0.0;
    return out;
  }
  const double t = out.difference.mean / (out.difference.deviation / std::sqrt(as_real(a.size())));
  const boost::math::students_t_distribution<double> student(as_real(a.size() - 1));
  out.p = 2 * boost::math::cdf(boost::math::complement(student, std::fabs(t)));
  return out;
}

std::optional<double> one_mean_p(const std::vector<std::vector<double>>& groups) {
  if (groups.size() < 2) return std::nullopt;
  double sum = 0;
  std::size_t n = 0;
  for (const auto& group : groups) {
    if (group.size() < kLeastReplicates) return std::nullopt;
    sum += std::accumulate(group.begin(), group.end(), 0.0);
    n += group.size();
  }
  const double mean = sum / as_real(n);
  double within = 0;
  double between = 0;
  for (const auto& group : groups) {
    const double own = plain_mean(group);
    within += squares(group, own);
    between += as_real(group.size()) * (own - mean) * (own - mean);
  }
  if (within == 0) return between == 0 ? std::nullopt : std::optional<double>(0.0);
  const double d1 = as_real(groups.size() - 1);
  const double d2 = as_real(n - groups.size());
  const boost::math::fisher_f_distribution<double> fisher(d1, d2);
  return boost::math::cdf(boost::math::complement(fisher, (between / d1) / (within / d2)));
}

std::vector<bool> discoveries(std::span<const double> p, double rate) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return p[x] < p[y]; });
  std::size_t fallen = 0;
  for (std::size_t k = 1; k <= order.size(); ++k) {
    if (p[order[k - 1]] <= rate * as_real(k) / as_real(p.size())) fallen = k;
  }
  std::vector<bool> out(p.size(), false);
  for (std::size_t k = 0; k < fallen; ++k) out[order[k]] = true;
  return out;
}

std::uint32_t next_look(std::uint32_t done, std::uint32_t cap) {
  return std::min(cap, done + std::max<std::uint32_t>(1, done / 4));
}

bool narrow_enough(const StopRule& rule, std::span<const double> values) {
  const MeanEstimate estimate = mean_of(values);
  return estimate.interval && estimate.interval->half_width() <= rule.half_width;
}

}  // namespace lastmile::study
