#pragma once

#include <cstdint>

#include "sim/env/event.hpp"

namespace lastmile::sim {

// An event that is not in the queue yet: what a cut keeps from leaving, or bulk under way. It lies with the run and not
// with the sender, because the buffers of a killed process are still emptied by its machine.
struct HeldFrame {
  EventKind kind = EventKind::frame;
  std::uint8_t aux = 0;
  std::uint8_t lane = 0;  // order is kept inside one
  std::uint32_t connection = 0;
  std::uint32_t extra = 0;
  std::uint64_t argument = 0;
  std::uint64_t bytes = 0;
};

}  // namespace lastmile::sim
