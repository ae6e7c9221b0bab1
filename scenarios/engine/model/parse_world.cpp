#include <algorithm>
#include <array>

#include "scenarios/engine/model/light.hpp"
#include "scenarios/engine/model/machines.hpp"
#include "scenarios/engine/model/parameters.hpp"
#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/regions.hpp"
#include "scenarios/engine/model/words.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::size_t kHardwareMax = 1000;

void parse_region_shares(const Place& place, const Regions& regions, std::vector<RegionShare>& out) {
  std::vector<std::string_view> names(regions.names.begin(), regions.names.end());
  if (place.json.members() == nullptr) {
    std::size_t position = 0;
    if (read_word(place, names, position)) out = {{static_cast<std::uint32_t>(position), {kWhole}}};
    return;
  }
  std::uint64_t sum = 0;
  const std::size_t before = place.reading.findings.total();
  for (const auto& member : *place.json.members()) {
    const auto found = std::find(names.begin(), names.end(), member.key);
    if (found == names.end()) {
      place.reading.findings.expected(place.pointer + pointer_token(member.key), alternatives(names),
                                      found_text(Json(member.key)), nearest(member.key, names));
      continue;
    }
    RegionShare share{static_cast<std::uint32_t>(found - names.begin()), {}};
    if (read(place.member(member), share.share)) out.push_back(share);
    sum += share.share.parts;
  }
  // The sum of what could not all be read says nothing.
  const bool is_whole = sum + out.size() >= kWhole && sum <= kWhole + out.size();
  if (!is_whole && place.reading.findings.total() == before) {
    place.refuse_sum("shares of regions that add up to 100%", sum);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.region < b.region; });
}

// Machines of the file come before shipped ones of the same name. A shipped one that is used becomes part of the world.
void read_machine_name(const Place& place, std::vector<Hardware>& machines, std::uint32_t& out) {
  const auto is_called = [](std::string_view name) { return [name](const Hardware& m) { return m.name == name; }; };
  std::vector<const Hardware*> known;
  known.reserve(machines.size() + shipped_machines().size());
  for (const Hardware& machine : machines) known.push_back(&machine);
  for (const ShippedMachine& shipped : shipped_machines()) {
    if (std::none_of(machines.begin(), machines.end(), is_called(shipped.machine.name)))
      known.push_back(&shipped.machine);
  }
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const Hardware* machine : known) names.push_back(machine->name);
  std::size_t position = 0;
  if (!read_word(place, names, position)) return;
  if (position >= machines.size()) {
    if (machines.size() >= kHardwareMax) {
      place.refuse("a machine of this file, which has as many as there may be");
      return;
    }
    const Hardware shipped = *known[position];
    position = machines.size();
    machines.push_back(shipped);
  }
  out = static_cast<std::uint32_t>(position);
}

void parse_group(const Place& place, World& world, bool machine_needed, Group& group) {
  ObjectReader reader(place);
  if (const auto at = reader.require("name", "a name")) read_name(*at, group.name);
  if (const auto at = reader.get("role")) read_enum(*at, words::kRoles, group.role, words::kNotYet);
  reader.read_required("count", "a number of nodes", group.count, 1, kNodesMax);
  if (world.regions.names.size() == 1) {
    group.regions = {{0, {kWhole}}};
    if (const auto at = reader.get("region")) {
      group.regions.clear();
      parse_region_shares(*at, world.regions, group.regions);
    }
  } else if (const auto at = reader.require("region", "a region or shares of regions")) {
    parse_region_shares(*at, world.regions, group.regions);
  }
  // One kind of machine needs no naming.
  group.hardware = 0;
  if (const auto at = reader.get("hardware")) {
    read_machine_name(*at, world.hardware, group.hardware);
  } else if (machine_needed) {
    reader.place().reading.findings.expected(place.pointer + "/hardware", "the name of a machine", "nothing");
  }
  if (const auto at = reader.get("fidelity")) read_enum(*at, words::kFidelities, group.fidelity);
  if (const auto at = reader.get("clock")) {
    ObjectReader clock(*at);
    clock.read_if("offset", group.clock_offset, Unit::signed_duration);
    clock.read_if("drift", group.clock_drift, Unit::drift);
    clock.done();
  }
  Moment start;
  if (reader.read_if("start", start)) group.start = start;
  reader.done();
}

void parse_topology(const Place& place, Topology& topology, std::uint32_t nodes) {
  ObjectReader reader(place);
  if (const auto at = reader.get("kind")) read_enum(*at, words::kTopologies, topology.kind);
  topology.degree = std::min<std::uint32_t>(8, nodes > 1 ? nodes - 1 : 1);
  const bool degree_given = reader.read_if("degree", topology.degree, 1, 10'000);
  if (degree_given && topology.kind == TopologyKind::full) {
    reader.refuse("degree", "no degree with kind \"full\", where everybody is a peer of everybody");
  }
  reader.read_if("rewire", topology.rewire);
  only_if(topology.kind == TopologyKind::small_world, reader, "rewire", "no \"rewire\": it is of kind \"small_world\"");
  reader.read_if("across", topology.across, 0, 10'000);
  only_if(topology.kind == TopologyKind::by_region, reader, "across", "no \"across\": it is of kind \"by_region\"");
  reader.done();
}

crypto::Chain usual_code(std::string_view kind) {
  if (kind == "tezos") return crypto::Chain::TEZOS;
  if (kind == "nuls2") return crypto::Chain::NULS2;
  if (kind == "solana") return crypto::Chain::SOL;
  return crypto::Chain::ETH;
}

void read_chain_code(const Place& place, crypto::Chain& out) {
  std::array<std::string_view, crypto::kChainCount> codes;
  std::transform(crypto::all_chains().begin(), crypto::all_chains().end(), codes.begin(), crypto::chain_text);
  std::size_t position = 0;
  if (read_word(place, codes, position)) out = crypto::all_chains()[position];
}

void parse_chain(const Place& place, ChainSpec& chain) {
  ObjectReader reader(place);
  if (const auto at = reader.require("name", "a name")) read_name(*at, chain.name);
  if (const auto at = reader.get("kind")) {
    std::size_t kind = 0;
    if (read_word(*at, words::kChainKinds, kind)) chain.kind = words::kChainKinds[kind];
  }
  chain.code = usual_code(chain.kind);
  if (const auto at = reader.get("code")) read_chain_code(*at, chain.code);
  reader.read_if("block_time", chain.block_time, Unit::duration);
  reader.read_if("finality_blocks", chain.finality_blocks, 0, 1'000'000);
  if (const auto at = reader.get("archive_every")) read_positive(*at, chain.archive_every);
  reader.read_required("synchronizers", "selectors of synchronization nodes", chain.synchronizers);
  if (const auto at = reader.get("fee")) read_money(*at, chain.fee);
  reader.done();
}

void parse_parameters(const Place& place, World& world) {
  if (place.json.members() == nullptr) {
    place.refuse("an object");
    return;
  }
  std::vector<std::string> switch_names;
  for (const auto& point : message::all_switches()) switch_names.push_back("switches." + std::string(point.name));
  std::vector<std::string_view> known;
  for (const auto& info : all_parameters()) known.push_back(info.name);
  for (const auto& name : switch_names) known.push_back(name);
  for (const auto& member : *place.json.members()) {
    const Place at = place.member(member);
    if (std::find(known.begin(), known.end(), member.key) == known.end()) {
      place.reading.findings.expected(at.pointer, "a parameter of a node such as \"limits.inbox_messages\"",
                                      found_text(Json(member.key)), nearest(member.key, known));
      continue;
    }
    if (member.key.starts_with("switches.")) {
      const auto* point = message::find_switch(std::string_view(member.key).substr(9));
      auto& behaviour = world.switches.*(point->member);
      read_enum(at, words::kBehaviours, behaviour);
      if (!point->offers(behaviour)) at.refuse("\"corrected\": " + std::string(point->no_reference));
      continue;
    }
    const auto info = std::find_if(all_parameters().begin(), all_parameters().end(),
                                   [&](const ParameterInfo& p) { return p.name == member.key; });
    Parameter parameter{member.key, 0};
    if (info->kind == ParameterKind::duration) {
      Duration value;
      if (read_positive(at, value)) parameter.value = value.ns;
    } else if (info->kind == ParameterKind::bytes) {
      Size value;
      if (read(at, value)) parameter.value = static_cast<std::int64_t>(value.bytes);
    } else {
      std::uint64_t value = 0;
      if (read(at, value, 1, 1'000'000'000)) parameter.value = static_cast<std::int64_t>(value);
    }
    world.parameters.push_back(std::move(parameter));
  }
  std::sort(world.parameters.begin(), world.parameters.end(),
            [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  node::Limits limits;
  node::Intervals intervals;
  apply_parameters(world.parameters, limits, intervals);
  for (std::string& each : node::contradictions(limits, intervals)) {
    place.reading.findings.add(place.pointer, std::move(each));
  }
}

void parse_regions(const Place& place, Regions& regions) {
  if (place.json.text() != nullptr) {
    const auto tables = region_tables();
    std::size_t position = 0;
    if (read_word(place, tables, position)) regions = *find_region_table(tables[position]);
    return;
  }
  ObjectReader reader(place);
  regions = {};
  const auto names = reader.require("names", "a list of region names");
  const auto rows = reader.require("round_trip", "rows of round-trip times");
  reader.done();
  if (!names || !rows) return;
  each_item(*names, kRegionsMax, [&](const Place& at) {
    std::string name;
    if (read_name(at, name)) regions.names.push_back(std::move(name));
  });
  const std::size_t n = regions.names.size();
  const auto* items = rows->json.items();
  if (n == 0 || items == nullptr || items->size() != n) {
    rows->refuse("one row per region: the times to itself and to each region after it");
    return;
  }
  regions.round_trip.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    const Place row = rows->item(i);
    if (row.json.items() == nullptr || row.json.items()->size() != n - i) {
      row.refuse("a list of " + std::to_string(n - i) + " times");
      continue;
    }
    for (std::size_t j = i; j < n; ++j) {
      Duration time;
      read_latency(row.item(j - i), time);
      regions.round_trip[i * n + j] = regions.round_trip[j * n + i] = time;
    }
  }
}

void parse_roads(const Place& place, Roads& roads) {
  ObjectReader reader(place);
  reader.read_if("gossip", roads.gossip);
  reader.read_if("reconciliation", roads.reconciliation);
  reader.read_if("chain", roads.chain);
  reader.read_if("content_store", roads.content_store);
  reader.done();
}

void drop_if_unused(World& world, std::vector<Hardware>::iterator machine) {
  const auto position = static_cast<std::uint32_t>(machine - world.hardware.begin());
  const auto uses = [&](const Group& group) { return group.hardware == position; };
  if (std::any_of(world.groups.begin(), world.groups.end(), uses)) return;
  world.hardware.erase(machine);
  for (Group& group : world.groups) {
    if (group.hardware > position) --group.hardware;
  }
}

}  // namespace

void parse_world(const Place& place, World& world) {
  ObjectReader reader(place);
  world.regions = *find_region_table("internet-2019");
  if (const auto at = reader.get("regions")) parse_regions(*at, world.regions);
  if (const auto at = reader.get("hardware")) {
    if (at->json.members() == nullptr || at->json.members()->size() > kHardwareMax) {
      at->refuse("an object of machines by name");
    } else {
      for (const auto& member : *at->json.members()) {
        world.hardware.push_back(parse_machine(at->member(member), member.key));
      }
    }
  }
  const auto is_default = [](const Hardware& machine) { return machine.name == "default"; };
  const bool named = std::any_of(world.hardware.begin(), world.hardware.end(), is_default);
  if (!named) world.hardware.push_back(default_hardware());
  if (const auto at = reader.require("groups", "a list of groups of nodes")) {
    const Json* machines = place.json.find("hardware");
    const bool machine_needed =
        machines != nullptr && machines->members() != nullptr && machines->members()->size() > 1;
    each_item(*at, kGroupsMax,
              [&](const Place& item) { parse_group(item, world, machine_needed, world.groups.emplace_back()); });
    if (world.groups.empty()) at->refuse("at least one group");
  }
  // Only machines that somebody uses, or that the file names, are part of the resolved scenario.
  if (!named) drop_if_unused(world, std::find_if(world.hardware.begin(), world.hardware.end(), is_default));
  std::uint64_t nodes = 0;
  for (const Group& group : world.groups) nodes += group.count;
  if (nodes > kNodesMax)
    place.reading.findings.expected(place.pointer + "/groups", "at most 1,000,000 nodes", std::to_string(nodes));
  world.topology.degree = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(nodes, 2, 9) - 1);
  if (const auto at = reader.get("topology")) parse_topology(*at, world.topology, static_cast<std::uint32_t>(nodes));
  if (const auto at = reader.get("chains")) {
    each_item(*at, kChainsMax, [&](const Place& item) { parse_chain(item, world.chains.emplace_back()); });
  }
  if (has_only_light_nodes(world)) world.roads = {.reconciliation = false, .chain = false, .content_store = false};
  if (const auto at = reader.get("roads")) parse_roads(*at, world.roads);
  if (const auto at = reader.get("parameters")) parse_parameters(*at, world);
  reader.done();
}

}  // namespace lastmile::scenario
