// Guards: every check has a test that turns it to fail and one that leaves it unknown, every measure one that moves it.
// A new name needs a row here and the tests of it.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "scenarios/engine/model/check.hpp"
#include "scenarios/engine/model/words.hpp"
#include "tests/registered.hpp"

namespace lastmile::scenario::test {
namespace {

using lastmile::test::is_registered;
using W = std::string_view;

struct Shown {
  W fails;
  W unknown;
};
const std::map<W, Shown> kOfChecks{
    {"no_forged_message",
     {"NoForgedMessage.FailsWhenAnHonestNodeProcessesWhatNobodySigned",
      "NoForgedMessage.ForgivesNodesThatAreNotHonest"}},
    {"acknowledged_kept",
     {"AcknowledgedKept.FailsWhenARestartedNodeMissesWhatItAcknowledged",
      "AcknowledgedKept.AsksNothingOfANodeThatLostItsDisk"}},
    {"forgotten_stays_forgotten",
     {"Forgotten.FailsWhenARestartBringsItBack", "ForgottenStaysForgotten.IsUnknownWhenNothingWasForgotten"}},
    {"status_moves_legal",
     {"StatusMovesLegal.FailsOnAMoveThatTheProtocolDoesNotHave",
      "StatusMovesLegal.PassesOnLegalMovesAndIsUnknownWithoutAny"}},
    {"bounded_queues", {"BoundedQueues.FailsWhenASampleFindsOne", "BoundedQueues.IsUnknownWhenNoQueueWasSeen"}},
    {"finality_respected",
     {"FinalityRespected.FailsWhenAFinalBlockIsTakenBack", "FinalityRespected.IsUnknownWithoutAFinalBlock"}},
    {"supply_conserved",
     {"SupplyConserved.FailsWhenTwoNodesKnowTheSameAndPaidDifferently",
      "SupplyConserved.IsUnknownWhenNothingWasDistributed"}},
    {"diverged", {"Diverged.FailsWhenBothSidesKnewTheSameAllTheTime", "Diverged.IsUnknownWithoutACut"}},
    {"healed",
     {"Healed.FailsWhenAMessageOfTheCutIsMissingSomewhere", "Healed.IsUnknownWithoutAFaultOrWithoutMessages"}},
    {"converged", {"Converged.FailsWhenOneStateDiffers", "Converged.IsUnknownWithFewerThanTwoNodes"}},
    {"all_processed",
     {"AllProcessed.FailsForAMessageThatOneNodeRefused", "AllProcessed.IsUnknownWhenNothingWasPublished"}},
    {"acknowledged_everywhere",
     {"AcknowledgedEverywhere.FailsForAnAcknowledgedMessageOnly",
      "AcknowledgedEverywhere.IsUnknownWhenNothingWasAcknowledged"}},
    {"confirmed", {"Confirmed.FailsWithoutAFinalConfirmation", "Confirmed.IsUnknownWhenNothingWasProcessed"}},
    {"backlog_drained", {"BacklogDrained.FailsAboveItsBound", "BacklogDrained.IsUnknownWhenNobodyRuns"}},
    {"overlay_connected",
     {"OverlayConnected.FailsForTwoComponentsAndIsUnknownWithoutAMesh",
      "OverlayConnected.FailsForTwoComponentsAndIsUnknownWithoutAMesh"}},
    {"loss_reported", {"Loss.FailsWhenANodeWaitsForEver", "Loss.IsUnknownWhenNothingWasLost"}},
    {"measure",
     {"MeasureCheck.FailsAboveAtMostAndBelowAtLeast", "MeasureCheck.PassesWithinAndIsUnknownWhenNothingWasSeen"}},
};
// Names of the format that no world can watch yet: refused before the run (docs/scenario-format.md).
const std::set<W> kRefused{};

const std::map<W, W> kOfMeasures{
    {"propagation_s", "Measures.PropagationAndCoverage"},
    {"acknowledgement_s", "Measures.AcknowledgementFromHandingInToTheReceipt"},
    {"coverage_s", "Measures.PropagationAndCoverage"},
    {"time_to_heal_s", "Measures.TimeToHealAndDivergence"},
    {"divergence_messages", "Measures.TimeToHealAndDivergence"},
    {"duplicates", "Measures.DuplicatesPerNewMessage"},
    {"bytes_per_message", "Measures.BytesOfTheWire"},
    {"control_share", "Measures.BytesOfTheWire"},
    {"reconciliation_bytes", "Measures.Reconciliation"},
    {"reconciliation_rounds", "Measures.Reconciliation"},
    {"pending_messages", "Measures.QueuesAndBacklog"},
    {"queue_depth", "Measures.QueuesAndBacklog"},
    {"queue_age_s", "Measures.QueuesAndBacklog"},
    {"queue_refused", "Measures.QueuesAndBacklog"},
    {"rejected", "Measures.RefusalsByCode"},
    {"removing", "Measures.WhatLosesItsResources"},
    {"permission_disagreements", "Measures.PermissionDisagreements"},
    {"confirmation_lag_s", "Measures.Chains"},
    {"chain_lag_blocks", "Measures.Chains"},
    {"disk_bytes", "Measures.GaugesOfNodes"},
    {"node_memory_bytes", "Measures.GaugesOfNodes"},
    {"cpu_busy", "Measures.GaugesOfNodes"},
    {"energy_wh", "Measures.EnergyOfTheMachinesThatSayWhatTheyDraw"},
    {"peers", "Measures.GaugesOfNodes"},
    {"mesh_degree", "Measures.GaugesOfNodes"},
    {"mesh_captured", "Measures.HowMuchOfAMeshIsHostile"},
    {"deliveries", "Measures.CountsOfTheRun"},
    {"published", "Measures.CountsOfTheRun"},
    {"acknowledged", "Measures.CountsOfTheRun"},
    {"nodes_failed", "Measures.NodesWhoseDisksFailed"},
    {"topology", "Measures.CountsOfTheRun"},
};

TEST(EveryCheck, IsShownAFailureAndNothingToLookAt) {
  for (const W name : words::kChecks) {
    const auto shown = kOfChecks.find(name);
    ASSERT_EQ(shown == kOfChecks.end(), kRefused.contains(name)) << name;
    if (shown == kOfChecks.end()) continue;
    EXPECT_TRUE(is_registered(shown->second.fails)) << name << ": there is no test " << shown->second.fails;
    EXPECT_TRUE(is_registered(shown->second.unknown)) << name << ": there is no test " << shown->second.unknown;
  }
  EXPECT_EQ(kOfChecks.size() + kRefused.size(), words::kChecks.size());
}

TEST(EveryMeasure, IsMovedByATest) {
  std::set<W> names;
  for (const MeasureInfo& measure : all_measures()) names.insert(measure.name);
  std::set<W> tested;
  for (const auto& [name, test] : kOfMeasures) {
    tested.insert(name);
    EXPECT_TRUE(is_registered(test)) << name << ": there is no test " << test;
  }
  EXPECT_EQ(names, tested);
}

}  // namespace
}  // namespace lastmile::scenario::test
