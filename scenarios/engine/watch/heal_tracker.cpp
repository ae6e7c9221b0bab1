#include "scenarios/engine/watch/heal_tracker.hpp"

#include "core/base/present.hpp"

namespace lastmile::scenario {

bool HealTracker::counts(MessageId id) const {
  const MessageRecord& message = ledger_.at(id);
  // Whose fate was decided anew after the fault, by a FORGET or a balance of then, has not been waiting since.
  const Instant fault_end = present(fault_end_);
  const bool decided_later = message.expected_since && *message.expected_since >= fault_end;
  return message.from_traffic && message.published < fault_end && !decided_later &&
         !(id < excuses_.size() && excuses_[id] != Excuse::none);
}

void HealTracker::recount() {
  excuses_ = ledger_.excuses();
  complete_.assign(ledger_.size(), false);
  required_ = outstanding_ = excused_count_ = 0;
  const Instant fault_end = present(fault_end_);
  for (MessageId id = 0; id < ledger_.size(); ++id) {
    const MessageRecord& message = ledger_.at(id);
    if (message.from_traffic && message.published < fault_end && excuses_[id] != Excuse::none) ++excused_count_;
    if (!counts(id)) continue;
    ++required_;
    complete_[id] = ledger_.missing(id) == 0 && ledger_.targets() > 0;
    if (!complete_[id]) ++outstanding_;
  }
  generation_ = ledger_.generation();
}

void HealTracker::changed(Instant time, MessageId id) {
  if (!fault_end_ || id >= complete_.size() || !counts(id)) return;
  const bool complete = ledger_.missing(id) == 0 && ledger_.targets() > 0;
  if (complete == complete_[id]) return;
  complete_[id] = complete;
  outstanding_ += complete ? ~std::uint64_t{0} : 1;
  if (outstanding_ == 0 && !held_at_) held_at_ = time;
  if (outstanding_ > 0) held_at_.reset();
}

void HealTracker::update(Instant time) {
  const auto end = timeline_.last_fault_end();
  if (!end) return;
  const bool first = fault_end_ != end;
  fault_end_ = end;
  // Nodes that came or went, and messages that were not taken, change what is owed.
  if (first || generation_ != ledger_.generation() || outstanding_ > 0) recount();
  if (outstanding_ == 0 && !held_at_) held_at_ = first ? *end : time;
  if (outstanding_ > 0) held_at_.reset();
}

}  // namespace lastmile::scenario
