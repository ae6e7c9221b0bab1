#include "real/ops/disk_watch.hpp"

#include "core/base/check.hpp"

namespace lastmile::real {

std::string_view disk_state_name(DiskState state) {
  switch (state) {
    case DiskState::enough:
      return "enough";
    case DiskState::low:
      return "low";
    case DiskState::full:
      return "full";
  }
  LM_CHECK(false);
}

DiskState next_disk_state(DiskState now, std::uint64_t free_bytes, const DiskThresholds& thresholds) {
  const std::uint64_t open_again = thresholds.min_bytes + thresholds.min_bytes / 10;
  if (free_bytes < thresholds.min_bytes) return DiskState::full;
  if (now == DiskState::full && free_bytes < open_again) return DiskState::full;
  return free_bytes < thresholds.warn_bytes ? DiskState::low : DiskState::enough;
}

}  // namespace lastmile::real
