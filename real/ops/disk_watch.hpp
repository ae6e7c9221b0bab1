// How much room the data folder has left, against two thresholds (operator guide, "Room on the disk").
#pragma once

#include <cstdint>
#include <string_view>

namespace lastmile::real {

enum class DiskState : std::uint8_t {
  enough,
  low,   // below storage.disk_warn: said once
  full,  // below storage.disk_min: nothing new is taken in, everything is served
};
std::string_view disk_state_name(DiskState state);

struct DiskThresholds {
  std::uint64_t warn_bytes = 0;
  std::uint64_t min_bytes = 0;  // 0: never full
};

// What holds after `free_bytes` were seen. The way back from `full` needs a tenth more than the threshold, so that a
// disk at the edge does not open and close the node at every look.
DiskState next_disk_state(DiskState now, std::uint64_t free_bytes, const DiskThresholds& thresholds);

}  // namespace lastmile::real
