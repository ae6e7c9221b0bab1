#include "sim/run/convert.hpp"

#include <algorithm>
#include <string_view>

#include "scenarios/engine/model/parameters.hpp"
#include "scenarios/engine/overlay/first_overlay.hpp"
#include "scenarios/engine/traffic/account_ranges.hpp"
#include "scenarios/engine/traffic/balance_oracle.hpp"
#include "scenarios/engine/traffic/registry_author.hpp"

namespace lastmile::sim {
namespace {

Hardware hardware(const scenario::Hardware& from) {
  Hardware to;
  to.uplink_bits = from.uplink.bits_per_second;
  to.downlink_bits = from.downlink.bits_per_second;
  to.cores = from.cores;
  to.disk_read_bytes = from.disk_read.bytes;
  to.disk_write_bytes = from.disk_write.bytes;
  to.disk_sync = from.disk_sync;
  to.disk_seek = from.disk_seek;
  to.disk_size = from.disk_size.bytes;
  to.idle_milliwatts = from.idle_power.milliwatts;
  to.busy_milliwatts = from.busy_power.milliwatts;
  return to;
}

RegionDelays region_delays(const scenario::Regions& regions) {
  RegionDelays delays;
  delays.count = static_cast<std::uint32_t>(regions.names.size());
  delays.delay.clear();
  for (const Duration round_trip : regions.round_trip) delays.delay.push_back(round_trip / 2);
  return delays;
}

// Synchronization nodes sign heads; in a world without chains all full nodes are ones.
std::optional<crypto::Account> head_signer(const scenario::Scenario& scenario, const scenario::NodeTable& nodes,
                                           scenario::Node node) {
  if (nodes[node].light || (!scenario.world.chains.empty() && nodes[node].chains.empty())) return std::nullopt;
  return crypto::Account::derive(crypto::Chain::SOL, scenario.seed, scenario::kHeadSignerAccounts + node);
}

// Whether somebody looks at what machines draw, and one of them says so.
bool counts_energy(const scenario::Scenario& scenario) {
  static constexpr std::string_view kName = "energy_wh";
  const auto draws = [](const scenario::Hardware& machine) { return machine.busy_power.milliwatts > 0; };
  const auto looks = [](const scenario::Check& check) { return check.of == kName; };
  return std::any_of(scenario.world.hardware.begin(), scenario.world.hardware.end(), draws) &&
         (scenario::measure_wanted(scenario.measures, kName) ||
          std::any_of(scenario.checks.begin(), scenario.checks.end(), looks));
}

}  // namespace

EngineConfig engine_config(const scenario::Scenario& scenario) {
  EngineConfig config;
  config.seed = scenario.seed;
  config.level = scenario.network == scenario::NetworkLevel::delay    ? NetworkLevel::delay
                 : scenario.network == scenario::NetworkLevel::access ? NetworkLevel::access
                                                                      : NetworkLevel::flow;
  config.crypto = scenario.crypto == scenario::CryptoMode::real ? CryptoMode::real : CryptoMode::cached;
  config.epoch = scenario::kRunEpoch;
  config.regions = region_delays(scenario.world.regions);
  config.energy = counts_energy(scenario);
  return config;
}

WorldSpec world_spec(const scenario::Scenario& scenario, const scenario::NodeTable& nodes) {
  WorldSpec spec;
  spec.seed = scenario.seed;
  spec.regions = region_delays(scenario.world.regions);
  scenario::Node next = 0;
  for (const scenario::Group& group : scenario.world.groups) {
    GroupSpec to;
    to.name = group.name;
    to.count = group.count;
    to.has_disks = group.fidelity == scenario::Fidelity::full;
    for (const scenario::Node end = next + group.count; next < end; ++next) to.regions.push_back(nodes[next].region);
    const scenario::Hardware& machine = scenario.world.hardware[group.hardware];
    to.hardware = hardware(machine);
    to.access_latency = [law = machine.access_latency](Generator& draws) { return scenario::draw_latency(law, draws); };
    to.clock = [offset = group.clock_offset, drift = group.clock_drift](Generator& draws) {
      return ClockLaw{Duration{offset.draw(draws)}, drift.draw(draws)};
    };
    spec.groups.push_back(std::move(to));
  }
  spec.topology = scenario.world.topology;
  return spec;
}

ChainConfig chain_config(const scenario::ChainSpec& chain) {
  ChainConfig config;
  config.name = chain.name;
  config.block_time = [law = chain.block_time](Generator& draws) { return Duration{law.draw(draws)}; };
  config.finality_blocks = chain.finality_blocks;
  return config;
}

node::NodeConfig shared_node_config(const scenario::Scenario& scenario) {
  node::NodeConfig config;
  const scenario::Roads& roads = scenario.world.roads;
  config.roads = {roads.gossip, roads.reconciliation, roads.chain, roads.content_store};
  scenario::apply_parameters(scenario.world.parameters, config.limits, config.intervals);
  config.store.limits.waiting_messages = config.limits.waiting_messages;
  config.switches = scenario.world.switches;
  config.store.switches = scenario.world.switches;
  config.store.charge = scenario.economy.has_value();
  if (scenario.economy) {
    const scenario::EconomyRules rules = scenario::economy_rules(*scenario.economy);
    config.store.payment_rules = rules.payment;
    config.store.account_rules = rules.account;
    config.store.well_known.balances = {scenario::BalanceOracle::account(scenario.seed).address()};
    config.rewards = scenario::reward_config(scenario);
  }
  config.store.query_indexes = true;
  node::use_default_gossip(config);
  config.message_numbers = std::make_shared<gossip::MessageNumbers>(scenario.seed);
  // What is the same on every node is done once, signatures and reading; or by each, to see that it is the same.
  if (scenario.crypto == scenario::CryptoMode::cached) config.parses = std::make_shared<node::ParseCache>();
  return config;
}

std::shared_ptr<const std::set<std::string, std::less<>>> head_signers(const scenario::Scenario& scenario,
                                                                       const scenario::NodeTable& nodes) {
  std::set<std::string, std::less<>> signers;
  for (scenario::Node node = 0; node < nodes.size(); ++node) {
    if (const auto signer = head_signer(scenario, nodes, node)) signers.insert(signer->address());
  }
  return std::make_shared<const std::set<std::string, std::less<>>>(std::move(signers));
}

std::vector<std::string> dialled(const scenario::NodeTable& nodes, const scenario::Graph& overlay,
                                 scenario::Node node) {
  std::vector<std::string> peers;
  for (const scenario::Node other : scenario::dials(overlay, node)) peers.push_back(nodes[other].name);
  return peers;
}

node::NodeConfig node_config(const node::NodeConfig& shared, const scenario::Scenario& scenario,
                             const scenario::NodeTable& nodes, const scenario::Graph& overlay, scenario::Node node) {
  node::NodeConfig config = shared;
  config.peers = dialled(nodes, overlay, node);
  for (std::uint32_t i = 0; i < scenario.world.chains.size(); ++i) {
    const scenario::ChainSpec& chain = scenario.world.chains[i];
    node::FollowedChain followed;
    followed.name = chain.name;
    followed.code = crypto::chain_text(chain.code);
    followed.archive_every = chain.archive_every;
    const auto& of = nodes[node].chains;
    followed.synchronizer = std::find(of.begin(), of.end(), i) != of.end();
    for (scenario::Node other = 0; other < nodes.size(); ++other) {
      const auto& theirs = nodes[other].chains;
      if (std::find(theirs.begin(), theirs.end(), i) == theirs.end()) continue;
      followed.emitters.push_back(Chain::address_of(chain.name, nodes[other].name));
    }
    config.chains.push_back(std::move(followed));
  }
  config.head_signer = head_signer(scenario, nodes, node);
  return config;
}

}  // namespace lastmile::sim
