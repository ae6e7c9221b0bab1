#include "scenarios/engine/model/abilities.hpp"

#include <algorithm>
#include <limits>

#include "scenarios/engine/model/light.hpp"
#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/selectors_of.hpp"
#include "scenarios/engine/model/words.hpp"

namespace lastmile::scenario {
namespace {

class Refuser {
 public:
  Refuser(const Scenario& scenario, const Abilities& abilities, Findings& findings)
      : s_(scenario), a_(abilities), findings_(findings) {}

  void run() {
    head();
    world();
    for (std::size_t i = 0; i < s_.faults.size(); ++i) fault("/faults/" + std::to_string(i), s_.faults[i]);
    for (std::size_t i = 0; i < s_.adversaries.size(); ++i) {
      const auto kind = s_.adversaries[i].kind();
      if (!a_.adversaries.contains(kind)) no("/adversaries/" + std::to_string(i) + "/kind", in_quotes(kind));
    }
    if (s_.economy) economy(*s_.economy);
    if (s_.sweep) no("/sweep", "a sweep: a run is of one point");
    if (a_.light_nodes) refuse_of_light_nodes(s_, findings_);
    selectors();
    for (std::size_t i = 0; i < s_.checks.size(); ++i) {
      const auto name = check_text(s_.checks[i].name);
      if (!a_.checks.contains(name)) no("/checks/" + std::to_string(i) + "/name", in_quotes(name));
      if (s_.checks[i].name == CheckName::measure) measure("/checks/" + std::to_string(i) + "/of", s_.checks[i].of);
    }
    // All of them is what a file gets that names none: those that the world has.
    if (s_.measures != default_measures()) {
      for (std::size_t i = 0; i < s_.measures.size(); ++i) measure("/measures/" + std::to_string(i), s_.measures[i]);
    }
  }

 private:
  void no(std::string pointer, std::string_view what) {
    findings_.expected(std::move(pointer),
                       "what the " + std::string(a_.world == WorldKind::sim ? "simulated" : "real") + " world can do",
                       std::string(what) + ", which it cannot do yet");
  }

  void measure(std::string pointer, const std::string& name) {
    const bool is_missing = a_.no_measures.contains(name) || a_.no_measures.contains(name.substr(0, name.find('.')));
    if (is_missing) no(std::move(pointer), "the measure " + in_quotes(name));
  }

  void head() {
    if (!s_.runs_in(a_.world)) {
      std::string list;
      for (const WorldKind world : s_.worlds) list += (list.empty() ? "" : ", ") + in_quotes(world_text(world));
      findings_.expected("/worlds", in_quotes(world_text(a_.world)) + " in this list", list);
    }
    if (!a_.networks.contains(s_.network)) no("/network", in_quotes(network_text(s_.network)));
    if (!a_.crypto.contains(s_.crypto)) no("/crypto", in_quotes(crypto_text(s_.crypto)));
  }

  void world() {
    if (!s_.world.chains.empty() && !a_.chains) no("/world/chains", "public chains");
    for (std::size_t i = 0; a_.chains && i < s_.world.chains.size(); ++i) {
      const ChainSpec& chain = s_.world.chains[i];
      const std::string pointer = "/world/chains/" + std::to_string(i);
      if (!a_.chain_kinds.contains(chain.kind)) no(pointer + "/kind", "a chain of the kind " + in_quotes(chain.kind));
      if (chain.finality_blocks < a_.finality_blocks_least || chain.finality_blocks > a_.finality_blocks_most) {
        no(pointer + "/finality_blocks", std::to_string(chain.finality_blocks) + " blocks");
      }
    }
    if (!a_.parameters) {
      if (!s_.world.parameters.empty() || !(s_.world.switches == message::Switches{})) {
        no("/world/parameters", "other parameters of a node");
      }
    }
    for (std::size_t i = 0; i < s_.world.groups.size(); ++i) {
      const Group& group = s_.world.groups[i];
      const std::string pointer = "/world/groups/" + std::to_string(i);
      if (group.role != Role::core && !a_.other_roles) no(pointer + "/role", in_quotes(role_text(group.role)));
      if (group.fidelity == Fidelity::light && !a_.light_nodes) no(pointer + "/fidelity", "\"light\"");
      if (group.start && !a_.late_groups) no(pointer + "/start", "a group that starts later");
      const Law none_offset = Law::fixed_at(Unit::signed_duration, 0);
      const Law none_drift = Law::fixed_at(Unit::drift, 0);
      if (!a_.clocks && (!(group.clock_offset == none_offset) || !(group.clock_drift == none_drift))) {
        no(pointer + "/clock", "clocks that are off");
      }
    }
  }

  void economy(const Economy& economy) {
    if (a_.economies.empty()) return no("/economy", "an economy");
    if (!a_.economies.contains(economy.preset)) no("/economy/preset", "the preset " + in_quotes(economy.preset));
  }

  // Nodes own nothing as long as nobody rewards them.
  void selectors() {
    each_selector(s_, [&](const SelectorUse& use) {
      for (const auto& term : use.selector.terms) {
        for (const Atom& atom : term) {
          if (atom.kind == AtomKind::richest) no(use.pointer, in_quotes(atom_text(atom)));
        }
      }
    });
  }

  void need(const std::string& pointer, bool used, std::string_view ability, std::string_view what) {
    if (used && !a_.faults.contains(ability)) no(pointer, what);
  }

  void fault(const std::string& pointer, const Fault& f) {
    if (!a_.faults.contains(f.kind())) {
      no(pointer + "/kind", in_quotes(f.kind()));
      return;
    }
    if (const auto* cut = std::get_if<PartitionFault>(&f.body)) {
      need(pointer + "/leak", cut->leak.parts > 0, "partition.leak", "a cut that leaks");
    } else if (const auto* link = std::get_if<LinkFault>(&f.body)) {
      const bool latency = link->latency_add.ns != 0 || link->latency_factor != kWhole;
      need(pointer, latency, "link.latency", "slower links");
      need(pointer + "/jitter", link->jitter.ns != 0, "link.jitter", "jitter");
      need(pointer + "/bandwidth", link->bandwidth.bits_per_second != 0, "link.bandwidth", "less bandwidth");
      need(pointer + "/loss", link->loss.parts > 0, "link.loss", "loss");
      need(pointer + "/duplicate", link->duplicate.parts > 0, "link.duplicate", "duplicates");
      need(pointer + "/reorder", link->reorder.parts > 0, "link.reorder", "reordering");
      need(pointer + "/corrupt", link->corrupt.parts > 0, "link.corrupt", "corruption");
    } else if (const auto* crash = std::get_if<CrashFault>(&f.body)) {
      disk(pointer, "crash", crash->disk);
    } else if (const auto* churn = std::get_if<ChurnFault>(&f.body)) {
      disk(pointer, "churn", churn->disk);
    } else if (const auto* chain = std::get_if<ChainFault>(&f.body)) {
      const auto mode = chain_trouble_text(chain->mode);
      need(pointer + "/mode", true, "chain." + std::string(mode), in_quotes(mode));
    } else if (const auto* trouble = std::get_if<DiskFault>(&f.body)) {
      const auto mode = disk_trouble_text(trouble->mode);
      need(pointer + "/mode", true, "disk." + std::string(mode), in_quotes(mode));
    }
  }

  void disk(const std::string& pointer, std::string_view kind, DiskFate fate) {
    const auto text = disk_fate_text(fate);
    need(pointer + "/disk", true, std::string(kind) + "." + std::string(text), "a disk that is " + in_quotes(text));
  }

  const Scenario& s_;
  const Abilities& a_;
  Findings& findings_;
};

std::set<std::string, std::less<>> watched_checks() { return {words::kChecks.begin(), words::kChecks.end()}; }

}  // namespace

Abilities simulator_abilities() {
  Abilities a;
  a.world = WorldKind::sim;
  a.faults = {"partition",   "partition.leak", "link",         "link.latency", "link.jitter",  "link.bandwidth",
              "link.loss",   "link.duplicate", "link.reorder", "hold",         "crash",        "crash.kept",
              "crash.torn",  "crash.lost",     "pause",        "chain",        "chain.outage", "chain.reorg",
              "chain.delay", "churn",          "churn.kept",   "churn.torn",   "churn.lost",   "clock",
              "disk",        "disk.slow",      "disk.full",    "disk.corrupt", "rare_path"};
  a.checks = watched_checks();
  a.adversaries = {words::kAdversaries.begin(), words::kAdversaries.end()};
  a.no_measures = {"node_memory_bytes"};
  a.economies = {std::string(kPricesPreset)};
  a.networks = {NetworkLevel::delay, NetworkLevel::access, NetworkLevel::flow};
  a.crypto = {CryptoMode::cached, CryptoMode::real};
  a.light_nodes = true;
  a.chains = true;
  a.chain_kinds = {words::kChainKinds.begin(), words::kChainKinds.end()};
  a.finality_blocks_most = std::numeric_limits<std::uint64_t>::max();
  a.parameters = true;
  a.clocks = true;
  a.late_groups = true;
  return a;
}

Abilities real_abilities() {
  Abilities a;
  a.world = WorldKind::real;
  a.faults = {"partition",  "link",       "link.latency", "link.jitter",  "link.bandwidth", "link.corrupt",
              "hold",       "crash",      "crash.kept",   "crash.lost",   "pause",          "churn",
              "churn.kept", "churn.lost", "chain",        "chain.outage", "chain.reorg",    "chain.delay"};
  a.checks = watched_checks();
  a.checks.erase(std::string(check_text(CheckName::loss_reported)));     // it looks into disks
  a.checks.erase(std::string(check_text(CheckName::supply_conserved)));  // it looks into ledgers
  a.no_measures = {"topology", "mesh_captured"};
  // Levels and modes of the simulator mean nothing here: every one is accepted and none is applied.
  a.networks = {NetworkLevel::delay, NetworkLevel::access, NetworkLevel::flow};
  a.crypto = {CryptoMode::cached, CryptoMode::real};
  a.chains = true;
  a.chain_kinds = {"evm"};
  a.finality_blocks_least = 1;  // as the setting of lastmile-node
  a.finality_blocks_most = 2048;
  a.parameters = true;  // they are settings of lastmile-node
  a.late_groups = true;
  return a;
}

void unsupported(const Scenario& scenario, const Abilities& abilities, Findings& findings) {
  Refuser(scenario, abilities, findings).run();
}

}  // namespace lastmile::scenario
