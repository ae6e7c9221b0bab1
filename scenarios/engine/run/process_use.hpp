// What a run costs the machine.
#pragma once

#include <cstdint>

namespace lastmile::scenario {

struct ProcessUse {
  double cpu_seconds = 0;            // of this process and of its children that have ended
  std::uint64_t peak_rss_bytes = 0;  // of this process alone
};

ProcessUse process_use();

}  // namespace lastmile::scenario
