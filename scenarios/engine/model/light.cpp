#include "scenarios/engine/model/light.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/message/limits.hpp"
#include "scenarios/engine/model/selectors_of.hpp"
#include "scenarios/engine/text/quantity.hpp"

namespace lastmile::scenario {
namespace {

bool is_light(const Group& group) { return group.fidelity == Fidelity::light; }

// Can a node of this group be meant? Islands are known only in the run, and counting atoms draw: they may.
bool may_mean(const Atom& atom, const Group& group, const World& world) {
  switch (atom.kind) {
    case AtomKind::all:
      return !atom.negated;
    case AtomKind::group:
      return (atom.name == group.name) != atom.negated;
    case AtomKind::role:
      return (atom.name == role_text(group.role)) != atom.negated;
    case AtomKind::region: {
      const auto is_named = [&](const RegionShare& share) { return world.regions.names[share.region] == atom.name; };
      return atom.negated ? !std::all_of(group.regions.begin(), group.regions.end(), is_named)
                          : std::any_of(group.regions.begin(), group.regions.end(), is_named);
    }
    case AtomKind::node: {
      const bool is_of_it = atom.name.substr(0, atom.name.rfind('-')) == group.name;
      return atom.negated ? !is_of_it || group.count > 1 : is_of_it;
    }
    case AtomKind::chain:  // a light node synchronizes none
      return is_light(group) ? atom.negated : true;
    default:
      return true;
  }
}

class LightRefuser {
 public:
  LightRefuser(const Scenario& scenario, Findings& findings) : s_(scenario), findings_(findings) {}

  void run() {
    for (std::size_t i = 0; i < s_.world.groups.size(); ++i) {
      const Group& group = s_.world.groups[i];
      if (is_light(group) && group.role != Role::core)
        no(at("/world/groups", i, "fidelity"), "\"full\": only core nodes can be light", "\"light\"");
    }
    roads();
    for (std::size_t i = 0; i < s_.world.chains.size(); ++i)
      full_only(at("/world/chains", i, "synchronizers"), s_.world.chains[i].synchronizers, "follow no chain");
    for (std::size_t i = 0; i < s_.traffic.size(); ++i) traffic("/traffic/" + std::to_string(i), s_.traffic[i]);
    if (s_.economy) no("/economy", "no economy: light nodes keep no balances and cannot tell who can pay", "one");
    for (std::size_t i = 0; i < s_.faults.size(); ++i) fault("/faults/" + std::to_string(i), s_.faults[i]);
    for (std::size_t i = 0; i < s_.adversaries.size(); ++i)
      full_only(at("/adversaries", i, "who"), s_.adversaries[i].who, "have no adversaries in their place");
  }

 private:
  static std::string at(std::string_view section, std::size_t i, std::string_view key) {
    return std::string(section) + "/" + std::to_string(i) + "/" + std::string(key);
  }

  void no(std::string pointer, std::string_view expected, std::string_view found) {
    findings_.expected(std::move(pointer), expected, found);
  }

  bool may_mean_some(const Selector& selector, bool light) const {
    return std::any_of(s_.world.groups.begin(), s_.world.groups.end(), [&](const Group& group) {
      if (is_light(group) != light) return false;
      return std::any_of(selector.terms.begin(), selector.terms.end(), [&](const auto& term) {
        return std::all_of(term.begin(), term.end(), [&](const Atom& a) { return may_mean(a, group, s_.world); });
      });
    });
  }

  void full_only(std::string pointer, const Selector& selector, std::string_view because) {
    if (!may_mean_some(selector, true)) return;
    no(std::move(pointer), "a selector that can mean no light node, for these " + std::string(because),
       in_quotes(selector_text(selector)));
  }

  void roads() {
    const Roads& roads = s_.world.roads;
    if (!roads.gossip) no("/world/roads/gossip", "true: light nodes have no other road", "false");
    if (!has_only_light_nodes(s_.world)) return;
    const auto off = [&](std::string_view name, bool is_on) {
      if (is_on) no("/world/roads/" + std::string(name), "false: all nodes are light, and have gossip alone", "true");
    };
    off("reconciliation", roads.reconciliation);
    off("chain", roads.chain);
    off("content_store", roads.content_store);
  }

  void traffic(const std::string& pointer, const TrafficSpec& t) {
    if (!t.file.empty()) {
      no(pointer + "/file", "generated traffic: what a file holds, light nodes may not be able to judge",
         in_quotes(t.file));
      return;
    }
    for (const auto& [type, share] : t.types) {
      if (share.parts == 0 || type == message::Type::POST || type == message::Type::AGGREGATE) continue;
      no(pointer + "/types/" + std::string(message::type_text(type)),
         "\"POST\" and \"AGGREGATE\" alone: light nodes cannot judge what needs a file or another message",
         in_quotes(message::type_text(type)));
    }
    if (t.amends.parts > 0)
      no(pointer + "/amends", "\"0%\": light nodes do not know whether the original is there",
         in_quotes(share_text(t.amends)));
    if (t.delegation) no(pointer + "/delegation", "none: light nodes do not know who may act for whom", "one");
    constexpr std::int64_t kInlineMax = message::kInlineSwitchOverBytes - 1;
    if (const auto most = t.size.most(); !most || *most > kInlineMax) {
      no(pointer + "/size",
         "sizes of at most " + human_count(kInlineMax) + "B (\"at_most\"): light nodes fetch no contents",
         most ? human_count(static_cast<std::uint64_t>(*most)) + "B" : "no limit");
    }
  }

  void keeps_nothing(const std::string& pointer, const Selector& who, DiskFate disk) {
    if (disk == DiskFate::lost || !may_mean_some(who, true)) return;
    no(pointer + "/disk", "\"lost\", or a \"who\" that can mean no light node: these have no disk and come back empty",
       in_quotes(disk_fate_text(disk)));
  }

  void fault(const std::string& pointer, const Fault& f) {
    if (const auto* crash = std::get_if<CrashFault>(&f.body)) keeps_nothing(pointer, crash->who, crash->disk);
    if (const auto* churn = std::get_if<ChurnFault>(&f.body)) keeps_nothing(pointer, churn->who, churn->disk);
    if (const auto* disk = std::get_if<DiskFault>(&f.body)) full_only(pointer + "/who", disk->who, "have no disk");
    if (const auto* chain = std::get_if<ChainFault>(&f.body); chain != nullptr && !may_mean_some(chain->who, false))
      full_only(pointer + "/who", chain->who, "follow no chain");
  }

  const Scenario& s_;
  Findings& findings_;
};

}  // namespace

bool has_light_nodes(const Scenario& scenario) {
  return std::any_of(scenario.world.groups.begin(), scenario.world.groups.end(), is_light);
}

bool has_only_light_nodes(const World& world) {
  return std::all_of(world.groups.begin(), world.groups.end(), is_light);
}

bool light_nodes_may_miss(const Scenario& scenario) {
  if (!has_light_nodes(scenario)) return false;
  const bool crash = std::any_of(scenario.faults.begin(), scenario.faults.end(), [](const Fault& fault) {
    return std::holds_alternative<CrashFault>(fault.body) || std::holds_alternative<ChurnFault>(fault.body);
  });
  return crash || std::any_of(scenario.world.groups.begin(), scenario.world.groups.end(),
                              [](const Group& group) { return is_light(group) && group.start; });
}

void refuse_of_light_nodes(const Scenario& scenario, Findings& findings) {
  if (has_light_nodes(scenario)) LightRefuser(scenario, findings).run();
}

}  // namespace lastmile::scenario
