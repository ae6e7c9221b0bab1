#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/time.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

// What is wrong with the disk of a machine, besides what lies on it.
struct DiskTrouble {
  std::uint64_t speed = kBillion;  // what is left of it: parts per 10^9, above 0
  std::uint64_t taken = 0;         // bytes of its size that others have

  // What something takes that takes `nanoseconds` on a sound disk.
  std::int64_t slowed(std::int64_t nanoseconds) const {
    if (speed == kBillion) return nanoseconds;
    const Wide time = (static_cast<Wide>(nanoseconds) * kBillion + (speed - 1)) / speed;
    return static_cast<std::int64_t>(std::min(time, static_cast<Wide>(kLongest)));
  }
  // Of a limited disk of this size.
  std::uint64_t room(std::uint64_t size) const { return size - std::min(size, taken); }

 private:
  static constexpr std::int64_t kLongest = 1'000'000'000 * kBillion;  // decades: longer than any run
};

}  // namespace lastmile::sim
