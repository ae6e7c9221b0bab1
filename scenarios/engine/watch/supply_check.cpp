// supply_conserved (decision 0143).
#include <algorithm>
#include <map>

#include "core/base/present.hpp"
#include "core/node/reward_config.hpp"
#include "scenarios/engine/traffic/registry_author.hpp"
#include "scenarios/engine/watch/watching.hpp"

namespace lastmile::scenario {
namespace {

// With the digits that say something.
std::string tokens_text(const Amount& amount) {
  std::string text = amount.tokens_text();
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// Ledgers of rewards: no unit is made or lost on any node, and nodes that know the same hold the same, whenever each of
// them came to know it. What there has to be is what the scenario says, not what a node says of itself.
class SupplyConserved final : public Watching {
 public:
  SupplyConserved(const CheckContext& context, const Check& check) : Watching(context, check) {
    if (const auto config = reward_config(context.scenario)) supply_ = config->terms.supply;
  }
  void on_sample(Instant time) override {
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (!c_.ledger.honest(node) || !c_.ledger.is_up(node)) continue;
      if (const auto said = c_.ledger.view().rewards(node)) look(time, node, *said);
    }
  }
  CheckResult result(Instant end) override {
    on_sample(end);
    const std::string missing = violation_ ? "" : why_undecided();
    if (!missing.empty()) examined_ = 0;
    return conclude("up to " + tokens_text(most_.distributed) + " tokens distributed in " +
                        counted(most_.postings, "posting") + " up to block " + human_count(most_.end) + "; " +
                        of_count(agreed_, ledgers_) + " ledgers equal to that of another node with the same posts; " +
                        of_count(largest_agreement(), last_.size()) + " nodes end with one ledger",
                    missing, "ledgers that do not add up or differ");
  }

 private:
  // States that are remembered to be compared with; the oldest go first.
  static constexpr std::size_t kStatesMax = 100'000;
  using Key = std::pair<std::uint64_t, Hash256>;
  struct First {
    Hash256 accounts;
    Node node = 0;
  };

  void look(Instant time, Node node, const RewardView& said) {
    ++examined_;
    if (!said.complete) ++incomplete_;
    if (said.distributed > most_.distributed) most_ = said;
    const Key key{said.end, said.known};
    const auto [last, fresh] = last_.try_emplace(node, key, said.accounts);
    if (!fresh && last->second == std::pair(key, said.accounts)) return;
    last->second = {key, said.accounts};
    ++ledgers_;
    if (said.sum != supply_ || said.supply != supply_) {
      violated(time, node, kNoMessage,
               "the accounts of " + c_.node_name(node) + " add up to " + tokens_text(said.sum) + " tokens of " +
                   tokens_text(said.supply) + ", the supply is " + tokens_text(supply_));
      return;
    }
    if (states_.size() >= kStatesMax) states_.erase(states_.begin());
    const auto [known, first] = states_.try_emplace(key, First{said.accounts, node});
    if (first) return;
    if (known->second.accounts == said.accounts) {
      agreed_ += known->second.node != node ? 1 : 0;
      return;
    }
    violated(time, node, kNoMessage,
             c_.node_name(node) + " and " + c_.node_name(known->second.node) +
                 " know the same posts and paid differently up to block " + human_count(said.end));
  }

  // What a run leaves open that has no violation; empty: nothing.
  std::string why_undecided() const {
    if (most_.distributed == Amount()) return "nothing was distributed";
    if (incomplete_ > 0) return "a node had more confirmed posts than it looks at";
    if (agreed_ == 0) return "no two nodes paid on the same posts, so that none could be compared";
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (!c_.ledger.honest(node) || !c_.ledger.is_up(node) || c_.ledger.table()[node].light) continue;
      if (!last_.contains(node)) return c_.node_name(node) + " never said whom it pays";
    }
    return {};
  }

  // How many nodes said the same at last.
  std::uint64_t largest_agreement() const {
    std::map<std::pair<Key, Hash256>, std::uint64_t> count;
    std::uint64_t largest = 0;
    for (const auto& [node, said] : last_) largest = std::max(largest, ++count[said]);
    return largest;
  }

  Amount supply_ = economy::RewardTerms().supply;
  std::map<Key, First> states_;
  std::map<Node, std::pair<Key, Hash256>> last_;  // what each said last
  RewardView most_;
  std::uint64_t ledgers_ = 0;
  std::uint64_t agreed_ = 0;
  std::uint64_t incomplete_ = 0;
};

}  // namespace

std::unique_ptr<CheckRun> make_supply_check(const CheckContext& context, const Check& check) {
  return std::make_unique<SupplyConserved>(context, check);
}

}  // namespace lastmile::scenario
