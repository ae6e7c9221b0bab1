// Findings in a scenario as complaints of a program.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/text/finding.hpp"
#include "tools/arguments/complaint.hpp"

namespace lastmile::tools {

// One for each that is listed, and one that counts the others.
std::vector<Complaint> complaints_of(const scenario::Findings& findings, const std::string& file);

}  // namespace lastmile::tools
