// The scenario with every default filled, and its digest.
#include <fmt/core.h>

#include <cmath>

#include "core/crypto/hash.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/model/machines.hpp"
#include "scenarios/engine/model/parameters.hpp"
#include "scenarios/engine/model/selectors_of.hpp"
#include "scenarios/engine/text/input_file.hpp"

namespace lastmile::scenario {
namespace {

Json selector_json(const Selector& selector) {
  if (selector.terms.size() == 1) return Json(term_text(selector.terms[0]));
  Json list = Json::list();
  for (const auto& term : selector.terms) list.push(Json(term_text(term)));
  return list;
}

Json between_json(const std::array<Selector, 2>& between) {
  return Json::list({selector_json(between[0]), selector_json(between[1])});
}

Json when_json(const When& when) {
  if (const auto* moment = std::get_if<Moment>(&when)) return Json(moment_text(*moment));
  Json out = Json::object();
  const auto window = [&](const auto& repeated) {
    if (repeated.from) out.set("from", moment_text(*repeated.from));
    if (repeated.until) out.set("until", moment_text(*repeated.until));
  };
  if (const auto* every = std::get_if<Every>(&when)) {
    out.set("every", duration_text(every->interval));
    window(*every);
  } else if (const auto* rate = std::get_if<Poisson>(&when)) {
    out.set("rate", rate_text(rate->rate));
    window(*rate);
  } else if (const auto* on = std::get_if<OnEvent>(&when)) {
    out.set("on", event_text(on->event)).set("count", Json::unsigned_integer(on->count));
    out.set("after", duration_text(on->after));
  }
  return out;
}

Json regions_json(const Regions& regions) {
  if (!regions.table.empty()) return Json(regions.table);
  Json names = Json::list();
  Json rows = Json::list();
  for (std::size_t i = 0; i < regions.names.size(); ++i) {
    names.push(regions.names[i]);
    Json row = Json::list();
    for (std::size_t j = i; j < regions.names.size(); ++j) row.push(duration_text(regions.between(i, j)));
    rows.push(std::move(row));
  }
  return Json::object().set("names", std::move(names)).set("round_trip", std::move(rows));
}

Json group_json(const Group& group, const World& world) {
  Json out = Json::object();
  out.set("name", group.name).set("role", role_text(group.role)).set("count", Json::unsigned_integer(group.count));
  if (group.regions.size() == 1) {
    out.set("region", world.regions.names[group.regions[0].region]);
  } else {
    Json shares = Json::object();
    for (const auto& share : group.regions) shares.set(world.regions.names[share.region], share_text(share.share));
    out.set("region", std::move(shares));
  }
  out.set("hardware", world.hardware[group.hardware].name).set("fidelity", fidelity_text(group.fidelity));
  out.set("clock",
          Json::object().set("offset", law_json(group.clock_offset)).set("drift", law_json(group.clock_drift)));
  if (group.start) out.set("start", moment_text(*group.start));
  return out;
}

Json topology_json(const Topology& topology) {
  Json out = Json::object();
  out.set("kind", topology_text(topology.kind));
  if (topology.kind != TopologyKind::full) out.set("degree", Json::unsigned_integer(topology.degree));
  if (topology.kind == TopologyKind::small_world) out.set("rewire", share_text(topology.rewire));
  if (topology.kind == TopologyKind::by_region) out.set("across", Json::unsigned_integer(topology.across));
  return out;
}

Json parameters_json(const World& world) {
  Json out = Json::object();
  for (const Parameter& parameter : world.parameters) {
    for (const ParameterInfo& info : all_parameters()) {
      if (info.name != parameter.name) continue;
      switch (info.kind) {
        case ParameterKind::count:
          out.set(parameter.name, Json::integer(parameter.value));
          break;
        case ParameterKind::bytes:
          out.set(parameter.name, size_text({static_cast<std::uint64_t>(parameter.value)}));
          break;
        case ParameterKind::duration:
          out.set(parameter.name, duration_text({parameter.value}));
          break;
      }
    }
  }
  for (const auto& point : message::all_switches()) {
    out.set("switches." + std::string(point.name), message::behaviour_text(world.switches.*(point.member)));
  }
  return out;
}

Json world_json(const World& world) {
  Json out = Json::object();
  out.set("regions", regions_json(world.regions));
  Json hardware = Json::object();
  for (const Hardware& machine : world.hardware) hardware.set(machine.name, machine_json(machine));
  out.set("hardware", std::move(hardware));
  Json groups = Json::list();
  for (const Group& group : world.groups) groups.push(group_json(group, world));
  out.set("groups", std::move(groups)).set("topology", topology_json(world.topology));
  Json chains = Json::list();
  for (const ChainSpec& chain : world.chains) {
    Json c = Json::object();
    c.set("name", chain.name).set("kind", chain.kind).set("code", crypto::chain_text(chain.code));
    c.set("block_time", law_json(chain.block_time));
    c.set("finality_blocks", Json::unsigned_integer(chain.finality_blocks));
    c.set("archive_every", duration_text(chain.archive_every)).set("synchronizers", selector_json(chain.synchronizers));
    c.set("fee", amount_text(chain.fee));
    chains.push(std::move(c));
  }
  out.set("chains", std::move(chains));
  out.set("roads", Json::object()
                       .set("gossip", world.roads.gossip)
                       .set("reconciliation", world.roads.reconciliation)
                       .set("chain", world.roads.chain)
                       .set("content_store", world.roads.content_store));
  out.set("parameters", parameters_json(world));
  return out;
}

Json traffic_json(const TrafficSpec& traffic) {
  Json out = Json::object();
  out.set("name", traffic.name).set("into", selector_json(traffic.into)).set("rate", rate_text(traffic.rate));
  out.set("arrival", arrival_text(traffic.arrival));
  if (traffic.arrival == Arrival::burst) out.set("burst_size", Json::unsigned_integer(traffic.burst_size));
  out.set("from", moment_text(traffic.from)).set("until", moment_text(traffic.until));
  if (!traffic.file.empty()) return out.set("file", traffic.file);
  Json chains = Json::object();
  for (const auto& [chain, share] : traffic.chains) chains.set(crypto::chain_text(chain), share_text(share));
  out.set("accounts",
          Json::object().set("count", Json::unsigned_integer(traffic.accounts)).set("chains", std::move(chains)));
  Json types = Json::object();
  for (const auto& [type, share] : traffic.types) types.set(message::type_text(type), share_text(share));
  out.set("types", std::move(types)).set("amends", share_text(traffic.amends));
  out.set("aggregate_keys", Json::unsigned_integer(traffic.aggregate_keys)).set("size", law_json(traffic.size));
  out.set("files", Json::object().set("size", law_json(traffic.file_size)).set("share", share_text(traffic.new_files)));
  if (traffic.delegation) {
    out.set("delegation", Json::object()
                              .set("elements", share_text(traffic.delegation->elements))
                              .set("revocations", share_text(traffic.delegation->revocations))
                              .set("messages", share_text(traffic.delegation->messages)));
  }
  return out;
}

template <class List, class Write>
Json list_json(const List& list, const Write& write) {
  Json out = Json::list();
  for (const auto& item : list) out.push(write(item));
  return out;
}

struct FaultWriter {
  Json& out;
  void operator()(const PartitionFault& f) const {
    out.set("between", between_json(f.between)).set("direction", direction_text(f.direction));
    out.set("mode", cut_mode_text(f.mode));
    if (f.mode == CutMode::stall) out.set("leak", share_text(f.leak));
    out.set("islands", Json::list({Json(f.islands[0]), Json(f.islands[1])}));
  }
  void operator()(const LinkFault& f) const {
    out.set("between", between_json(f.between)).set("direction", direction_text(f.direction));
    out.set("latency_add", duration_text(f.latency_add));
    out.set("latency_factor", Json::real(static_cast<double>(f.latency_factor) / 1e9));
    out.set("jitter", duration_text(f.jitter)).set("bandwidth", bandwidth_text(f.bandwidth));
    out.set("loss", share_text(f.loss)).set("duplicate", share_text(f.duplicate));
    out.set("reorder", share_text(f.reorder)).set("corrupt", share_text(f.corrupt));
  }
  void operator()(const HoldFault& f) const {
    out.set("between", between_json(f.between)).set("direction", direction_text(f.direction));
  }
  void operator()(const CrashFault& f) const {
    out.set("who", selector_json(f.who)).set("disk", disk_fate_text(f.disk));
    if (f.never) out.set("restart_after", "never");
    if (f.restart_after) out.set("restart_after", law_json(*f.restart_after));
  }
  void operator()(const PauseFault& f) const { out.set("who", selector_json(f.who)); }
  void operator()(const ChurnFault& f) const {
    out.set("who", selector_json(f.who)).set("session", law_json(f.session)).set("absence", law_json(f.absence));
    out.set("disk", disk_fate_text(f.disk));
  }
  void operator()(const ClockFault& f) const {
    out.set("who", selector_json(f.who)).set("offset", duration_text(f.offset));
    out.set("drift", drift_text(f.drift)).set("step", duration_text(f.step));
  }
  void operator()(const DiskFault& f) const {
    out.set("who", selector_json(f.who)).set("mode", disk_trouble_text(f.mode)).set("amount", share_text(f.amount));
  }
  void operator()(const ChainFault& f) const {
    out.set("chain", f.chain).set("mode", chain_trouble_text(f.mode));
    if (f.mode == ChainTrouble::reorg) out.set("depth", Json::unsigned_integer(f.depth));
    if (f.mode == ChainTrouble::delay) out.set("delay", duration_text(f.delay));
    if (f.mode != ChainTrouble::reorg) out.set("who", selector_json(f.who));
  }
  void operator()(const RarePathFault& f) const {
    Json paths = Json::list();
    for (const env::RarePath path : f.paths) paths.push(rare_path_text(path));
    out.set("who", selector_json(f.who)).set("paths", std::move(paths)).set("share", share_text(f.share));
  }
};

Json fault_json(const Fault& fault) {
  Json out = Json::object();
  out.set("name", fault.name).set("kind", fault.kind()).set("from", when_json(fault.from));
  if (fault.until) out.set("until", moment_text(*fault.until));
  if (fault.length) out.set("for", duration_text(*fault.length));
  std::visit(FaultWriter{out}, fault.body);
  return out;
}

struct AdversaryWriter {
  Json& out;
  void operator()(const Flooder& a) const {
    out.set("rate", rate_text(a.rate)).set("what", list_json(a.what, [](Flood f) { return Json(flood_text(f)); }));
  }
  void operator()(const Replayer& a) const { out.set("rate", rate_text(a.rate)); }
  void operator()(const Eclipser& a) const {
    out.set("against", selector_json(a.against)).set("rate", rate_text(a.rate));
  }
  void operator()(const Withholder&) const {}
  void operator()(const Equivocator& a) const { out.set("rate", rate_text(a.rate)); }
  void operator()(const Liar& a) const {
    out.set("rate", rate_text(a.rate)).set("what", list_json(a.what, [](Lie lie) { return Json(lie_text(lie)); }));
  }
};

Json adversary_json(const Adversary& adversary) {
  Json out = Json::object();
  out.set("name", adversary.name).set("kind", adversary.kind()).set("who", selector_json(adversary.who));
  out.set("from", moment_text(adversary.from)).set("until", moment_text(adversary.until));
  std::visit(AdversaryWriter{out}, adversary.body);
  return out;
}

Json bound_json(const Check& check, double value) {
  const MeasureInfo* info = find_measure(check.of);
  const auto unit = check.stat == Stat::count ? MeasureUnit::count : info->unit;
  switch (unit) {
    case MeasureUnit::seconds:
      return Json(duration_text({std::llround(value * 1e9)}));
    case MeasureUnit::bytes:
      return Json(size_text({static_cast<std::uint64_t>(std::llround(value))}));
    case MeasureUnit::share:
      return Json(share_text({static_cast<std::uint32_t>(std::llround(value * 1e9))}));
    default:
      return Json::real(value);
  }
}

Json check_json(const Check& check) {
  Json out = Json::object();
  out.set("name", check_text(check.name));
  if (!check.between[0].terms.empty()) out.set("between", between_json(check.between));
  if (!check.during.empty()) out.set("during", check.during);
  if (check.within) out.set("within", duration_text(*check.within));
  if (!check.chains.empty()) {
    Json chains = Json::list();
    for (const auto& name : check.chains) chains.push(name);
    out.set("chains", std::move(chains));
  }
  if (check.name == CheckName::backlog_drained) out.set("at_most", Json::unsigned_integer(check.backlog_at_most));
  if (check.name == CheckName::measure) {
    out.set("of", check.of).set("stat", stat_text(check.stat));
    if (check.at_most) out.set("at_most", bound_json(check, *check.at_most));
    if (check.at_least) out.set("at_least", bound_json(check, *check.at_least));
  }
  return out;
}

Json registry_json(const RegistrySpec& registry) {
  Json out = Json::object();
  out.set("rules", registry.rules);
  if (!registry.chain.empty()) out.set("chain", registry.chain);
  out.set("operators", Json::unsigned_integer(registry.operators));
  out.set("resource_nodes", Json::unsigned_integer(registry.resource_nodes));
  out.set("stakers", Json::unsigned_integer(registry.stakers));
  out.set("scores_every", duration_text(registry.scores_every)).set("pool", amount_text(registry.pool));
  return out.set("at", moment_text(registry.at)).set("into", selector_json(registry.into));
}

Json economy_json(const Economy& economy) {
  Json out = Json::object();
  out.set("preset", economy.preset).set("overrides", economy.overrides);
  out.set(
      "balances", list_json(economy.balances, [](const BalanceSpec& balance) {
        Json entry = Json::object();
        entry.set("of", balance.of).set("share", share_text(balance.share)).set("amount", amount_text(balance.amount));
        return entry.set("at", moment_text(balance.at)).set("into", selector_json(balance.into));
      }));
  if (economy.registry) out.set("registry", registry_json(*economy.registry));
  if (economy.interval) out.set("interval", duration_text(*economy.interval));
  return out;
}

Json sweep_json(const Sweep& sweep) {
  Json points = Json::object();
  for (const auto& point : sweep.points) points.set(point.pointer, point.values);
  Json out = Json::object();
  out.set("points", std::move(points)).set("design", design_text(sweep.design));
  out.set("replicates", Json::unsigned_integer(sweep.replicates));
  if (sweep.stop) {
    out.set("stop", Json::object()
                        .set("metric", sweep.stop->metric)
                        .set("half_width", Json::real(sweep.stop->half_width))
                        .set("cap", Json::unsigned_integer(sweep.stop->cap)));
  }
  return out;
}

}  // namespace

Json resolved(const Scenario& s) {
  Json out = Json::object();
  out.set("format", Json::integer(Scenario::kFormat)).set("name", s.name).set("question", s.question);
  if (!s.expectation.empty()) out.set("expectation", s.expectation);
  if (!s.description.empty()) out.set("description", s.description);
  out.set("expected_cost",
          Json::object().set("cpu", duration_text(s.expected_cpu)).set("memory", size_text(s.expected_memory)));
  out.set("tags", list_json(s.tags, [](const std::string& tag) { return Json(tag); }));
  out.set("seed", Json::unsigned_integer(s.seed));
  out.set("crypto", crypto_text(s.crypto)).set("network", network_text(s.network)).set("record", record_text(s.record));
  out.set("worlds", list_json(s.worlds, [](WorldKind world) { return Json(world_text(world)); }));
  Json phases = Json::object();
  for (std::size_t i = 0; i < kPhaseCount; ++i) phases.set(kPhaseNames[i], duration_text(s.phases.length[i]));
  out.set("phases", std::move(phases)).set("world", world_json(s.world));
  out.set("traffic", list_json(s.traffic, traffic_json)).set("faults", list_json(s.faults, fault_json));
  out.set("adversaries", list_json(s.adversaries, adversary_json));
  if (s.economy) out.set("economy", economy_json(*s.economy));
  out.set("checks", list_json(s.checks, check_json));
  out.set("measures", list_json(s.measures, [](const std::string& name) { return Json(name); }));
  Json limits = Json::object();
  if (s.limits.wall_time) limits.set("wall_time", duration_text(*s.limits.wall_time));
  if (s.limits.memory) limits.set("memory", size_text(*s.limits.memory));
  if (s.limits.events) limits.set("events", Json::unsigned_integer(*s.limits.events));
  out.set("limits", std::move(limits));
  if (s.sweep) out.set("sweep", sweep_json(*s.sweep));
  return out;
}

Hash256 scenario_digest(const Scenario& scenario) {
  Scenario bare = scenario;
  bare.seed = 0;
  bare.question.clear();
  bare.expectation.clear();
  bare.description.clear();
  bare.expected_cpu = {};
  bare.expected_memory = {};
  bare.tags.clear();
  bare.sweep.reset();
  // What a replayed file holds, not where it lies: a run folder has a copy of its own.
  for (TrafficSpec& traffic : bare.traffic) {
    if (traffic.file.empty()) continue;
    const auto opened = open_input(traffic.file);
    if (!opened.ok()) continue;
    std::istream& file = **opened;
    crypto::Sha256 hash;
    std::string block(1 << 16, '\0');
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0) {
      hash.add(std::string_view(block).substr(0, static_cast<std::size_t>(file.gcount())));
    }
    traffic.file = hash.finish().hex();
  }
  return crypto::sha256(compact(resolved(bare)));
}

}  // namespace lastmile::scenario
