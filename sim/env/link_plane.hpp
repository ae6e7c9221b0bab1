#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "sim/env/event.hpp"
#include "sim/env/link_rules.hpp"

namespace lastmile::sim {

class Kernel;

// Something that a cut keeps from leaving: a frame, a parcel, or a step of a connection. Lies with the run and not with
// the sender, because the buffers of a killed process are still emptied by its machine.
struct HeldFrame {
  EventKind kind = EventKind::frame;
  std::uint8_t aux = 0;
  std::uint8_t lane = 0;  // order is kept inside one
  std::uint32_t connection = 0;
  std::uint32_t extra = 0;
  std::uint64_t argument = 0;
  std::uint64_t bytes = 0;
};

// Rules in force, and what they hold back by directed pair.
class LinkPlane {
 public:
  LinkRules& rules() { return rules_; }
  const LinkRules& rules() const { return rules_; }

  void hold(NodeIndex from, NodeIndex to, const HeldFrame& frame) { held_[{from.value, to.value}].push_back(frame); }
  // Drops what one connection still had to send; returns how many frames that were.
  std::size_t purge(NodeIndex from, NodeIndex to, std::uint32_t connection);
  // Sends what no rule holds any more, pair by pair, in the order in which it was held.
  void release_free(Kernel& kernel);
  // Releases the memory of everything held (end of the run).
  void clear();

 private:
  static void drop(const HeldFrame& frame);

  LinkRules rules_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<HeldFrame>> held_;
};

}  // namespace lastmile::sim
