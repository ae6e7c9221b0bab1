// A finished run for people, on standard output; both worlds use it.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/engine/folder/summary.hpp"

namespace lastmile::tools {

// Verdict, checks, what was never reached, digest and cost.
void print_summary(const scenario::Summary& summary);

// A name from outside as one harmless line: control characters become "?".
std::string printable(std::string_view text);

}  // namespace lastmile::tools
