#include "scenarios/engine/watch/islands.hpp"

#include <algorithm>

#include "scenarios/engine/model/selectors_of.hpp"

namespace lastmile::scenario {

void Islands::begin(std::size_t span) {
  sides_.resize(span + 1);
  const FaultSpan& fault = timeline_.spans()[span];
  forget_old();
  Sides& sides = sides_[span];
  const Fault& entry = scenario_.faults[fault.entry];
  sides.cut = sides_of(entry) != nullptr && !std::holds_alternative<LinkFault>(entry.body);
  if (!sides.cut) return;
  watched_.push_back(span);
  sides.side_of.resize(ledger_.nodes());
  for (const Node node : fault.first) sides.side_of[node] |= 1;
  for (const Node node : fault.second) sides.side_of[node] |= 2;
  for (MessageId id = 0; id < ledger_.size(); ++id) {
    for (Node node = 0; node < ledger_.nodes(); ++node) {
      if (is_settled(ledger_.status(id, node))) note(sides, id, sides.side_of[node]);
    }
  }
}

void Islands::forget_old() {
  const auto ended = [this](std::size_t span) { return timeline_.spans()[span].ended.has_value(); };
  auto count = static_cast<std::size_t>(std::count_if(watched_.begin(), watched_.end(), ended));
  for (auto at = watched_.begin(); count > kEndedWatched;) {
    if (!ended(*at)) {
      ++at;
      continue;
    }
    sides_[*at] = {};
    at = watched_.erase(at);
    --count;
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
  for (const std::size_t span : watched_) note(sides_[span], id, sides_[span].side_of[node]);
}

std::optional<std::uint64_t> Islands::difference(std::size_t span) const {
  if (span >= sides_.size() || !sides_[span].cut) return std::nullopt;
  return sides_[span].apart;
}

bool Islands::any_in_force() const {
  return std::any_of(watched_.begin(), watched_.end(), [this](auto span) { return !timeline_.spans()[span].ended; });
}

}  // namespace lastmile::scenario
