// Small runs for directed tests: eight nodes on two islands, a few seconds of trouble, and one thing that goes wrong.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/model/load.hpp"
#include "sim/run/run.hpp"

namespace lastmile::sim::test {

struct SmallWorld {
  std::string faults;  // JSON values, separated by commas
  std::string adversaries;
  std::string roads = R"({"gossip": true, "reconciliation": true, "chain": false, "content_store": false})";
  std::string chains;
  std::string checks;  // besides the usual ones
  std::string parameters;
  std::string types = R"({"POST": "60%", "AGGREGATE": "20%", "STORE": "12%", "FORGET": "8%"})";
  std::string files;  // what STOREs pin; empty: the default
  std::string into = "all";
  std::string rate = "8/s";
  std::string phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "10min"})";
  std::string more;  // further keys of the head, each with a comma behind it
};

// Aborts the test program on a scenario that is not valid: a mistake in the test.
inline scenario::Scenario small_scenario(const SmallWorld& w, std::vector<std::string> sets = {}) {
  const std::string text = R"({"format": 1, "name": "directed", "question": "?", "expectation": "!", "seed": 3, )" +
                           w.more + R"("phases": )" + w.phases + R"(, "world": {"regions": "internet-2019",
    "hardware": {"server": {"uplink": "100Mbit/s", "downlink": "100Mbit/s", "access_latency": "2ms", "cores": 2,
      "disk_read": "500MiB/s", "disk_write": "200MiB/s", "disk_sync": "1ms", "disk_size": "50GiB"}},
    "groups": [{"name": "west", "role": "core", "count": 4, "region": "north_america", "hardware": "server"},
               {"name": "east", "role": "core", "count": 4, "region": "europe", "hardware": "server"}],
    "topology": {"kind": "full"}, "chains": [)" +
                           w.chains + R"(], "roads": )" + w.roads + R"(, "parameters": {)" + w.parameters +
                           R"(}}, "traffic": [{"name": "wallets", "into": ")" + w.into + R"(", "rate": ")" + w.rate +
                           R"(", "from": "1s", "until": "settle",
      "accounts": {"count": 20, "chains": {"ETH": "60%", "SOL": "40%"}}, "types": )" +
                           w.types + R"(, "size": "400B")" + (w.files.empty() ? "" : ", \"files\": " + w.files) +
                           R"(}], "faults": [)" + w.faults + R"(], "adversaries": [)" + w.adversaries +
                           R"(], "checks": [
      {"name": "no_forged_message"}, {"name": "acknowledged_kept"}, {"name": "forgotten_stays_forgotten"},
      {"name": "bounded_queues"}, {"name": "status_moves_legal"}, {"name": "healed"}, {"name": "converged"},
      {"name": "all_processed"}, {"name": "acknowledged_everywhere"})" +
                           w.checks + "]}";
  scenario::Findings findings;
  auto loaded = scenario::load_scenario(text, {std::move(sets), {}}, findings);
  if (!loaded) {
    ADD_FAILURE() << findings.lines("directed");
    LM_CHECK(false);
  }
  return std::move(*loaded);
}

inline scenario::Summary run(const scenario::Scenario& scenario) {
  auto summary = run_scenario(scenario, {});
  if (!summary.ok()) ADD_FAILURE() << summary.error().text;
  return std::move(*summary);
}

// Every check of the run passes; the failure names those that do not, with their first violation.
inline void expect_pass(const scenario::Summary& summary) {
  for (const scenario::CheckResult& check : summary.checks) {
    if (check.verdict == scenario::Verdict::pass) continue;
    std::string why;
    if (check.first_violation) why = "; " + check.first_violation->message + " " + check.first_violation->event;
    ADD_FAILURE() << scenario::check_text(check.name) << ": " << scenario::verdict_text(check.verdict) << ", "
                  << check.detail << why;
  }
  for (const std::string& state : summary.never_reached) ADD_FAILURE() << "never reached: " << state;
}

inline void expect_pass(const SmallWorld& world) { expect_pass(run(small_scenario(world))); }

inline scenario::CheckResult check(const scenario::Summary& summary, scenario::CheckName name) {
  const auto found = std::find_if(summary.checks.begin(), summary.checks.end(),
                                  [name](const scenario::CheckResult& c) { return c.name == name; });
  if (found != summary.checks.end()) return *found;
  ADD_FAILURE() << "no check " << scenario::check_text(name);
  return {};
}

// The measure of this name; a failure of the test when the run has none.
inline scenario::MeasureResult figure(const scenario::Summary& summary, const std::string& name) {
  const auto found = std::find_if(summary.measures.begin(), summary.measures.end(),
                                  [&](const scenario::MeasureResult& m) { return m.name == name; });
  if (found != summary.measures.end()) return *found;
  ADD_FAILURE() << "no measure " << name;
  return {};
}

}  // namespace lastmile::sim::test
