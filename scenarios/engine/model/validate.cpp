// Sections that fit by themselves but not together.
#include <algorithm>
#include <charconv>
#include <map>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/selectors_of.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::uint32_t kFullTopologyNodesMax = 4000;
constexpr double kPublicationsMax = 50'000'000;

std::string index(std::string_view section, std::size_t i) { return std::string(section) + "/" + std::to_string(i); }

class Validator {
 public:
  Validator(const Scenario& scenario, Findings& findings) : s_(scenario), findings_(findings) {}

  void run() {
    unique_names();
    if (!findings_.empty()) return;  // whom a name means is open
    selector_names();
    if (!findings_.empty()) return;  // the rest resolves selectors
    chains();
    topology();
    groups();
    traffic();
    balances();
    registry();
    faults();
    if (findings_.empty()) validate_fault_sizes(s_, findings_);
    if (findings_.empty()) validate_path_faults(s_, findings_);
    validate_disk_sizes(s_, findings_);
    checks();
    if (findings_.empty()) resolvable();
    if (findings_.empty()) validate_adversaries(s_, findings_);
  }

 private:
  template <class List>
  void unique(std::string_view section, const List& list) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!seen.insert(list[i].name).second) {
        findings_.expected(index(section, i) + "/name", "a name that no other has", "\"" + list[i].name + "\" again");
      }
    }
  }

  void unique_names() {
    unique("/world/groups", s_.world.groups);
    unique("/world/chains", s_.world.chains);
    unique("/traffic", s_.traffic);
    unique("/faults", s_.faults);
    unique("/adversaries", s_.adversaries);
    std::set<std::string> regions;
    for (const auto& name : s_.world.regions.names) {
      if (!regions.insert(name).second) {
        findings_.expected("/world/regions/names", "different names", "\"" + name + "\" twice");
      }
    }
  }

  std::vector<std::string_view> names_for(AtomKind kind) const {
    std::vector<std::string_view> names;
    if (kind == AtomKind::group) {
      for (const auto& group : s_.world.groups) names.push_back(group.name);
    } else if (kind == AtomKind::region) {
      for (const auto& name : s_.world.regions.names) names.push_back(name);
    } else if (kind == AtomKind::chain) {
      for (const auto& chain : s_.world.chains) names.push_back(chain.name);
    } else if (kind == AtomKind::role) {
      for (const Role role : {Role::core, Role::resource, Role::client}) names.push_back(role_text(role));
    } else if (kind == AtomKind::island) {
      for (const auto& fault : s_.faults) {
        if (const auto* cut = std::get_if<PartitionFault>(&fault.body)) {
          names.push_back(cut->islands[0]);
          names.push_back(cut->islands[1]);
        }
      }
    }
    return names;
  }

  bool node_exists(std::string_view name) const {
    const auto dash = name.rfind('-');
    if (dash == std::string_view::npos) return false;
    std::uint32_t number = 0;
    const std::string_view digits = name.substr(dash + 1);
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || rest != digits.data() + digits.size() || std::to_string(number) != digits) return false;
    return std::any_of(s_.world.groups.begin(), s_.world.groups.end(),
                       [&](const Group& g) { return g.name == name.substr(0, dash) && number < g.count; });
  }

  void atom(const std::string& pointer, const Atom& atom) {
    if (atom.kind == AtomKind::node) {
      if (!node_exists(atom.name)) {
        const auto groups = names_for(AtomKind::group);
        const auto guess = nearest(std::string_view(atom.name).substr(0, atom.name.rfind('-')), groups);
        findings_.expected(pointer, "a node GROUP-NUMBER, numbered from 0", "\"" + atom.name + "\"",
                           guess.empty() ? std::string() : std::string(guess) + "-0");
      }
      return;
    }
    if (atom.kind < AtomKind::group || atom.kind > AtomKind::island) return;
    auto names = names_for(atom.kind);
    if (std::find(names.begin(), names.end(), atom.name) != names.end()) return;
    if (atom.kind == AtomKind::role) names = {role_text(Role::core)};  // nothing is suggested that no world can do
    const std::string kind = atom_text(Atom{atom.kind, false, "", 0, {}});
    const std::string what = kind.substr(0, kind.find(':'));
    findings_.expected(pointer,
                       names.empty()                   ? "no " + what + ": there is none"
                       : atom.kind == AtomKind::island ? "an island: " + alternatives(names)
                                                       : "a " + what + ": " + alternatives(names),
                       "\"" + atom.name + "\"", nearest(atom.name, names));
  }

  void selector_names() {
    each_selector(s_, [&](const SelectorUse& use) {
      for (std::size_t i = 0; i < use.selector.terms.size(); ++i) {
        const std::string pointer = use.selector.terms.size() == 1 ? use.pointer : index(use.pointer, i);
        for (const Atom& a : use.selector.terms[i]) atom(pointer, a);
      }
    });
    for (std::size_t i = 0; i < s_.faults.size(); ++i) {
      if (const auto* fault = std::get_if<ChainFault>(&s_.faults[i].body)) {
        chain_name(index("/faults", i) + "/chain", fault->chain);
      }
    }
    for (std::size_t i = 0; i < s_.checks.size(); ++i) {
      for (std::size_t j = 0; j < s_.checks[i].chains.size(); ++j) {
        chain_name(index(index("/checks", i) + "/chains", j), s_.checks[i].chains[j]);
      }
    }
  }

  void chain_name(const std::string& pointer, const std::string& name) {
    atom(pointer, Atom{AtomKind::chain, false, name, 0, {}});
  }

  void chains() {
    std::map<crypto::Chain, std::string> by_code;  // nodes and messages know a chain by its code alone
    for (std::size_t i = 0; i < s_.world.chains.size(); ++i) {
      const ChainSpec& chain = s_.world.chains[i];
      const auto [there, added] = by_code.emplace(chain.code, chain.name);
      if (!added) {
        findings_.expected(
            index("/world/chains", i) + "/code", "a code that no other chain has",
            "\"" + std::string(crypto::chain_text(chain.code)) + "\", which is that of \"" + there->second + "\"");
      }
      if (s_.world.chains[i].synchronizers.terms.empty()) continue;
      for (const auto& term : s_.world.chains[i].synchronizers.terms) {
        for (const Atom& a : term) {
          if (a.kind == AtomKind::chain || a.kind == AtomKind::island || a.kind == AtomKind::richest) {
            findings_.expected(index("/world/chains", i) + "/synchronizers", "a selector that is known before the run",
                               "\"" + atom_text(a) + "\"");
          }
        }
      }
    }
  }

  void topology() {
    const Topology& t = s_.world.topology;
    const std::uint32_t nodes = s_.world.nodes();
    const std::string pointer = "/world/topology/degree";
    const std::string found = std::to_string(t.degree) + " with " + std::to_string(nodes) + " nodes";
    if (t.kind == TopologyKind::full) {
      if (nodes > kFullTopologyNodesMax) {
        findings_.expected("/world/topology/kind", "another kind above 4,000 nodes", "\"full\"");
      }
      return;
    }
    if (nodes > 1 && t.degree >= nodes) findings_.expected(pointer, "a degree below the number of nodes", found);
    if (nodes > kFullTopologyNodesMax && t.degree + 1 == nodes && t.kind != TopologyKind::by_region) {
      findings_.expected(pointer, "a degree that leaves somebody out above 4,000 nodes", found);
    }
    if (t.kind == TopologyKind::random_regular && t.degree < 2 && nodes > 2) {
      findings_.expected(pointer, "a degree of at least 2: with 1 the network is pairs", found);
    }
    if (t.kind == TopologyKind::small_world && t.degree % 2 != 0) findings_.expected(pointer, "an even degree", found);
    if (t.kind == TopologyKind::scale_free && t.degree < 2)
      findings_.expected(pointer, "a degree of at least 2", found);
    if (t.kind == TopologyKind::by_region && t.across > t.degree) {
      findings_.expected("/world/topology/across", "at most the degree", std::to_string(t.across));
    }
  }

  void groups() {
    bool core = false;
    for (std::size_t i = 0; i < s_.world.groups.size(); ++i) {
      const Group& group = s_.world.groups[i];
      core = core || group.role == Role::core;
      if (group.start) {
        const Instant start = s_.phases.resolve(*group.start);
        if (start < Instant{} || start > s_.phases.end(Phase::heal)) {
          findings_.expected(index("/world/groups", i) + "/start", "a time before settle", moment_text(*group.start));
        }
      }
    }
    if (!core) findings_.expected("/world/groups", "at least one group of role \"core\"", "none");
  }

  std::string span_text(Instant from, Instant until) const {
    return duration_text(from - Instant{}) + " to " + duration_text(until - Instant{});
  }

  void traffic() {
    const Instant end = s_.phases.end(Phase::heal);
    for (std::size_t i = 0; i < s_.traffic.size(); ++i) {
      const TrafficSpec& t = s_.traffic[i];
      const Instant from = s_.phases.resolve(t.from);
      const Instant until = s_.phases.resolve(t.until);
      if (from < Instant{} || from > end) {
        findings_.expected(index("/traffic", i) + "/from", "a time within " + span_text({}, end), moment_text(t.from));
      } else if (until < from || until > end) {
        findings_.expected(index("/traffic", i) + "/until",
                           "a time within " + span_text(from, end) + " (traffic stops at the end of heal)",
                           moment_text(t.until));
      } else if ((until - from).seconds() * static_cast<double>(t.rate.micro_per_day) / (86400.0 * 1e6) >
                 kPublicationsMax) {
        findings_.expected(index("/traffic", i) + "/rate", "a rate that makes at most 50 million messages",
                           rate_text(t.rate));
      }
    }
  }

  void balances() {
    if (!s_.economy) return;
    std::vector<std::string_view> names;
    for (const TrafficSpec& t : s_.traffic) {
      if (t.file.empty()) names.push_back(t.name);  // accounts of a file are not ours
    }
    for (std::size_t i = 0; i < s_.economy->balances.size(); ++i) {
      const BalanceSpec& balance = s_.economy->balances[i];
      if (std::find(names.begin(), names.end(), balance.of) == names.end()) {
        findings_.expected(index("/economy/balances", i) + "/of",
                           names.empty() ? "no balance: no traffic is generated" : alternatives(names),
                           "\"" + balance.of + "\"", nearest(balance.of, names));
      }
      const Instant at = s_.phases.resolve(balance.at);
      if (at < Instant{} || at >= s_.phases.end(Phase::heal)) {
        findings_.expected(index("/economy/balances", i) + "/at", "a time before settle", moment_text(balance.at));
      }
    }
  }

  // What is paid is what the chain confirms: without one nobody would ever be.
  void registry() {
    if (!s_.economy) return;
    if (!s_.economy->registry) {
      if (s_.economy->interval) {
        findings_.expected("/economy/interval", "a registry of who is rewarded beside it", "none");
      }
      return;
    }
    const RegistrySpec& spec = *s_.economy->registry;
    if (!s_.economy->interval) {
      findings_.expected("/economy/registry", "an interval of the distribution beside it", "none");
    }
    std::vector<std::string_view> chains;
    chains.reserve(s_.world.chains.size());
    for (const ChainSpec& chain : s_.world.chains) chains.push_back(chain.name);
    if (chains.empty() || !s_.world.roads.chain) {
      findings_.expected("/economy/registry", "a chain in the world, and its road, to confirm what is rewarded",
                         "none");
    } else if (!spec.chain.empty() && std::find(chains.begin(), chains.end(), spec.chain) == chains.end()) {
      findings_.expected("/economy/registry/chain", alternatives(chains), "\"" + spec.chain + "\"",
                         nearest(spec.chain, chains));
    }
    const Instant at = s_.phases.resolve(spec.at);
    const Instant until = s_.phases.end(Phase::heal);
    if (at < Instant{} || at >= until) {
      findings_.expected("/economy/registry/at", "a time before settle", moment_text(spec.at));
    } else if ((until - at).ns / kScorePostsMax > spec.scores_every.ns) {
      findings_.expected("/economy/registry/scores_every", "a time that makes at most 100,000 posts of scores",
                         duration_text(spec.scores_every));
    }
  }

  void in_trouble(const std::string& pointer, const Moment& moment) {
    const Instant from = s_.phases.start(Phase::trouble);
    const Instant until = s_.phases.end(Phase::trouble);
    const Instant at = s_.phases.resolve(moment);
    if (at < from || at > until) {
      findings_.expected(pointer, "a time in trouble (" + span_text(from, until) + "), where faults may be in force",
                         moment_text(moment) + " = " + duration_text(at - Instant{}));
    }
  }

  // Kinds that end by themselves.
  static bool momentary(const Fault& fault) {
    if (const auto* chain = std::get_if<ChainFault>(&fault.body)) return chain->mode == ChainTrouble::reorg;
    if (const auto* crash = std::get_if<CrashFault>(&fault.body))
      return crash->restart_after.has_value() || crash->never;
    return false;
  }

  void fault_window(const std::string& pointer, const Fault& fault) {
    if (const auto* moment = std::get_if<Moment>(&fault.from)) {
      in_trouble(pointer + "/from", *moment);
      if (fault.until && s_.phases.resolve(*fault.until) <= s_.phases.resolve(*moment)) {
        findings_.expected(pointer + "/until", "a time after \"from\"", moment_text(*fault.until));
      }
      const auto* chain = std::get_if<ChainFault>(&fault.body);
      const bool at_once = chain != nullptr && chain->mode == ChainTrouble::reorg;
      if (!at_once && s_.phases.resolve(*moment) == s_.phases.end(Phase::trouble)) {
        findings_.expected(pointer + "/from", "a time before the end of trouble: every fault ends there",
                           moment_text(*moment));
      }
      if (fault.length) {
        const Instant end = s_.phases.resolve(*moment) + *fault.length;
        if (end > s_.phases.end(Phase::trouble)) {
          findings_.expected(pointer + "/for", "a length that ends with trouble at the latest",
                             duration_text(*fault.length) + ", which ends at " + duration_text(end - Instant{}));
        }
      }
    }
    // `interval`: of the repetitions, on average.
    const auto window = [&](const auto& repeated, Duration interval, const char* key, const std::string& found) {
      if (repeated.from) in_trouble(pointer + "/from/from", *repeated.from);
      if (repeated.until) in_trouble(pointer + "/from/until", *repeated.until);
      const Instant first = repeated.from ? s_.phases.resolve(*repeated.from) : s_.phases.start(Phase::trouble);
      const Instant last = repeated.until ? s_.phases.resolve(*repeated.until) : s_.phases.end(Phase::trouble);
      if ((last - first).ns / kOccurrencesMax > interval.ns) {
        findings_.expected(pointer + "/from/" + key, "at most 10,000 repetitions between \"from\" and \"until\"",
                           found + ", which makes more");
      }
      if (!fault.length && !momentary(fault)) {
        findings_.expected(pointer, "\"for\": how long each of the repeated faults lasts", "nothing");
      }
    };
    if (const auto* every = std::get_if<Every>(&fault.from)) {
      window(*every, every->interval, "every", duration_text(every->interval));
    }
    if (const auto* rate = std::get_if<Poisson>(&fault.from)) {
      window(*rate, rate->rate.mean_interval(), "rate", rate_text(rate->rate));
    }
    if (fault.until) in_trouble(pointer + "/until", *fault.until);
  }

  void faults() {
    if (!s_.faults.empty() && s_.phases.length[1] == Duration{}) {
      findings_.expected("/phases/trouble",
                         "a length above zero: there are faults, and they may be in force only in trouble", "0s");
      return;
    }
    std::set<std::string> islands;
    for (std::size_t i = 0; i < s_.faults.size(); ++i) {
      const std::string pointer = index("/faults", i);
      fault_window(pointer, s_.faults[i]);
      if (const auto* cut = std::get_if<PartitionFault>(&s_.faults[i].body)) {
        for (const auto& name : cut->islands) {
          if (!islands.insert(name).second) {
            findings_.expected(pointer + "/islands", "names that no other partition uses", "\"" + name + "\"");
          }
        }
      }
    }
    for (std::size_t i = 0; i < s_.adversaries.size(); ++i) {
      in_trouble(index("/adversaries", i) + "/from", s_.adversaries[i].from);
      in_trouble(index("/adversaries", i) + "/until", s_.adversaries[i].until);
    }
  }

  void checks() {
    for (std::size_t i = 0; i < s_.checks.size(); ++i) {
      const Check& check = s_.checks[i];
      if (check.name != CheckName::diverged) continue;
      std::vector<std::string_view> cuts;
      for (const Fault& fault : s_.faults) {
        if (sides_of(fault) != nullptr && fault.kind() != LinkFault::kKind) cuts.push_back(fault.name);
      }
      if (std::find(cuts.begin(), cuts.end(), check.during) == cuts.end()) {
        findings_.expected(
            index("/checks", i) + "/during",
            cuts.empty() ? "a partition or hold: there is none" : "a fault that cuts: " + alternatives(cuts),
            "\"" + check.during + "\"", nearest(check.during, cuts));
      }
    }
  }

  // Selectors that mean nobody. Islands are known only while the run is on.
  void resolvable() {
    const NodeTable nodes(s_, s_.seed);
    const auto has_island = [](const Selector& selector) {
      return std::any_of(selector.terms.begin(), selector.terms.end(), [](const auto& term) {
        return std::any_of(term.begin(), term.end(), [](const Atom& a) { return a.kind == AtomKind::island; });
      });
    };
    each_selector(s_, [&](const SelectorUse& use) {
      if (!has_island(use.selector) && nodes.select(use.selector, use.entry).empty()) {
        findings_.expected(use.pointer, "a selector that means at least one node",
                           "\"" + selector_text(use.selector) + "\", which means none");
      }
    });
    for (std::size_t i = 0; i < s_.faults.size(); ++i) {
      const Between* sides = sides_of(s_.faults[i]);
      if (sides == nullptr || has_island((*sides)[0]) || has_island((*sides)[1])) continue;
      const auto first = nodes.select((*sides)[0], s_.faults[i].name);
      if (nodes.select((*sides)[1], s_.faults[i].name, first).empty()) {
        findings_.expected(index("/faults", i) + "/between/1", "a second side with a node that is not in the first",
                           "\"" + selector_text((*sides)[1]) + "\"");
      }
    }
  }

  const Scenario& s_;
  Findings& findings_;
};

}  // namespace

void validate(const Scenario& scenario, Findings& findings) { Validator(scenario, findings).run(); }

}  // namespace lastmile::scenario
