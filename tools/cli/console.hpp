// How `lastmile` speaks: results on standard output, failures as complaints.
#pragma once

#include <string>

#include "tools/arguments/complaint.hpp"

namespace lastmile::tools {

// One line with a line end.
void print_line(const std::string& text);

// Complains and gives `status` back.
int fail(int status, const Complaint& complaint, bool json);

}  // namespace lastmile::tools
