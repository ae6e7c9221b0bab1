#include "tools/console/complaints.hpp"

namespace lastmile::tools {

std::vector<Complaint> complaints_of(const scenario::Findings& findings, const std::string& file) {
  std::vector<Complaint> out;
  for (const scenario::Finding& finding : findings.list()) {
    out.push_back({file, finding.place, finding.text, finding.expected, finding.found, finding.nearest, ""});
  }
  const std::size_t more = findings.total() - findings.list().size();
  if (more > 0) out.push_back({.file = file, .text = "and " + std::to_string(more) + " more"});
  return out;
}

}  // namespace lastmile::tools
