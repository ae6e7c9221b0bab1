// From metrics to scores against the vectors of the network (quality-control.md 3).
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/qc/score.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::qc {
namespace {

using nlohmann::json;

Samples samples(const json& item, const char* key) {
  Samples list;
  for (const json& value : item.value(key, json::array())) {
    if (value.is_null()) {
      list.emplace_back();
    } else {
      // The figures have few digits: in millionths they are whole.
      list.emplace_back(Uint256(static_cast<std::uint64_t>(std::llround(value.get<double>() * 1e6))) *
                        1'000'000'000'000u);
    }
  }
  return list;
}

void expect_near(const json& expected, Parts found, const std::string& what) {
  const double value = static_cast<double>(found) / 1e18;
  EXPECT_NEAR(expected.get<double>(), value, std::max(1e-9, std::abs(expected.get<double>()) * 1e-9)) << what;
}

TEST(ScoreVectors, EveryCaseIsScored) {
  LM_VECTORS(file, "economics-scores.json");
  ASSERT_FALSE(file.at("cases").empty());
  for (const json& item : file.at("cases")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    Metrics metrics{samples(item, "base_latency"),         samples(item, "metrics_latency"),
                    samples(item, "aggregate_latency"),    samples(item, "file_download_latency"),
                    samples(item, "eth_height_remaining"), samples(item, "diagnostic_vm_latency"),
                    samples(item, "full_check_latency")};
    const json& counts = item.at("versions");
    const auto count = [&](const char* label) { return counts.value(label, 0U); };
    const VersionCounts versions{count("latest"),  count("outdated"), count("obsolete"),
                                 count("missing"), count("other"),    count("prerelease")};
    const auto kind = item.at("kind") == "ccn" ? NodeKind::core : NodeKind::resource;
    const Score found = score(kind, metrics, versions, item.at("total_nodes"), item.at("nodes_with_identical_asn"));
    for (const auto& [name, value] : item.at("expected_measurements").items()) {
      ASSERT_TRUE(found.measurements.contains(name)) << name;
      expect_near(value, found.measurements.at(name), name);
    }
    const json& expected = item.at("expected");
    expect_near(expected.at("performance"), found.performance, "performance");
    expect_near(expected.at("version"), found.version, "version");
    expect_near(expected.at("decentralization"), found.decentralization, "decentralization");
    expect_near(expected.at("total_score"), found.total, "total");
  }
}

}  // namespace
}  // namespace lastmile::qc
