// The resolved scenario, its digest, the checks of a file that names none, and what a world cannot do.
#include <fstream>
#include <sstream>

#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/machines.hpp"
#include "scenarios/engine/model/parameters.hpp"
#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {
namespace {

std::string sample_with_everything() {
  std::ifstream file(LASTMILE_SOURCE_DIR "/tests/unit/scenarios/data/everything.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string refusals(const Scenario& scenario, const Abilities& abilities) {
  Findings findings;
  unsupported(scenario, abilities, findings);
  return findings.lines("f");
}

TEST(Machines, ShippedOnesAreThereByName) {
  const Scenario scenario = sample({"/world/groups/1/hardware=attester-at-home"});
  const Hardware& machine = scenario.world.hardware[scenario.world.groups[1].hardware];
  EXPECT_EQ(machine.uplink, Bandwidth{25'000'000});
  EXPECT_EQ(machine.cores, 8U);
  EXPECT_EQ(scenario.world.hardware[scenario.world.groups[0].hardware].name, "default");
  EXPECT_EQ(scenario.world.hardware.size(), 2U) << "only those in use";
  Findings none;
  EXPECT_EQ(load_scenario(pretty(resolved(scenario)), {}, none), scenario) << none.lines("resolved");
}

TEST(Machines, OfTheFileComeBeforeShippedOnes) {
  const Scenario scenario = sample({R"(/world/hardware={"other": {"cores": 3}, "attester-at-home": {"cores": 2}})",
                                    "/world/groups/0/hardware=other", "/world/groups/1/hardware=attester-at-home"});
  ASSERT_EQ(scenario.world.hardware.size(), 2U);
  EXPECT_EQ(scenario.world.hardware[scenario.world.groups[1].hardware].cores, 2U);
}

TEST(Machines, NobodyUsesAreLeftOut) {
  const Scenario scenario =
      sample({"/world/groups/0/hardware=full-node-at-home", "/world/groups/1/hardware=full-node-at-home"});
  ASSERT_EQ(scenario.world.hardware.size(), 1U);
  EXPECT_EQ(scenario.world.hardware.front().name, "full-node-at-home");
  EXPECT_EQ(scenario.world.groups[1].hardware, 0U);
}

TEST(Machines, WithASlipOfThePenAreNamed) {
  EXPECT_THAT(sample_complaints({"/world/groups/0/hardware=atester-at-home"}),
              testing::HasSubstr("did you mean \"attester-at-home\""));
}

TEST(Machines, AreNotMoreThanCanBeReadAgain) {
  std::string machines = R"(/world/hardware={"m0": {})";
  for (int i = 1; i < 1000; ++i) machines += ",\"m" + std::to_string(i) + "\": {}";
  EXPECT_THAT(
      sample_complaints({machines + "}", "/world/groups/0/hardware=m0", "/world/groups/1/hardware=attester-at-home"}),
      testing::HasSubstr("/world/groups/1/hardware: expected a machine of this file"));
}

TEST(Machines, ShippedStandInTheDocument) {
  std::ifstream file(std::string(LASTMILE_SOURCE_DIR) + "/docs/scenario-format.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const auto& shipped : shipped_machines())
    EXPECT_THAT(text.str(), testing::HasSubstr("`" + shipped.machine.name + "`"));
}

TEST(Machines, ShippedSayWhereTheirFiguresAreFrom) {
  ASSERT_FALSE(shipped_machines().empty());
  for (const auto& shipped : shipped_machines()) EXPECT_GT(shipped.source.size(), 40U) << shipped.machine.name;
}

TEST(Resolved, ReadsBackWithEveryKeyInUse) {
  Findings findings;
  const auto first = load_scenario(sample_with_everything(), {}, findings);
  ASSERT_TRUE(first.has_value()) << findings.lines("everything.json");
  const auto again = load_scenario(pretty(resolved(*first)), {}, findings);
  ASSERT_TRUE(again.has_value()) << findings.lines("resolved");
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(scenario_digest(*again), scenario_digest(*first));
}

TEST(Resolved, FillsEveryDefault) {
  const Json json = resolved(sample());
  EXPECT_EQ(*json.find("crypto")->text(), "cached");
  EXPECT_EQ(*json.find("world")->find("groups")->items()->at(0).find("role")->text(), "core");
  EXPECT_EQ(*json.find("faults")->items()->at(0).find("mode")->text(), "stall");
  EXPECT_FALSE(json.find("checks")->items()->empty());
  EXPECT_FALSE(json.find("measures")->items()->empty());
}

TEST(ScenarioDigest, DoesNotCountWhatDecidesNothing) {
  const auto digest = scenario_digest(sample());
  EXPECT_EQ(scenario_digest(sample({"/seed=99"})), digest);
  EXPECT_EQ(scenario_digest(sample({"/question=Another", "/tags=[\"x\"]", "/description=Long"})), digest);
  EXPECT_EQ(scenario_digest(sample({"/world/groups/0/role=core"})), digest) << "a default that is spelled out";
  EXPECT_NE(scenario_digest(sample({"/world/groups/0/count=4"})), digest);
  EXPECT_NE(scenario_digest(sample({"/faults/0/mode=reset"})), digest);
}

TEST(DefaultChecks, AreThoseThatApply) {
  using ::testing::Contains;
  using ::testing::Not;
  const auto with_chain = check_names(sample());
  EXPECT_THAT(with_chain, Contains("confirmed"));
  EXPECT_THAT(with_chain, Contains("diverged"));
  EXPECT_THAT(with_chain, Not(Contains("forgotten_stays_forgotten"))) << "nobody writes a FORGET";
  const auto without =
      check_names(sample({"/world/roads={\"chain\":false}", "/faults=[]", "/traffic/0/types={\"FORGET\":1}"}));
  EXPECT_THAT(without, Not(Contains("confirmed")));
  EXPECT_THAT(without, Not(Contains("diverged")));
  EXPECT_THAT(without, Not(Contains("healed")));
  EXPECT_THAT(without, Contains("forgotten_stays_forgotten"));
}

TEST(Parameters, ReachTheNodeTheyName) {
  const Scenario scenario = sample(
      {R"(/world/parameters={"limits.inbox_messages":5,"limits.inbox_messages_per_source":5,"intervals.reconcile_every":"7s",)"
       R"("limits.retry_pause_max":"3s","limits.retries":2,"switches.ties":"as_reference"})"});
  node::Limits limits;
  node::Intervals intervals;
  apply_parameters(scenario.world.parameters, limits, intervals);
  EXPECT_EQ(limits.inbox_messages, 5U);
  EXPECT_EQ(limits.retries, 2);
  EXPECT_EQ(limits.retry_pause_max, seconds(3));
  EXPECT_EQ(intervals.reconcile_every, seconds(7));
  EXPECT_EQ(scenario.world.switches.ties, message::Behaviour::as_reference);
}

TEST(Parameters, ASwitchWithoutTheBehaviourOfTheReferenceIsRefusedByName) {
  EXPECT_THAT(sample_complaints({R"(/world/parameters={"switches.pending_before_signature":"as_reference"})"}),
              ::testing::HasSubstr(
                  "/world/parameters/switches.pending_before_signature: expected \"corrected\": no record of a "
                  "message is kept before its signature is checked"));
  EXPECT_EQ(sample({R"(/world/parameters={"switches.pending_before_signature":"corrected"})"}).world.switches,
            message::Switches{});
}

TEST(RealWorld, RefusesWhatItCannotDoWithPlaceAndReason) {
  EXPECT_EQ(refusals(sample({"/worlds=[\"sim\"]", "/world/chains=[]", "/faults/0/leak=0.1"}), real_abilities()),
            "f: /worlds: expected \"real\" in this list, found \"sim\"\n"
            "f: /faults/0/leak: expected what the real world can do, found a cut that leaks, which it cannot do yet\n");
  EXPECT_EQ(refusals(sample({"/worlds=[\"sim\",\"real\"]"}), real_abilities()), "") << "a chain of the kind evm";
  EXPECT_EQ(
      refusals(sample({"/worlds=[\"sim\",\"real\"]", "/world/chains/0/kind=tezos"}), real_abilities()),
      "f: /world/chains/0/kind: expected what the real world can do, found a chain of the kind \"tezos\", which it "
      "cannot do yet\n");
  EXPECT_EQ(refusals(sample({"/worlds=[\"sim\",\"real\"]", "/world/chains/0/finality_blocks=3000"}), real_abilities()),
            "f: /world/chains/0/finality_blocks: expected what the real world can do, found 3000 blocks, which it "
            "cannot do yet\n");
  const auto with_fault = [](const std::string& fault) {
    return refusals(sample({"/worlds=[\"sim\",\"real\"]", "/world/chains=[]", "/faults=[" + fault + "]"}),
                    real_abilities());
  };
  EXPECT_EQ(with_fault(R"({"name":"x","kind":"crash","who":"one","disk":"torn"})"),
            "f: /faults/0/disk: expected what the real world can do, found a disk that is \"torn\", which it cannot do "
            "yet\n");
  EXPECT_EQ(with_fault(R"({"name":"x","kind":"link","between":["group:west","group:east"],"loss":0.1})"),
            "f: /faults/0/loss: expected what the real world can do, found loss, which it cannot do yet\n");
  EXPECT_EQ(with_fault(R"({"name":"x","kind":"clock","who":"one","step":"1s"})"),
            "f: /faults/0/kind: expected what the real world can do, found \"clock\", which it cannot do yet\n");
  EXPECT_EQ(with_fault(R"({"name":"x","kind":"disk","who":"one","mode":"slow","amount":0.1})"),
            "f: /faults/0/kind: expected what the real world can do, found \"disk\", which it cannot do yet\n");
  EXPECT_EQ(with_fault(R"({"name":"x","kind":"rare_path","who":"one","share":0.1})"),
            "f: /faults/0/kind: expected what the real world can do, found \"rare_path\", which it cannot do yet\n");
  EXPECT_EQ(with_fault(R"({"name":"x","kind":"crash","who":"one"})"), "");
  for (const std::string check : {"loss_reported", "supply_conserved"}) {
    EXPECT_THAT(
        refusals(sample({"/worlds=[\"sim\",\"real\"]", "/world/chains=[]", R"(/checks=[{"name":")" + check + "\"}]"}),
                 real_abilities()),
        ::testing::HasSubstr("/checks/0/name"));
  }
}

TEST(Simulator, RefusesWhatIsNotBuiltYet) {
  EXPECT_EQ(refusals(sample({"/crypto=modelled"}), simulator_abilities()),
            "f: /crypto: expected what the simulated world can do, found \"modelled\", which it cannot do yet\n");
}

TEST(Unsupported, NamesMeasuresThatAWorldDoesNotProduce) {
  const Abilities simulator = simulator_abilities();
  EXPECT_EQ(refusals(sample(), simulator), "") << "a file that names no measures gets those that there are";
  EXPECT_THAT(refusals(sample({R"(/measures=["propagation_s","node_memory_bytes"])"}), simulator),
              ::testing::HasSubstr("/measures/1"));
  EXPECT_EQ(
      refusals(sample({R"(/checks=[{"name":"measure","of":"topology.cut","stat":"value","at_most":9}])"}), simulator),
      "");
  EXPECT_THAT(
      refusals(sample({R"(/measures=["topology.cut"])", "/worlds=[\"real\"]", "/world/chains=[]", "/checks=[]"}),
               real_abilities()),
      ::testing::HasSubstr("topology.cut"));
  EXPECT_EQ(refusals(sample({R"(/measures=["queue_depth.outbound","queue_depth.chain_archives","queue_age_s.fetch"])"}),
                     simulator),
            "");
  EXPECT_EQ(refusals(sample({R"(/measures=["queue_depth.reconcile","node_memory_bytes","disk_bytes","cpu_busy"])",
                             "/worlds=[\"real\"]", "/world/chains=[]", "/checks=[]"}),
                     real_abilities()),
            "");
}

}  // namespace
}  // namespace lastmile::scenario::test
