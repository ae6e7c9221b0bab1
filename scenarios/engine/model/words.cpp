#include "scenarios/engine/model/words.hpp"

#include <algorithm>

#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::scenario {
namespace {

template <class Enum, std::size_t N>
std::string_view at(const std::array<std::string_view, N>& list, Enum value) {
  return list[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view role_text(Role role) { return at(words::kRoles, role); }
std::string_view fidelity_text(Fidelity fidelity) { return at(words::kFidelities, fidelity); }
std::string_view topology_text(TopologyKind kind) { return at(words::kTopologies, kind); }
std::string_view arrival_text(Arrival arrival) { return at(words::kArrivals, arrival); }
std::string_view direction_text(Direction direction) { return at(words::kDirections, direction); }
std::string_view cut_mode_text(CutMode mode) { return at(words::kCutModes, mode); }
std::string_view disk_fate_text(DiskFate fate) { return at(words::kDiskFates, fate); }
std::string_view disk_trouble_text(DiskTrouble trouble) { return at(words::kDiskTroubles, trouble); }
std::string_view chain_trouble_text(ChainTrouble trouble) { return at(words::kChainTroubles, trouble); }
std::string_view flood_text(Flood flood) { return at(words::kFloods, flood); }
std::string_view lie_text(Lie lie) { return at(words::kLies, lie); }
std::string_view rare_path_text(env::RarePath path) { return at(words::kRarePaths, path); }
std::string_view check_text(CheckName name) { return at(words::kChecks, name); }
std::string_view stat_text(Stat stat) { return at(words::kStats, stat); }
std::string_view crypto_text(CryptoMode mode) { return at(words::kCrypto, mode); }
std::string_view network_text(NetworkLevel level) { return at(words::kNetworks, level); }
std::string_view record_text(Record record) { return at(words::kRecords, record); }
std::string_view world_text(WorldKind world) { return at(words::kWorlds, world); }
std::string_view design_text(Design design) { return at(words::kDesigns, design); }

std::optional<CheckName> parse_check(std::string_view text) {
  const auto found = std::find(words::kChecks.begin(), words::kChecks.end(), text);
  if (found == words::kChecks.end()) return std::nullopt;
  return static_cast<CheckName>(found - words::kChecks.begin());
}

bool is_safety(CheckName name) { return name <= CheckName::diverged; }

std::string_view Fault::kind() const {
  return std::visit([](const auto& fault) { return fault.kKind; }, body);
}

std::string_view Adversary::kind() const {
  return std::visit([](const auto& adversary) { return adversary.kKind; }, body);
}

Rate rate_of(const Adversary& adversary) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.rate; }) return body.rate;
        return Rate{};
      },
      adversary.body);
}

std::uint32_t World::nodes() const {
  std::uint32_t sum = 0;
  for (const Group& group : groups) sum += group.count;
  return sum;
}

bool Scenario::runs_in(WorldKind world_kind) const {
  return std::find(worlds.begin(), worlds.end(), world_kind) != worlds.end();
}

Instant Phases::start(Phase phase) const {
  Instant at{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(phase); ++i) at = at + length[i];
  return at;
}

Instant Phases::resolve(const Moment& moment) const {
  const Instant base = moment.phase ? start(*moment.phase) : Instant{};
  return base + moment.offset;
}

}  // namespace lastmile::scenario
