#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "sim/env/held_frame.hpp"
#include "sim/env/link_rules.hpp"

namespace lastmile::sim {

class Kernel;

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
  LinkRules rules_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<HeldFrame>> held_;
};

}  // namespace lastmile::sim
