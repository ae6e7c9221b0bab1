// How far the two sides of each cut are apart: messages that only one side has.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scenarios/engine/timeline/timeline.hpp"
#include "scenarios/engine/watch/ledger.hpp"

namespace lastmile::scenario {

// Counts by which side any node applied a message at some time. Covers the spans of partitions and holds that are in
// force and the newest that ended: every message on every node is looked at for each of them.
class Islands {
 public:
  // How many ended spans are still followed, to show how the sides come together again.
  static constexpr std::size_t kEndedWatched = 16;

  Islands(const Scenario& scenario, const Timeline& timeline, const Ledger& ledger)
      : scenario_(scenario), timeline_(timeline), ledger_(ledger) {}

  // The newest span of the timeline began; builds its counts from the ledger.
  void begin(std::size_t span);
  // A node applied a message for the first time.
  void processed(MessageId id, Node node);
  // Size of the symmetric difference of what the sides have now; empty when the span is no cut or not followed
  // any more.
  std::optional<std::uint64_t> difference(std::size_t span) const;
  // Pairs of sides that are cut now.
  bool any_in_force() const;
  std::size_t spans() const { return sides_.size(); }

 private:
  struct Sides {
    bool cut = false;
    std::vector<std::uint8_t> side_of;  // by node: bit 0 first, bit 1 second
    std::vector<std::uint8_t> seen;     // by message: sides that have it
    std::uint64_t apart = 0;
  };
  void forget_old();
  void note(Sides& sides, MessageId id, std::uint8_t side);

  const Scenario& scenario_;
  const Timeline& timeline_;
  const Ledger& ledger_;
  std::vector<Sides> sides_;  // by span
  std::vector<std::size_t> watched_;
};

}  // namespace lastmile::scenario
