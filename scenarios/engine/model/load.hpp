// From a file to a Scenario and back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/text/finding.hpp"
#include "scenarios/engine/text/json.hpp"

namespace lastmile::scenario {

// Checks a parsed document completely: keys, types, units, names, and what fits together. Empty with findings.
std::optional<Scenario> parse_scenario(const Json& document, Findings& findings);
// From text, with --set arguments and a seed that replaces the one in the file.
struct LoadOptions {
  std::vector<std::string> sets;      // "/pointer=value", applied in order
  std::optional<std::uint64_t> seed;  // applied last
};
std::optional<Scenario> load_scenario(std::string_view text, const LoadOptions& options, Findings& findings);
// From a file; "-" is standard input. Paths of traffic files in the result are resolved against the folder of the
// scenario file.
std::optional<Scenario> load_scenario_file(const std::string& path, const LoadOptions& options, Findings& findings);

// Every key with its effective value; parsing it again gives an equal Scenario.
Json resolved(const Scenario& scenario);
// SHA-256 over resolved() without what does not decide a run: seed, question, expectation, description, expected_cost,
// tags, sweep. (scenario digest, seed) names a run.
Hash256 scenario_digest(const Scenario& scenario);

// For the test that holds schema and parser together: object ("/", "/world/groups/*", "/faults/*:partition") -> keys
// that the parser asks for, gathered while it reads `document`. Objects of a kind are followed by ":" and the kind.
std::map<std::string, std::set<std::string>> accepted_keys(const Json& document);

}  // namespace lastmile::scenario
