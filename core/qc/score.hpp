// Scores of a period, version 1.1 (quality-control.md 3): percentiles of what was measured, their geometric mean, and
// the share of current versions. Integers alone; every figure is rounded down at 10^-18.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/uint256.hpp"

namespace lastmile::qc {

// Of one, in 10^-18.
using Parts = std::uint64_t;
inline constexpr Parts kOne = 1'000'000'000'000'000'000;

// Seconds, or blocks, in 10^-18, one for each measurement; empty = missing, which counts as 100 seconds or 1000 blocks.
using Samples = std::vector<std::optional<Uint256>>;

enum class NodeKind : std::uint8_t { core, resource };

// The samples a kind of node has no use for stay empty.
struct Metrics {
  Samples base_latency;
  Samples metrics_latency;        // core
  Samples aggregate_latency;      // core
  Samples file_download_latency;  // core
  Samples eth_height_remaining;   // core; blocks
  Samples diagnostic_vm_latency;  // resource
  Samples full_check_latency;     // resource
};

// Samples by the state of the version that the node said it runs.
struct VersionCounts {
  std::uint32_t latest = 0;
  std::uint32_t outdated = 0;
  std::uint32_t obsolete = 0;
  std::uint32_t missing = 0;
  std::uint32_t other = 0;
  std::uint32_t prerelease = 0;
};

struct Score {
  Parts performance = 0;
  Parts version = 0;
  Parts decentralization = 0;
  Parts total = 0;
  std::map<std::string, Parts, std::less<>> measurements;  // partial scores by their published names
};

// The discrete percentile: of n samples in ascending order number max(1, ceil(percent * n / 100)); empty without
// samples. `missing` stands for those that are empty.
std::optional<Uint256> percentile(const Samples& samples, unsigned percent, const Uint256& missing);

Parts version_score(const VersionCounts& counts);
// (1 - identical / total)^2; 0 when there are no nodes. identical <= total.
Parts decentralization_score(std::uint32_t total_nodes, std::uint32_t with_identical_asn);

// A metric without any sample scores 0.
Score score(NodeKind kind, const Metrics& metrics, const VersionCounts& versions, std::uint32_t total_nodes,
            std::uint32_t with_identical_asn);

}  // namespace lastmile::qc
