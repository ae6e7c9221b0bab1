#include "scenarios/engine/watch/islands.hpp"

#include "scenarios/engine/model/selectors_of.hpp"

namespace lastmile::scenario {

void Islands::begin(std::size_t span) {
  sides_.resize(span + 1);
  const FaultSpan& fault = timeline_.spans()[span];
  Sides& sides = sides_[span];
  const Fault& entry = scenario_.faults[fault.entry];
  sides.cut = sides_of(entry) != nullptr && !std::holds_alternative<LinkFault>(entry.body);
  if (!sides.cut) return;
  sides.side_of.resize(ledger_.nodes());
  for (const Node node : fault.first) sides.side_of[node] |= 1;
  for (const Node node : fault.second) sides.side_of[node] |= 2;
  for (MessageId id = 0; id < ledger_.size(); ++id) {
    for (Node node = 0; node < ledger_.nodes(); ++node) {
      if (is_settled(ledger_.status(id, node))) note(sides, id, sides.side_of[node]);
    }
  }
}

void Islands::note(Sides& sides, MessageId id, std::uint8_t side) {
  // What must be refused is not missing on the other side, whoever took it before he knew.
  if (side == 0 || ledger_.at(id).expected == Expected::refused) return;
  if (sides.seen.size() <= id) sides.seen.resize(std::size_t{id} + 1);
  std::uint8_t& seen = sides.seen[id];
  const bool was_apart = seen == 1 || seen == 2;
  seen |= side;
  const bool is_apart = seen == 1 || seen == 2;
  if (was_apart != is_apart) sides.apart += is_apart ? 1 : ~std::uint64_t{0};
}

void Islands::processed(MessageId id, Node node) {
  for (Sides& sides : sides_) {
    if (sides.cut) note(sides, id, sides.side_of[node]);
  }
}

std::optional<std::uint64_t> Islands::difference(std::size_t span) const {
  if (span >= sides_.size() || !sides_[span].cut) return std::nullopt;
  return sides_[span].apart;
}

bool Islands::any_in_force() const {
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    if (sides_[i].cut && !timeline_.spans()[i].ended) return true;
  }
  return false;
}

}  // namespace lastmile::scenario
