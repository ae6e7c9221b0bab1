// The `world` section: groups of nodes, machines, regions, overlay, chains, roads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/crypto/chain.hpp"
#include "core/message/switches.hpp"
#include "scenarios/engine/text/law.hpp"
#include "scenarios/engine/text/selector.hpp"
#include "scenarios/engine/text/when.hpp"

namespace lastmile::scenario {

enum class Role : std::uint8_t { core, resource, client };
enum class Fidelity : std::uint8_t { full, light };
std::string_view role_text(Role role);
std::string_view fidelity_text(Fidelity fidelity);

struct RegionShare {
  std::uint32_t region = 0;  // row of Regions
  Share share{kWhole};
  friend bool operator==(const RegionShare&, const RegionShare&) = default;
};

struct Hardware {
  std::string name;
  Bandwidth uplink{};  // 0 = no limit
  Bandwidth downlink{};
  Law access_latency = Law::fixed_at(Unit::duration, 0);  // one way, drawn once per node
  std::uint32_t cores = 4;
  Size disk_read{};  // bytes per second; 0 = no limit
  Size disk_write{};
  Duration disk_sync;
  Duration disk_seek;
  Size disk_size{};    // 0 = no limit
  Power idle_power{};  // while its node runs; both 0 = not known
  Power busy_power{};  // with all cores at work, not below idle_power
  friend bool operator==(const Hardware&, const Hardware&) = default;
};

struct Group {
  std::string name;  // nodes are called name-0, name-1, ...
  Role role = Role::core;
  std::uint32_t count = 1;
  std::vector<RegionShare> regions;  // at least one
  std::uint32_t hardware = 0;        // position in World::hardware
  Fidelity fidelity = Fidelity::full;
  Law clock_offset = Law::fixed_at(Unit::signed_duration, 0);  // drawn once per node
  Law clock_drift = Law::fixed_at(Unit::drift, 0);
  std::optional<Moment> start;  // empty: from the beginning
  friend bool operator==(const Group&, const Group&) = default;
};

struct Regions {
  std::string table;  // name of a shipped table, empty for an own matrix
  std::vector<std::string> names;
  std::vector<Duration> round_trip;  // names * names, symmetric
  Duration between(std::size_t from, std::size_t to) const { return round_trip[from * names.size() + to]; }
  friend bool operator==(const Regions&, const Regions&) = default;
};

enum class TopologyKind : std::uint8_t { random_regular, small_world, scale_free, by_region, full };
std::string_view topology_text(TopologyKind kind);
struct Topology {
  TopologyKind kind = TopologyKind::random_regular;
  std::uint32_t degree = 8;   // not for full; scale_free: twice the edges of a new node; by_region: all neighbours
  Share rewire{100'000'000};  // small_world
  std::uint32_t across = 2;   // by_region: how many of `degree` lead elsewhere
  friend bool operator==(const Topology&, const Topology&) = default;
};

struct ChainSpec {
  std::string name;
  std::string kind = "evm";                 // evm, tezos, nuls2, solana: which payload the network writes there
  crypto::Chain code = crypto::Chain::ETH;  // under which confirmations are known (messages.md 2.1); no two alike
  Law block_time = Law::fixed_at(Unit::duration, 12'000'000'000);
  std::uint64_t finality_blocks = 64;
  Duration archive_every = minutes(1);
  Selector synchronizers;
  Amount fee;  // of one anchor
  friend bool operator==(const ChainSpec&, const ChainSpec&) = default;
};

struct Roads {
  bool gossip = true;
  bool reconciliation = true;
  bool chain = true;
  bool content_store = true;
  friend bool operator==(const Roads&, const Roads&) = default;
};

// `parameters`: limits and intervals of a node by the names of core/node/limits.hpp ("limits.inbox_messages",
// "intervals.reconcile_every"), and the switches of messages.md section 9 ("switches.ties": "as_reference").
struct Parameter {
  std::string name;
  std::int64_t value = 0;  // count, bytes or ns
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

struct World {
  std::vector<Hardware> hardware;  // at least one
  std::vector<Group> groups;       // at least one
  Regions regions;
  Topology topology;
  std::vector<ChainSpec> chains;
  Roads roads;
  std::vector<Parameter> parameters;  // by name
  message::Switches switches;
  std::uint32_t nodes() const;
  friend bool operator==(const World&, const World&) = default;
};

inline constexpr std::uint32_t kNodesMax = 1'000'000;
inline constexpr std::size_t kGroupsMax = 1000;
inline constexpr std::size_t kRegionsMax = 200;
inline constexpr std::size_t kChainsMax = 64;

}  // namespace lastmile::scenario
