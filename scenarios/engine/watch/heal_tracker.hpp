// When everything that was published before the last fault ended is known everywhere: to the event, not to the second.
#pragma once

#include <optional>
#include <vector>

#include "scenarios/engine/timeline/timeline.hpp"
#include "scenarios/engine/watch/ledger.hpp"

namespace lastmile::scenario {

class HealTracker {
 public:
  HealTracker(const Timeline& timeline, const Ledger& ledger) : timeline_(timeline), ledger_(ledger) {}

  // The status of a message changed on a node.
  void changed(Instant time, MessageId id);
  // At every sample and after a fault ended: counts anew when nodes came or went.
  void update(Instant time);

  std::optional<Instant> fault_end() const { return fault_end_; }
  std::uint64_t required() const { return required_; }        // messages that must be everywhere
  std::uint64_t outstanding() const { return outstanding_; }  // of them not everywhere
  std::uint64_t excused() const { return excused_count_; }
  // Since when it holds without a break; empty while it does not.
  std::optional<Instant> held_at() const { return held_at_; }

 private:
  void recount();
  bool counts(MessageId id) const;

  const Timeline& timeline_;
  const Ledger& ledger_;
  std::optional<Instant> fault_end_;
  std::uint64_t generation_ = ~std::uint64_t{0};
  std::vector<Excuse> excuses_;
  std::vector<bool> complete_;  // by message, as last counted
  std::uint64_t required_ = 0;
  std::uint64_t outstanding_ = 0;
  std::uint64_t excused_count_ = 0;
  std::optional<Instant> held_at_;
};

}  // namespace lastmile::scenario
