#include "core/qc/score.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "core/base/check.hpp"
#include "core/base/present.hpp"

namespace lastmile::qc {
namespace {

const Uint256& missing_latency() {
  static const Uint256 value = Uint256(kOne) * 100u;
  return value;
}
const Uint256& missing_blocks() {
  static const Uint256 value = Uint256(kOne) * 1'000u;
  return value;
}

// clip0(from - percentile / divisor), at most 1; `from` in tenths, `divisor` in tenths.
struct Line {
  unsigned percent;
  unsigned from;
  unsigned divisor;
};

Parts on_line(const Samples& samples, const Line& line, const Uint256& missing) {
  const auto value = percentile(samples, line.percent, missing);
  if (!value) return 0;
  const Uint256 from = Uint256(kOne) / 10u * line.from;
  // Rounded up, since it is taken away.
  const Uint256 cost = (*value * 10u + (line.divisor - 1)) / line.divisor;
  if (cost >= from) return 0;
  return present(std::min(from - cost, Uint256(kOne)).narrow());
}

// Six factors of 60 bits.
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<
    448, 448, boost::multiprecision::unsigned_magnitude, boost::multiprecision::unchecked, void>>;

Wide power(Parts base, std::size_t exponent) {
  Wide value = 1;
  for (std::size_t i = 0; i < exponent; ++i) value *= base;
  return value;
}

// The geometric mean: of n factors in parts of one the n-th root of the product is in parts of one again.
Parts geometric_mean(const std::vector<Parts>& factors) {
  LM_CHECK(!factors.empty() && factors.size() <= 6);
  Wide product = 1;
  for (const Parts factor : factors) product *= factor;
  Parts low = 0;
  Parts above = kOne + 1;
  while (above - low > 1) {
    const Parts middle = low + (above - low) / 2;
    (power(middle, factors.size()) <= product ? low : above) = middle;
  }
  return low;
}

struct Partial {
  std::string_view name;
  const Samples& samples;
  Line at_25;
  Line at_95;  // published as p95, whatever percentile it is
  bool blocks = false;
};

}  // namespace

std::optional<Uint256> percentile(const Samples& samples, unsigned percent, const Uint256& missing) {
  LM_CHECK(percent <= 100);
  if (samples.empty()) return std::nullopt;
  std::vector<Uint256> sorted;
  sorted.reserve(samples.size());
  for (const auto& sample : samples) sorted.push_back(std::min(sample.value_or(missing), Uint256(kOne) * kOne));
  std::sort(sorted.begin(), sorted.end());
  const std::size_t rank = std::max<std::size_t>(1, (sorted.size() * percent + 99) / 100);
  return sorted[rank - 1];
}

Parts version_score(const VersionCounts& counts) {
  const std::uint64_t good = std::uint64_t{counts.latest} + counts.outdated + counts.prerelease;
  const std::uint64_t told = good + counts.obsolete + counts.other;
  if (told + counts.missing == 0 || std::uint64_t{counts.missing} * 5 > told) return 0;
  return present((Uint256(kOne) * good / Uint256(told + counts.missing)).narrow());
}

Parts decentralization_score(std::uint32_t total_nodes, std::uint32_t with_identical_asn) {
  if (total_nodes == 0) return 0;
  LM_CHECK(with_identical_asn <= total_nodes);
  const Uint256 others = total_nodes - with_identical_asn;
  return present((Uint256(kOne) * others * others / (Uint256(total_nodes) * total_nodes)).narrow());
}

Score score(NodeKind kind, const Metrics& metrics, const VersionCounts& versions, std::uint32_t total_nodes,
            std::uint32_t with_identical_asn) {
  Score result;
  const auto measure = [&](const Partial& partial) {
    const Uint256& missing = partial.blocks ? missing_blocks() : missing_latency();
    const Parts first = on_line(partial.samples, partial.at_25, missing);
    const Parts second = on_line(partial.samples, partial.at_95, missing);
    result.measurements[std::string(partial.name) + "_score_p25"] = first;
    result.measurements[std::string(partial.name) + "_score_p95"] = second;
    return std::pair(first, second);
  };
  if (kind == NodeKind::core) {
    const auto base = measure({"base_latency", metrics.base_latency, {25, 10, 20}, {80, 10, 40}});
    const auto told = measure({"metrics_latency", metrics.metrics_latency, {25, 10, 25}, {80, 10, 50}});
    const auto aggregate = measure({"aggregate_latency", metrics.aggregate_latency, {25, 10, 40}, {80, 10, 80}});
    measure({"file_download_latency", metrics.file_download_latency, {25, 10, 40}, {80, 10, 80}});
    measure({"eth_height_remaining", metrics.eth_height_remaining, {25, 15, 1'000}, {80, 20, 2'750}, true});
    result.performance =
        geometric_mean({base.first, base.second, told.first, told.second, aggregate.first, aggregate.second});
  } else {
    const auto base = measure({"base_latency", metrics.base_latency, {25, 10, 20}, {95, 10, 20}});
    const auto diagnostic =
        measure({"diagnostic_vm_latency", metrics.diagnostic_vm_latency, {25, 10, 25}, {95, 10, 25}});
    const auto full = measure({"full_check_latency", metrics.full_check_latency, {25, 10, 40}, {95, 10, 40}});
    result.performance = geometric_mean({base.first, base.second, diagnostic.first, full.first});
  }
  result.version = version_score(versions);
  result.decentralization = decentralization_score(total_nodes, with_identical_asn);
  result.total = geometric_mean({result.performance, result.version});
  return result;
}

}  // namespace lastmile::qc
