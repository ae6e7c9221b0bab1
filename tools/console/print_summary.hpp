// A finished run for people, on standard output; both worlds use it.
#pragma once

#include "scenarios/engine/folder/summary.hpp"

namespace lastmile::tools {

void print_summary(const scenario::Summary& summary);

}  // namespace lastmile::tools
