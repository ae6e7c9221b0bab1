// Light nodes: what may not be asked of them, and what a file with them gets when it does not say.
#include "scenarios/engine/model/light.hpp"

#include "scenarios/engine/model/abilities.hpp"
#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {
namespace {

// The sample without its chain, with traffic that light nodes can judge. Group 0, "west", is light.
Scenario mixed(std::vector<std::string> sets) {
  sets.insert(sets.begin(), {"/world/groups/0/fidelity=light", "/world/chains=[]", "/traffic/0/amends=0%"});
  return sample(sets);
}
Scenario all_light(std::vector<std::string> sets) {
  sets.insert(sets.begin(), "/world/groups/1/fidelity=light");
  return mixed(std::move(sets));
}

std::vector<std::string> refusals(const Scenario& scenario) {
  Findings findings;
  unsupported(scenario, simulator_abilities(), findings);
  std::vector<std::string> out;
  for (const Finding& finding : findings.list()) out.push_back(finding.place + ": " + finding.text);
  return out;
}

std::string only_refusal(const Scenario& scenario) {
  const auto all = refusals(scenario);
  return all.size() == 1 ? all.front() : ::testing::PrintToString(all);
}

TEST(LightNodes, AreTakenWhereTheyCanDoWhatIsAsked) {
  EXPECT_EQ(refusals(mixed({})), std::vector<std::string>{});
  EXPECT_EQ(refusals(all_light({})), std::vector<std::string>{});
  EXPECT_EQ(refusals(mixed({R"(/traffic/0/types={"POST":"50%","AGGREGATE":"50%"})",
                            R"(/traffic/0/size={"law":"lognormal","median":"1KiB","sigma":1,"at_most":"40KiB"})"})),
            std::vector<std::string>{});
}

TEST(LightNodes, HaveGossipAlone) {
  EXPECT_EQ(all_light({}).world.roads,
            (Roads{.gossip = true, .reconciliation = false, .chain = false, .content_store = false}));
  EXPECT_EQ(mixed({}).world.roads, Roads{}) << "the full ones have what they always have";
  EXPECT_EQ(only_refusal(all_light({R"(/world/roads={"reconciliation":true})"})),
            "/world/roads/reconciliation: expected false: all nodes are light, and have gossip alone, found true");
  EXPECT_EQ(only_refusal(mixed({R"(/world/roads={"gossip":false})"})),
            "/world/roads/gossip: expected true: light nodes have no other road, found false");
}

TEST(LightNodes, AreGivenNoTrafficThatTheyCannotJudge) {
  EXPECT_EQ(only_refusal(mixed({R"(/traffic/0/types={"POST":"50%","STORE":"50%"})"})),
            "/traffic/0/types/STORE: expected \"POST\" and \"AGGREGATE\" alone: light nodes cannot judge what needs a "
            "file or another message, found \"STORE\"");
  EXPECT_EQ(only_refusal(mixed({"/traffic/0/amends=10%"})),
            "/traffic/0/amends: expected \"0%\": light nodes do not know whether the original is there, found \"10%\"");
  EXPECT_EQ(only_refusal(mixed({"/traffic/0/delegation={}"})),
            "/traffic/0/delegation: expected none: light nodes do not know who may act for whom, found one");
  EXPECT_EQ(only_refusal(mixed({R"(/traffic/0/size={"law":"lognormal","median":"1KiB","sigma":1})"})),
            "/traffic/0/size: expected sizes of at most 49,999B (\"at_most\"): light nodes fetch no contents, found no "
            "limit");
  EXPECT_EQ(only_refusal(mixed({"/traffic/0/size=50000B"})),
            "/traffic/0/size: expected sizes of at most 49,999B (\"at_most\"): light nodes fetch no contents, found "
            "50,000B");
  EXPECT_THAT(only_refusal(mixed({R"(/economy={"preset":"prices"})"})),
              ::testing::StartsWith("/economy: expected no economy"));
}

TEST(LightNodes, LoseEverythingInACrash) {
  const auto crash = [](const std::string& who, const std::string& disk) {
    return only_refusal(
        mixed({R"(/faults=[{"name":"x","kind":"crash","who":")" + who + R"(","disk":")" + disk + "\"}]"}));
  };
  const std::string nothing = ::testing::PrintToString(std::vector<std::string>{});
  EXPECT_EQ(crash("group:west", "kept"),
            "/faults/0/disk: expected \"lost\", or a \"who\" that can mean no light node: these have no disk and come "
            "back empty, found \"kept\"");
  EXPECT_THAT(crash("one", "torn"), ::testing::StartsWith("/faults/0/disk: ")) << "it may draw a light one";
  EXPECT_THAT(crash("!node:east-0", "torn"), ::testing::StartsWith("/faults/0/disk: "));
  EXPECT_EQ(crash("group:west", "lost"), nothing);
  EXPECT_EQ(crash("one & group:east", "torn"), nothing);
  EXPECT_EQ(crash("node:east-1", "kept"), nothing);
  EXPECT_EQ(crash("region:europe", "kept"), nothing);
  EXPECT_EQ(crash("all & !group:west", "kept"), nothing);
}

TEST(LightNodes, HaveNoDiskNoChainAndNoAdversaries) {
  EXPECT_THAT(
      refusals(mixed({R"(/faults=[{"name":"x","kind":"disk","who":"all","mode":"slow","amount":"50%"}])"})),
      ::testing::Contains(::testing::StartsWith("/faults/0/who: expected a selector that can mean no light node")));
  const std::string chain = R"(/world/chains=[{"name":"ethereum","synchronizers":)";
  EXPECT_EQ(only_refusal(mixed({chain + "\"all\"}]"})),
            "/world/chains/0/synchronizers: expected a selector that can mean no light node, for these follow no "
            "chain, found \"all\"");
  EXPECT_EQ(refusals(mixed({chain + "\"group:east\"}]"})), std::vector<std::string>{});
  const std::string outage = R"(/faults=[{"name":"x","kind":"chain","chain":"ethereum","mode":"outage","who":)";
  EXPECT_EQ(refusals(mixed({chain + "\"group:east\"}]", outage + "\"all\"}]"})), std::vector<std::string>{});
  EXPECT_THAT(only_refusal(mixed({chain + "\"group:east\"}]", outage + "\"group:west\"}]"})),
              ::testing::StartsWith("/faults/0/who: "));
  EXPECT_THAT(refusals(mixed({R"(/adversaries=[{"name":"x","kind":"flooder","who":"node:west-1","rate":"1/s"}])"})),
              ::testing::Contains(::testing::StartsWith("/adversaries/0/who: ")));
}

TEST(LightNodes, AreCoreNodes) {
  EXPECT_THAT(refusals(mixed({"/world/groups/0/role=client"})),
              ::testing::Contains(::testing::StartsWith("/world/groups/0/fidelity: ")));
}

TEST(LightNodes, AloneGetNoCheckThatNeedsAState) {
  EXPECT_EQ(check_names(all_light({})), (std::vector<std::string>{"no_forged_message", "bounded_queues", "diverged",
                                                                  "healed", "all_processed", "backlog_drained"}));
  EXPECT_EQ(check_names(mixed({})), check_names(sample({"/world/chains=[]"}))) << "full ones are there to look at";
}

TEST(LightNodes, ThatMayBeAwayAreNotAskedForEverything) {
  const auto names = check_names(
      all_light({R"(/faults=[{"name":"x","kind":"churn","who":"all","session":"9s","absence":"3s","disk":"lost"}])"}));
  EXPECT_EQ(names, (std::vector<std::string>{"no_forged_message", "bounded_queues", "backlog_drained"}));
}

}  // namespace
}  // namespace lastmile::scenario::test
