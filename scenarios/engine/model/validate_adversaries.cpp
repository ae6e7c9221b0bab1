// Who is an adversary is so from the start to the end, so that everybody knows of whom nothing is expected.
#include <algorithm>
#include <map>
#include <string>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::scenario {
namespace {

bool names_island(const Selector& selector) {
  return std::any_of(selector.terms.begin(), selector.terms.end(), [](const auto& term) {
    return std::any_of(term.begin(), term.end(), [](const Atom& atom) { return atom.kind == AtomKind::island; });
  });
}

class AdversaryValidator {
 public:
  AdversaryValidator(const Scenario& scenario, Findings& findings)
      : s_(scenario), findings_(findings), nodes_(scenario, scenario.seed) {}

  void run() {
    for (std::size_t i = 0; i < s_.adversaries.size(); ++i) {
      const std::string pointer = "/adversaries/" + std::to_string(i);
      const Adversary& adversary = s_.adversaries[i];
      window(pointer, adversary);
      std::visit([&](const auto& body) { needs(pointer, body); }, adversary.body);
      if (fixed(pointer + "/who", adversary.who)) take(pointer + "/who", adversary);
    }
    if (!findings_.empty() || s_.adversaries.empty()) return;
    somebody_honest();
    for (std::size_t i = 0; i < s_.adversaries.size(); ++i) {
      const auto* eclipser = std::get_if<Eclipser>(&s_.adversaries[i].body);
      if (eclipser != nullptr) victims("/adversaries/" + std::to_string(i) + "/against", s_.adversaries[i], *eclipser);
    }
  }

 private:
  void window(const std::string& pointer, const Adversary& adversary) {
    const Instant from = s_.phases.resolve(adversary.from);
    const Instant until = s_.phases.resolve(adversary.until);
    if (until <= from) {
      findings_.expected(pointer + "/until", "a time after \"from\"", moment_text(adversary.until));
    } else if ((until - from).ns / kActsMax > rate_of(adversary).mean_interval().ns) {
      findings_.expected(pointer + "/rate", "at most " + human_count(kActsMax) + " acts between \"from\" and \"until\"",
                         rate_text(rate_of(adversary)) + ", which makes more");
    }
  }

  void gossips(const std::string& pointer) {
    if (!s_.world.roads.gossip) {
      findings_.expected(pointer + "/kind", "a kind that does without gossip, which /world/roads switches off",
                         "one that gossips");
    }
  }
  void needs(const std::string& pointer, const Flooder& flooder) {
    gossips(pointer);
    const auto unpaid = std::find(flooder.what.begin(), flooder.what.end(), Flood::unpaid);
    if (s_.economy || unpaid == flooder.what.end()) return;
    findings_.expected(pointer + "/what/" + std::to_string(unpaid - flooder.what.begin()),
                       "an economy (/economy), or another flood: without one nobody has to pay", "\"unpaid\"");
  }
  void needs(const std::string& pointer, const Replayer&) { gossips(pointer); }
  void needs(const std::string& pointer, const Eclipser&) { gossips(pointer); }
  void needs(const std::string& pointer, const Equivocator&) { gossips(pointer); }
  void needs(const std::string&, const Withholder&) {}
  void needs(const std::string& pointer, const Liar& liar) {
    const bool invents = std::find(liar.what.begin(), liar.what.end(), Lie::invented) != liar.what.end();
    if (liar.rate.micro_per_day != 0 && !invents) {
      findings_.expected(pointer + "/rate", "\"invented\" among /what, or no rate: who only hides has nothing to offer",
                         in_quotes(rate_text(liar.rate)));
    }
    if (s_.world.roads.reconciliation) return;
    findings_.expected(pointer + "/kind", "a kind that does without reconciliation, which /world/roads switches off",
                       "\"liar\"");
  }

  bool fixed(const std::string& pointer, const Selector& selector) {
    if (!names_island(selector)) return true;
    findings_.expected(pointer, "nodes that are known from the start, not an island",
                       in_quotes(selector_text(selector)));
    return false;
  }

  void take(const std::string& pointer, const Adversary& adversary) {
    for (const Node node : nodes_.select(adversary.who, adversary.name)) {
      const auto [other, is_new] = taken_.emplace(node, adversary.name);
      if (is_new) continue;
      findings_.expected(pointer, "nodes that are no adversary of another entry",
                         nodes_[node].name + ", which is one of " + in_quotes(other->second));
      return;
    }
  }

  void somebody_honest() {
    for (Node node = 0; node < nodes_.size(); ++node) {
      if (nodes_[node].role == Role::core && !taken_.contains(node)) return;
    }
    findings_.expected("/adversaries", "at least one core node that is no adversary", "all of them");
  }

  void victims(const std::string& pointer, const Adversary& adversary, const Eclipser& eclipser) {
    if (!fixed(pointer, eclipser.against)) return;
    const auto against = nodes_.select(eclipser.against, adversary.name);
    const auto honest = [&](Node node) { return !taken_.contains(node); };
    if (!against.empty() && std::all_of(against.begin(), against.end(), honest)) return;
    findings_.expected(pointer, "nodes that are no adversaries", in_quotes(selector_text(eclipser.against)));
  }

  const Scenario& s_;
  Findings& findings_;
  const NodeTable nodes_;
  std::map<Node, std::string> taken_;  // by which entry
};

}  // namespace

void validate_adversaries(const Scenario& scenario, Findings& findings) {
  AdversaryValidator(scenario, findings).run();
}

}  // namespace lastmile::scenario
