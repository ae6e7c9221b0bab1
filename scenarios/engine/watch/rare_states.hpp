// Which rare states a run reached (core/trace/rare_state.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/time.hpp"
#include "core/trace/rare_state.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::scenario {

class RareStateTally {
 public:
  struct Reached {
    std::uint64_t count = 0;
    Instant first;   // when count is above 0
    Node where = 0;  // the first node
  };

  void on_event(Instant time, Node node, const trace::Event& event) {
    const auto state = trace::rare_state_of(event);
    if (!state) return;
    Reached& reached = reached_[static_cast<std::size_t>(*state)];
    if (reached.count++ == 0) {
      reached.first = time;
      reached.where = node;
    }
  }
  const Reached& of(trace::RareState state) const { return reached_[static_cast<std::size_t>(state)]; }

 private:
  std::array<Reached, trace::kRareStateCount> reached_{};
};

}  // namespace lastmile::scenario
