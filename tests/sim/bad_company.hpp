// Small worlds with an adversary in them, and what is said of their runs.
#pragma once

#include <string>

#include "tests/sim/tuned_nodes.hpp"

namespace lastmile::sim::test {

// Eight nodes, each connected to all others; `who` are adversaries, and take no traffic.
inline SmallWorld among(const std::string& who, const std::string& adversary, const std::string& more = {}) {
  SmallWorld w;
  w.into = "!" + who;
  w.adversaries = R"({"name": "evil", "who": ")" + who + "\", " + adversary + "}";
  w.checks = more;
  return w;
}
inline SmallWorld with_one(const std::string& adversary, const std::string& more = {}) {
  return among("node:east-3", adversary, more);
}
inline SmallWorld with_half(const std::string& adversary, const std::string& more = {}) {
  return among("group:east", adversary, more);
}
// The same world, in which everybody is honest. What is bound there is the harm of others, so that nothing may be seen
// of it, and where nothing is wrong nothing heals.
inline scenario::Scenario without_adversary(SmallWorld w, const std::string& harm = {}) {
  w.adversaries.clear();
  scenario::Scenario s = small_scenario(w);
  std::erase_if(s.checks, [&](const scenario::Check& check) {
    return (check.name == scenario::CheckName::healed && w.faults.empty()) || (!harm.empty() && check.of == harm);
  });
  return s;
}

inline std::string limit(const std::string& of, const std::string& stat, const std::string& at_most) {
  return R"(, {"name": "measure", "of": ")" + of + R"(", "stat": ")" + stat + R"(", "at_most": )" + at_most + "}";
}

inline std::uint64_t acts(const scenario::Summary& summary) {
  EXPECT_EQ(summary.adversaries.size(), 1U);
  return summary.adversaries.empty() ? 0 : summary.adversaries.front().acts;
}

struct Expected {
  scenario::CheckName check;
  std::string of = {};  // of a measure
};

// Exactly this check failed, and every other passed.
inline void only_failed(const scenario::Scenario& scenario, const scenario::Summary& summary,
                        const Expected& expected) {
  ASSERT_EQ(scenario.checks.size(), summary.checks.size());
  bool failed = false;
  for (std::size_t i = 0; i < summary.checks.size(); ++i) {
    const scenario::CheckResult& result = summary.checks[i];
    ASSERT_EQ(result.name, scenario.checks[i].name);
    const bool meant = result.name == expected.check && scenario.checks[i].of == expected.of;
    failed = failed || (meant && result.verdict == scenario::Verdict::fail);
    if (meant || result.verdict == scenario::Verdict::pass) continue;
    ADD_FAILURE() << scenario::check_text(result.name) << " " << scenario.checks[i].of << ": "
                  << scenario::verdict_text(result.verdict) << ", " << result.detail;
  }
  EXPECT_TRUE(failed) << scenario::check_text(expected.check) << " " << expected.of << " did not fail";
}

}  // namespace lastmile::sim::test
