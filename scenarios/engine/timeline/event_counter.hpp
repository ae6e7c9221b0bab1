// Counts the events that `on` entries wait for.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/trace/event.hpp"
#include "scenarios/engine/text/when.hpp"

namespace lastmile::scenario {

class EventCounter {
 public:
  void wait(std::uint32_t entry, const OnEvent& on);
  bool waits_for(trace::Kind kind) const { return wanted_[static_cast<std::size_t>(kind)]; }
  bool waiting() const { return !waiting_.empty(); }

  // Entries that became due, and how long after this event. Each becomes due once.
  using DueEntries = std::vector<std::pair<std::uint32_t, Duration>>;
  DueEntries happened(const trace::Event& event);
  DueEntries happened(const EventPattern& event);  // those that no node reports: partitions

 private:
  struct Waiting {
    std::uint32_t entry;
    OnEvent on;
    std::uint64_t left;
  };
  template <class Matches>
  DueEntries count(const Matches& matches);

  std::vector<Waiting> waiting_;
  std::array<bool, trace::kKindCount> wanted_{};
};

}  // namespace lastmile::scenario
