#include "scenarios/engine/watch/world_view.hpp"

namespace lastmile::scenario {

std::string_view traffic_kind_name(TrafficKind kind) {
  static constexpr std::array<std::string_view, kTrafficKindCount> kNames{
      "messages", "gossip_control", "reconciliation", "content", "heads", "bulk"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace lastmile::scenario
