// Scenario files of the lab (economics-lab.md 4): from text to a Model and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.hpp"
#include "scenarios/engine/text/finding.hpp"
#include "scenarios/engine/text/json.hpp"
#include "tools/lab/engine/model.hpp"

namespace lastmile::lab {

struct Loading {
  std::vector<std::string> sets;  // "/pointer=value", in order
  std::optional<std::uint64_t> seed;
};

// What a study of the file asks for; absent: nothing.
struct StudySection {
  std::string metric = "active_nodes";
  double half_width = 0;  // 0: a fixed number of replicates
  std::uint32_t replicates = 100;
  std::uint32_t at_most = 2'000;
  std::vector<std::pair<std::string, std::string>> sweep;  // pointer -> axis as JSON, in the order of the file
};

struct LabScenario {
  Model model;
  StudySection study;
  scenario::Json document;  // as written, with --set: what a sweep changes
};

// Checks everything; empty with findings.
std::optional<LabScenario> parse_lab(const scenario::Json& document, scenario::Findings& findings);
std::optional<LabScenario> load_lab(std::string_view text, const Loading& loading, scenario::Findings& findings);
// "-" is standard input.
std::optional<LabScenario> load_lab_file(const std::string& path, const Loading& loading, scenario::Findings& findings);

// Every key with its value; parsing it again gives an equal one.
scenario::Json resolved(const Model& model);
// Of everything that decides a run but the seed.
Hash256 model_digest(const Model& model);

}  // namespace lastmile::lab
