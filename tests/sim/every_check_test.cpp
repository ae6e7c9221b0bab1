// Guards of whole runs: every check is named here with the test in which a run fails by it, and all of them are unknown
// where there is nothing to look at.
#include <map>
#include <string_view>

#include "scenarios/engine/model/words.hpp"
#include "tests/registered.hpp"
#include "tests/sim/attacker.hpp"
#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using lastmile::test::is_registered;
using scenario::Verdict;
using W = std::string_view;

const std::map<W, W> kFailsIn{
    {"no_forged_message", "Forger.is_seen_by_the_check_when_nodes_believe_every_signature"},
    {"acknowledged_kept", "Disks.that_hide_that_they_are_full_are_found_out_by_the_check"},
    {"forgotten_stays_forgotten", "PlantedForgotten.comes_back_from_a_backup"},
    {"status_moves_legal", "PlantedStatus.of_what_was_processed_goes_back_to_pending"},
    {"bounded_queues", "PlantedQueue.of_a_store_that_does_not_know_its_limit_grows_above_it"},
    {"finality_respected", "PlantedFinality.of_blocks_that_are_taken_back"},
    {"supply_conserved", "PlantedLedger.of_a_node_that_pays_itself_twice"},
    {"diverged", "PlantedCut.that_parts_nobody_from_anything"},
    {"healed", "PlantedHealing.that_takes_longer_than_it_may"},
    {"converged", "PlantedState.of_a_node_with_prices_of_its_own"},
    {"all_processed", "PlantedMessage.that_is_swallowed_where_it_was_handed_in"},
    {"acknowledged_everywhere", "PlantedReceipt.of_a_node_that_keeps_to_itself_what_it_acknowledged"},
    {"confirmed", "PlantedChain.that_stays_mute_to_one_node"},
    {"backlog_drained", "PlantedFetch.that_never_ends"},
    {"overlay_connected", "PlantedMesh.that_is_two"},
    {"loss_reported", "PlantedLoss.that_one_node_never_admits"},
    {"measure", "ForgedFlood.is_heard_to_the_end_where_nobody_keeps_scores"},
};
// Refused before the run.
const Names kRefused{};

TEST(EveryCheck, fails_in_a_run) {
  for (const W name : scenario::words::kChecks) {
    const auto found = kFailsIn.find(name);
    ASSERT_EQ(found == kFailsIn.end(), kRefused.contains(std::string(name))) << name;
    if (found == kFailsIn.end()) continue;
    EXPECT_TRUE(is_registered(found->second)) << name << ": there is no test " << found->second;
  }
}

// Everybody is an adversary, and nobody says anything.
class Strangers final : public OtherNodes {
 public:
  bool honest(scenario::Node) const override { return false; }
  std::unique_ptr<SimNode> make(scenario::Node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink&) override {
    return std::make_unique<Attacker>(env, config);
  }
};

TEST(EveryCheck, is_unknown_where_there_is_nothing_to_look_at) {
  auto w = watched_chain();
  // Between two looks at the nodes.
  w.faults = R"({"name": "blink", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble+200ms", "for": "300ms"})";
  w.checks +=
      R"(, {"name": "supply_conserved"}, {"name": "diverged", "between": ["group:west", "group:east"], "during": "blink"},
                 {"name": "measure", "of": "propagation_s", "stat": "p50", "at_most": "1s"})";
  const auto s = small_scenario(w, {"/traffic=[]", "/phases/settle=5s"});
  Strangers nobody;
  RunOptions options;
  options.other_nodes = &nobody;
  const auto summary = run_scenario(s, std::move(options));
  ASSERT_TRUE(summary.ok());
  Names all(scenario::words::kChecks.begin(), scenario::words::kChecks.end());
  for (const std::string& refused : kRefused) all.erase(refused);
  EXPECT_EQ(checks_that(*summary, Verdict::unknown), all);
  EXPECT_EQ(summary->verdict, Verdict::unknown);
}

}  // namespace
}  // namespace lastmile::sim::test
