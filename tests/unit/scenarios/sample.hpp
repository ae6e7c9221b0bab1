// A small scenario as text, and what the parser says about variants of it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/text/finding.hpp"

namespace lastmile::scenario::test {

// Two groups of three and two nodes, one chain; 10 s warm-up, 60 s trouble, 10 s heal, 60 s settle; one cut.
inline constexpr std::string_view kSample = R"({
  "format": 1, "name": "sample", "question": "Does it parse?",
  "phases": { "warm_up": "10s", "trouble": "60s", "heal": "10s", "settle": "60s" },
  "world": {
    "groups": [
      { "name": "west", "count": 3, "region": "north_america" },
      { "name": "east", "count": 2, "region": "europe" }
    ],
    "topology": { "kind": "full" },
    "chains": [ { "name": "ethereum", "synchronizers": ["node:west-0", "node:east-0"] } ]
  },
  "traffic": [ { "name": "wallets", "rate": "2/s" } ],
  "faults": [
    { "name": "cut", "kind": "partition", "between": ["group:west", "group:east"],
      "from": "trouble+10s", "until": "trouble+40s" }
  ]
})";

// The sample with --set arguments; fails the test when it is refused.
inline Scenario sample(const std::vector<std::string>& sets = {}) {
  Findings findings;
  auto scenario = load_scenario(kSample, {sets, std::nullopt}, findings);
  EXPECT_TRUE(scenario.has_value()) << findings.lines("sample");
  return scenario ? *scenario : Scenario{};
}

inline std::vector<std::string> check_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Check& check : scenario.checks) names.emplace_back(check_text(check.name));
  return names;
}

// What is wrong with the text (or with the sample and these --set arguments), one line per finding: "PLACE: TEXT".
inline std::string complaints(std::string_view text, const std::vector<std::string>& sets = {}) {
  Findings findings;
  const auto scenario = load_scenario(text, {sets, std::nullopt}, findings);
  EXPECT_EQ(scenario.has_value(), findings.empty());
  std::string out;
  for (const Finding& finding : findings.list()) {
    if (!out.empty()) out += "\n";
    out += finding.place + ": " + finding.text;
  }
  return out;
}
inline std::string sample_complaints(const std::vector<std::string>& sets) { return complaints(kSample, sets); }

}  // namespace lastmile::scenario::test
