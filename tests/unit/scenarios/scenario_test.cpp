// What the parser says about wrong files: place, expectation, what was found, the nearest word.
#include <filesystem>
#include <fstream>

#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/text/json_reader.hpp"
#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string json_complaints(std::string_view text) {
  Findings findings;
  EXPECT_FALSE(read_json(text, findings).has_value());
  return findings.lines("f");
}

std::vector<std::string> shipped() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LASTMILE_SOURCE_DIR "/scenarios")) {
    const std::string path = entry.path().string();
    if (entry.path().extension() == ".json" && path.find("/engine/") == std::string::npos &&
        path.find("/schema/") == std::string::npos && path.find("/economy/") == std::string::npos) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(JsonWithComments, ReadsOverBothKinds) {
  Findings findings;
  const auto json = read_json("// head\n{ \"a\": /* inside */ 1 }\n// tail", findings);
  ASSERT_TRUE(json.has_value()) << findings.lines("f");
  EXPECT_EQ(compact(*json), "{\"a\":1}");
}

TEST(JsonWithComments, KeepsTheSpellingOfNumbers) {
  Findings findings;
  EXPECT_EQ(compact(*read_json("[0.10, 1e3, 18446744073709551615]", findings)), "[0.10,1e3,18446744073709551615]");
}

TEST(JsonWithComments, NamesLineAndColumnOfASyntaxError) {
  EXPECT_THAT(json_complaints("{\n  \"a\": 1,\n  \"b\" 2\n}"),
              StartsWith("f: line 3, column 7: expected JSON with comments"));
  EXPECT_THAT(json_complaints(""), StartsWith("f: line 1, column 1: "));
  EXPECT_THAT(json_complaints("{\"a\": \"\xff\"}"), StartsWith("f: line 1, column 8: "));
  EXPECT_THAT(json_complaints("{} {}"), StartsWith("f: line 1, column 4: "));
}

TEST(JsonWithComments, RefusesARepeatedKeyByItsPlace) {
  EXPECT_EQ(json_complaints(R"({"a": [0, {"b": 1, "c": 2, "b": 3}]})"),
            "f: /a/1/b: expected one definition, found a second one of the same key\n");
}

TEST(JsonWithComments, HasSixtyFourLevelsAndSixteenMebibytes) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  Findings findings;
  EXPECT_TRUE(read_json(nested(64), findings).has_value());
  EXPECT_THAT(json_complaints(nested(65)), HasSubstr("expected at most 64 levels, found more"));
  EXPECT_THAT(json_complaints(std::string(1'000'000, '[')), HasSubstr("expected at most 64 levels, found more"));
  EXPECT_EQ(json_complaints(std::string(16 * 1024 * 1024 + 1, ' ')), "f: expected at most 16 MiB, found more\n");
}

TEST(Findings, ShowTwentyAndCountTheRest) {
  std::string tags;
  for (int i = 0; i < 25; ++i) tags += (i > 0 ? "," : "") + std::string("\"no spaces\"");
  Findings findings;
  EXPECT_FALSE(load_scenario(kSample, {{"/tags=[" + tags + "]"}, {}}, findings).has_value());
  EXPECT_EQ(findings.list().size(), 20U);
  EXPECT_THAT(findings.lines("f"), HasSubstr("f: /tags/19: "));
  EXPECT_THAT(findings.lines("f"), ::testing::EndsWith("f: and 5 more\n"));
}

TEST(Errors, NameTheNearestKey) {
  EXPECT_EQ(sample_complaints({"/faults/0/beteen=all"}),
            "/faults/0/beteen: expected a known key, found \"beteen\"; did you mean \"between\"");
  EXPECT_EQ(sample_complaints({"/wrold=1"}), "/wrold: expected a known key, found \"wrold\"; did you mean \"world\"");
  EXPECT_EQ(sample_complaints({"/world/roads/zzz=true"}),
            "/world/roads/zzz: expected one of \"chain\", \"content_store\", \"gossip\" or \"reconciliation\", found "
            "\"zzz\"");
}

TEST(Errors, NameTheUnitThatIsWrong) {
  EXPECT_EQ(sample_complaints({"/faults/0/from=30 parsecs"}),
            "/faults/0/from: expected a time such as \"30s\" or \"trouble+10s\", found \"30 parsecs\" (unknown unit "
            "\"parsecs\"; there are d, h, min, s, ms, us, ns)");
  EXPECT_EQ(sample_complaints({"/phases/heal=10"}), "/phases/heal: expected a duration such as \"30s\", found 10");
  EXPECT_EQ(sample_complaints({"/traffic/0/rate=10"}), "/traffic/0/rate: expected a rate such as \"10/s\", found 10");
  EXPECT_EQ(sample_complaints({"/traffic/0/size=10"}), "/traffic/0/size: expected a size such as \"16KiB\", found 10");
  EXPECT_EQ(sample_complaints({"/faults/0/leak=2"}),
            "/faults/0/leak: expected a share such as \"12.5%\" or a number from 0 to 1, found 2 (above 1)");
}

TEST(Errors, RefuseRepetitionsThatNobodyCouldCount) {
  const auto repeated = [](const std::string& from) {
    return sample_complaints(
        {R"(/faults/0={"name": "cut", "kind": "pause", "who": "one", "for": "1ms", "from": )" + from + "}",
         "/checks=[]"});
  };
  EXPECT_EQ(
      repeated(R"({"every": "1ms"})"),
      "/faults/0/from/every: expected at most 10,000 repetitions between \"from\" and \"until\", found 1ms, which "
      "makes more");
  EXPECT_EQ(repeated(R"({"every": "1ms", "from": "trouble", "until": "trouble+10s"})"), "");
  EXPECT_THAT(repeated(R"({"rate": "1000/s"})"), testing::HasSubstr("found 1000/s, which makes more"));
}

TEST(Errors, RefuseMorePartitionsLinksAndHoldsAtOnceThanThereMayBe) {
  const auto links = [](const std::string& when) {
    return sample_complaints(
        {R"(/faults/0={"name": "l", "kind": "link", "between": ["group:west", "group:east"], "loss": "1%", )" + when +
             "}",
         "/checks=[]"});
  };
  EXPECT_EQ(links(R"("from": {"every": "10ms"}, "for": "10s")"), "");
  EXPECT_EQ(links(R"("from": {"every": "10ms"}, "for": "11s")"),
            "/faults/0/from: expected at most 1,000 partitions, links and holds in force at once, found one more at "
            "20.0 s");
  EXPECT_EQ(sample_complaints({R"(/faults/0={"name": "p", "kind": "pause", "who": "one", "from": {"every": "10ms"},
                                             "for": "11s"})",
                               "/checks=[]"}),
            "");
}

TEST(Errors, RefuseTimesOnTheWayThatNobodyWouldWaitFor) {
  const auto refused = [](const std::string& set, const std::string& place) {
    EXPECT_THAT(sample_complaints({set, "/checks=[]"}), StartsWith(place + ": expected")) << set;
  };
  const std::string link = R"(/faults/0={"name": "l", "kind": "link", "between": ["group:west", "group:east"], )";
  refused(link + R"("latency_add": "61min"})", "/faults/0/latency_add");
  refused(link + R"("jitter": "61min"})", "/faults/0/jitter");
  refused(R"(/world/hardware={"m": {"access_latency": "20000d"}})", "/world/hardware/m/access_latency");
  refused(R"(/world/hardware={"m": {"access_latency": {"law": "uniform", "min": "2h", "max": "3h"}}})",
          "/world/hardware/m/access_latency");
  refused(R"(/world/hardware={"m": {"disk_sync": "2h"}})", "/world/hardware/m/disk_sync");
  refused(R"(/world/hardware={"m": {"disk_seek": "2h"}})", "/world/hardware/m/disk_seek");
  EXPECT_EQ(sample_complaints({link + R"("latency_add": "1h", "jitter": "1h"})", "/checks=[]"}), "");
}

TEST(Errors, RefuseMoneyThatNoNodeCouldRead) {
  const auto balance = [](const std::string& amount) {
    return sample_complaints(
        {R"(/economy={"preset": "prices", "balances": [{"of": "wallets", "amount": ")" + amount + "\"}]}"});
  };
  EXPECT_EQ(balance("1e18token"), "");
  EXPECT_EQ(balance("1e50token"), "/economy/balances/0/amount: expected at most 10^18 token, found \"1e50token\"");
}

// Somebody expects something of a key that he writes.
TEST(Errors, RefuseKeysThatMeanNothingBesideTheOthers) {
  const auto refused = [](const std::vector<std::string>& sets, const std::string& place, const std::string& why) {
    EXPECT_THAT(sample_complaints(sets), ::testing::AllOf(StartsWith(place + ": expected"), HasSubstr(why))) << sets[0];
  };
  const auto fault = [](const std::string& body) {
    return std::vector<std::string>{R"(/faults/0={"name": "f", )" + body + "}", "/checks=[]"};
  };
  const std::string chain = R"("kind": "chain", "chain": "ethereum", "mode": )";
  refused(fault(R"("kind": "clock", "who": "one")"), "/faults/0", "at least one of");
  refused(fault(chain + R"("delay")"), "/faults/0/delay", "above zero");
  refused(fault(chain + R"("delay", "delay": "0s")"), "/faults/0/delay", "above zero");
  refused(fault(chain + R"("delay", "delay": "1s", "depth": 2)"), "/faults/0/depth", "no \"depth\"");
  refused(fault(chain + R"("outage", "delay": "1s")"), "/faults/0/delay", "no \"delay\"");
  refused(fault(chain + R"("reorg", "who": "one")"), "/faults/0/who", "no \"who\"");
  refused({"/faults/0/mode=reset", "/faults/0/leak=1%"}, "/faults/0/leak", "no \"leak\"");
  refused({"/faults/0/leak=100%"}, "/faults/0/leak", "below 100%");
  refused({"/traffic/0/burst_size=4"}, "/traffic/0/burst_size", "no \"burst_size\"");
  const std::string ring = R"(/world/topology={"kind": "random_regular", "degree": 2, )";
  refused({ring + R"("rewire": "5%"})"}, "/world/topology/rewire", "no \"rewire\"");
  refused({ring + R"("across": 1})"}, "/world/topology/across", "no \"across\"");
  EXPECT_EQ(sample_complaints(fault(chain + R"("delay", "delay": "1s", "who": "one")")), "");
  EXPECT_EQ(sample_complaints(fault(chain + R"("reorg", "depth": 2)")), "");
}

TEST(Errors, RefuseRarePathsThatDoNothing) {
  const auto rare = [](const std::string& rest) {
    return sample_complaints(
        {R"(/faults/0={"name": "cut", "kind": "rare_path", "who": "one", )" + rest + "}", "/checks=[]"});
  };
  EXPECT_EQ(rare(R"("share": "5%")"), "");
  EXPECT_EQ(rare(R"("share": "5%", "paths": ["inbox_full", "commit_late"])"), "");
  EXPECT_EQ(rare(R"("share": 0)"), "/faults/0/share: expected a share above 0, found 0");
  EXPECT_EQ(rare(R"("paths": ["inbox_full"])"), "/faults/0/share: expected a share above 0, found nothing");
  EXPECT_THAT(rare(R"("share": 1, "paths": ["inbox_ful"])"), HasSubstr("did you mean \"inbox_full\""));
  EXPECT_EQ(rare(R"("share": 1, "paths": [])"),
            "/faults/0/paths: expected a list with at least one rare path, found an empty list");
  EXPECT_EQ(rare(R"("share": 1, "paths": ["job_late", "job_late"])"),
            "/faults/0/paths/1: expected each rare path once, found \"job_late\"");
}

TEST(Scenario, RarePathsAreAllThatThereAreUnlessSomeAreNamed) {
  const auto paths = [](const std::string& rest) {
    const auto loaded = sample(
        {R"(/faults/0={"name": "cut", "kind": "rare_path", "who": "one", "share": 1)" + rest + "}", "/checks=[]"});
    return std::get<RarePathFault>(loaded.faults[0].body).paths;
  };
  EXPECT_EQ(paths("").size(), env::kRarePathCount);
  EXPECT_THAT(paths(R"(, "paths": ["job_late"])"), testing::ElementsAre(env::RarePath::job_late));
}

TEST(Errors, RefuseDiskFaultsThatDoNothing) {
  const auto disk = [](const std::string& rest, std::vector<std::string> sets = {}) {
    sets.insert(sets.begin(),
                {R"(/faults/0={"name": "cut", "kind": "disk", "who": "one", )" + rest + "}", "/checks=[]"});
    return sample_complaints(sets);
  };
  EXPECT_EQ(disk(R"("mode": "slow", "amount": "10%")"), "");
  EXPECT_EQ(disk(R"("mode": "slow", "amount": 0)"), "/faults/0/amount: expected a share above 0, found 0");
  EXPECT_THAT(disk(R"("mode": "slow", "amount": 2)"), HasSubstr("found 2 (above 1)"));
  EXPECT_THAT(disk(R"("mode": "full")"), HasSubstr("/faults/0/amount: expected a share above 0"));
  EXPECT_THAT(disk(R"("mode": "ful", "amount": 1)"), HasSubstr("did you mean \"full\""));
  const std::string boundless = R"(/world/hardware={"plain": {"disk_size": "0B"}})";
  const std::vector<std::string> on_it{boundless, "/world/groups/0/hardware=plain", "/world/groups/1/hardware=plain"};
  EXPECT_EQ(
      disk(R"("mode": "full", "amount": 1)", on_it),
      "/world/hardware/plain/disk_size: expected a size: the fault \"cut\" takes a part of what is free, found no "
      "limit");
  EXPECT_EQ(disk(R"("mode": "slow", "amount": 1)", on_it), "");
}

TEST(Errors, RefuseSizesThatNoNodeTakes) {
  EXPECT_THAT(sample_complaints({"/traffic/0/size=1TiB"}),
              testing::HasSubstr("/traffic/0/size: expected sizes of at most"));
  EXPECT_THAT(sample_complaints({R"(/traffic/0/files={"size": {"law": "pareto", "scale": "101MiB", "shape": 2}})"}),
              testing::HasSubstr("/traffic/0/files/size: expected sizes of at most 100.0 MiB"));
  EXPECT_EQ(
      sample_complaints({R"(/traffic/0/size={"law": "lognormal", "median": "1TiB", "sigma": 1, "at_most": "1KiB"})"}),
      "");
}

TEST(Errors, NameTheFaultAndNotTheKindOfValue) {
  EXPECT_EQ(sample_complaints({"/phases/heal=-3s"}),
            "/phases/heal: expected a duration such as \"30s\", found \"-3s\" (a sign where none may be)");
  EXPECT_EQ(sample_complaints({"/traffic/0/rate=1e400/s"}),
            "/traffic/0/rate: expected a rate such as \"10/s\", found \"1e400/s\" (an exponent beyond 60)");
  EXPECT_EQ(sample_complaints({"/world/chains/0/synchronizers=[]"}),
            "/world/chains/0/synchronizers: expected a list of 1 to 1000 selectors, found an empty list");
  EXPECT_EQ(sample_complaints({"/faults/0/between=[\"all\"]"}),
            "/faults/0/between: expected a list of two selectors, found a list of 1");
  EXPECT_EQ(sample_complaints({R"(/sweep={"points": {}})"}),
            "/sweep/points: expected an object with at least one JSON pointer -> values, found an empty object");
  EXPECT_EQ(sample_complaints({R"(/traffic/0/types={"POST": "50%", "STORE": 0.3})"}),
            "/traffic/0/types: expected shares that add up to 100%, found a sum of 80%");
  EXPECT_EQ(sample_complaints({R"(/traffic/0/types={"POST": "50%", "STOER": "50%"})"}).find("add up"),
            std::string::npos);
  EXPECT_EQ(sample_complaints({R"(/world/groups/0/region={"europe": 1, "japan": 1})"}),
            "/world/groups/0/region: expected shares of regions that add up to 100%, found a sum of 200%");
  EXPECT_EQ(sample_complaints({R"(/traffic/0/size={"law": "empirical", "points": [["1B", "50%"]]})"}),
            "/traffic/0/size/points: expected a list of [value, share] whose shares add up to 1, found a sum of 50%");
  EXPECT_THAT(sample_complaints({"/traffic/0/into=island:cut-frist"}), HasSubstr("expected an island: \"cut-first\""));
}

TEST(Errors, SuggestNothingThatNoWorldCanDo) {
  EXPECT_EQ(sample_complaints({"/crypto=modeled"}), "/crypto: expected \"cached\" or \"real\", found \"modeled\"");
  EXPECT_EQ(sample_complaints({"/world/groups/0/role=ressource"}),
            "/world/groups/0/role: expected \"core\", found \"ressource\"");
  EXPECT_EQ(sample_complaints({"/traffic/0/into=role:clent"}),
            "/traffic/0/into: expected a role: \"core\", found \"clent\"");
}

TEST(Errors, NameTheWordThatIsWrong) {
  EXPECT_EQ(sample_complaints({"/faults/0/mode=stal"}),
            "/faults/0/mode: expected \"stall\" or \"reset\", found \"stal\"; did you mean \"stall\"");
  EXPECT_THAT(sample_complaints({"/faults/0/kind=partitoin"}),
              HasSubstr("found \"partitoin\"; did you mean \"partition\""));
  EXPECT_THAT(sample_complaints({R"(/checks=[{"name":"heald"}])"}),
              HasSubstr("found \"heald\"; did you mean \"healed\""));
  EXPECT_THAT(sample_complaints({R"(/measures=["propagation"])"}),
              StartsWith("/measures/0: expected the name of a measure, found \"propagation\""));
  EXPECT_EQ(sample_complaints({R"(/measures=["coverage_s.75"])"}),
            "/measures/0: expected one of the parts \"50\", \"90\", \"99\" or \"100\", found \"coverage_s.75\"");
  EXPECT_THAT(sample_complaints({R"(/world/parameters={"limits.inbox_mesages":5})"}),
              HasSubstr("did you mean \"limits.inbox_messages\""));
}

TEST(Errors, NameBothOfTwoParametersThatDoNotFitTogether) {
  EXPECT_EQ(sample_complaints({R"(/world/parameters={"limits.inbox_messages":5})"}),
            "/world/parameters: limits.inbox_messages_per_source (2000) is more than limits.inbox_messages (5)");
  EXPECT_EQ(sample_complaints({R"(/world/parameters={"intervals.dial_pause_min":"2min"})"}),
            "/world/parameters: intervals.dial_pause_min (120000 ms) is more than intervals.dial_pause_max (60000 ms)");
}

TEST(Errors, RefuseParametersThatNoNodeCouldWorkWith) {
  EXPECT_EQ(sample_complaints({R"(/world/parameters={"limits.gossip_frame_bytes":"1023B"})"}),
            "/world/parameters: limits.gossip_frame_bytes (1023) is less than what routers tell each other (1024)");
  EXPECT_THAT(sample_complaints({R"(/world/parameters={"intervals.gossip_heartbeat":"7min"})"}),
              StartsWith("/world/parameters: intervals.gossip_heartbeat (420000 ms) is more than"));
}

TEST(Errors, NameSelectorsThatMeanNobody) {
  EXPECT_EQ(sample_complaints({"/traffic/0/into=group:weast"}),
            "/traffic/0/into: expected a group: \"west\" or \"east\", found \"weast\"; did you mean \"west\"");
  EXPECT_EQ(
      sample_complaints({"/traffic/0/into=node:west-3"}),
      "/traffic/0/into: expected a node GROUP-NUMBER, numbered from 0, found \"west-3\"; did you mean \"west-0\"");
  EXPECT_EQ(
      sample_complaints({"/traffic/0/into=group:west & group:east"}),
      "/traffic/0/into: expected a selector that means at least one node, found \"group:west & group:east\", which "
      "means none");
  EXPECT_EQ(sample_complaints({R"(/faults/0/between=["all","group:east"])"}),
            "/faults/0/between/1: expected a second side with a node that is not in the first, found \"group:east\"");
  EXPECT_EQ(sample_complaints({"/traffic/0/into=chain:bitcoin"}),
            "/traffic/0/into: expected a chain: \"ethereum\", found \"bitcoin\"");
}

TEST(Errors, KeepFaultsInsideTrouble) {
  EXPECT_EQ(sample_complaints({"/faults/0/from=5s"}),
            "/faults/0/from: expected a time in trouble (10s to 70s), where faults may be in force, found 5s = 5s");
  EXPECT_EQ(
      sample_complaints({"/faults/0/until=settle"}),
      "/faults/0/until: expected a time in trouble (10s to 70s), where faults may be in force, found settle = 80s");
  EXPECT_EQ(sample_complaints({"/faults/0/until=trouble+10s"}),
            "/faults/0/until: expected a time after \"from\", found trouble+10s");
  EXPECT_THAT(sample_complaints({"/phases/trouble=0s"}), StartsWith("/phases/trouble: expected a length above zero"));
}

TEST(Errors, KeepTrafficOutOfSettle) {
  EXPECT_EQ(sample_complaints({"/traffic/0/until=settle+1s"}),
            "/traffic/0/until: expected a time within 0s to 80s (traffic stops at the end of heal), found settle+1s");
  EXPECT_EQ(sample_complaints({"/traffic/0/rate=1000000/s"}),
            "/traffic/0/rate: expected a rate that makes at most 50 million messages, found 1000000/s");
}

TEST(Errors, NameMissingAndRepeatedNames) {
  EXPECT_THAT(complaints(R"({"format":1})"), HasSubstr("/name: expected a name, found nothing"));
  EXPECT_EQ(sample_complaints({"/world/groups/1/name=west"}),
            "/world/groups/1/name: expected a name that no other has, found \"west\" again");
  EXPECT_EQ(sample_complaints({"/format=2"}), "/format: expected 1, the only format there is, found 2");
  EXPECT_EQ(complaints("[]"), ": expected an object, found an empty list");
}

TEST(Errors, SendFilesOfTheLaboratoryToItsProgram) {
  EXPECT_EQ(complaints(R"({"program": "lab", "anything": ["else"]})"),
            "/program: expected a scenario of the network (\"sim\"), found \"lab\": run it with lastmile-lab");
}

TEST(Errors, RefuseSpeedsThatWouldBecomeNoLimit) {
  EXPECT_EQ(
      sample_complaints({R"(/world/hardware={"slow":{"disk_read":"7bit/s"}})"}),
      "/world/hardware/slow/disk_read: expected a speed of at least 1B/s, or 0B/s for no limit, found \"7bit/s\"");
}

TEST(Files, ThatCannotBeReadAreNamed) {
  Findings findings;
  EXPECT_FALSE(load_scenario_file("/nonexistent/x.json", {}, findings).has_value());
  EXPECT_EQ(findings.lines("x.json"), "x.json: expected a scenario file, found no such file\n");
  Findings folder;
  EXPECT_FALSE(load_scenario_file("/", {}, folder).has_value());
  EXPECT_EQ(folder.lines("/"), "/: expected a scenario file, found a folder\n");
}

TEST(Set, ChangesAddsAndAppends) {
  EXPECT_EQ(sample({"/seed=9"}).seed, 9U);
  EXPECT_EQ(sample({"/world/topology/kind=random_regular", "/world/topology/degree=2"}).world.topology.degree, 2U);
  EXPECT_EQ(sample({R"(/traffic/-={"name":"more","rate":"1/s"})"}).traffic.size(), 2U);
  EXPECT_EQ(sample({"/seed=9", "/seed=10"}).seed, 10U) << "in order";
  Findings findings;
  EXPECT_EQ(load_scenario(kSample, {{"/seed=9"}, 11}, findings)->seed, 11U) << "--seed comes last";
}

TEST(Set, RefusesWhatLeadsNowhere) {
  EXPECT_EQ(sample_complaints({"seed=9"}), "--set: expected /json/pointer=value, found \"seed=9\"");
  EXPECT_EQ(sample_complaints({"/seed"}), "--set: expected /json/pointer=value, found \"/seed\"");
  EXPECT_EQ(sample_complaints({"/traffic/7/rate=1/s"}),
            "/traffic/7: expected a position from 0 to 1 or \"-\", found \"7\"");
  EXPECT_EQ(sample_complaints({"/name/deep=1"}),
            "/name/deep: expected an object or a list on the way, found a plain value");
  EXPECT_EQ(sample_complaints({"/a~2b=1"}), "--set: expected /json/pointer=value, found \"/a~2b=1\"");
}

class Shipped : public ::testing::TestWithParam<std::string> {};

TEST_P(Shipped, ParsesAndRunsSomewhere) {
  Findings findings;
  const auto scenario = load_scenario_file(GetParam(), {}, findings);
  ASSERT_TRUE(scenario.has_value()) << findings.lines(GetParam());
  EXPECT_FALSE(scenario->question.empty());
  EXPECT_FALSE(scenario->expectation.empty());
  EXPECT_GT(scenario->expected_cpu, Duration{});
  unsupported(*scenario, simulator_abilities(), findings);
  if (scenario->runs_in(WorldKind::real)) unsupported(*scenario, real_abilities(), findings);
  EXPECT_TRUE(findings.empty()) << findings.lines(GetParam());
}

TEST_P(Shipped, ResolvesToTheSameScenario) {
  Findings findings;
  const auto scenario = load_scenario_file(GetParam(), {}, findings);
  ASSERT_TRUE(scenario.has_value());
  const std::string text = pretty(resolved(*scenario));
  const auto again = load_scenario(text, {}, findings);
  ASSERT_TRUE(again.has_value()) << findings.lines("resolved");
  EXPECT_EQ(*again, *scenario);
  EXPECT_EQ(scenario_digest(*again), scenario_digest(*scenario));
  EXPECT_EQ(pretty(resolved(*again)), text);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Shipped, ::testing::ValuesIn(shipped()), [](const auto& file) {
  std::string name = std::filesystem::path(file.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// Messages and nodes know a chain by its code: two of one code would share their confirmations.
TEST(Chains, HaveTheCodeOfTheirKindOrAnotherAndNoTwoTheSame) {
  const std::string two =
      R"(/world/chains=[{"name":"ethereum","synchronizers":"all"},{"name":"base","synchronizers":"all")";
  EXPECT_THAT(sample_complaints({two + "}]"}),
              ::testing::AllOf(::testing::HasSubstr("/world/chains/1/code"), ::testing::HasSubstr("no other chain has"),
                               ::testing::HasSubstr("that of \"ethereum\"")));
  const Scenario s = sample({two + R"(,"code":"BASE"},{"name":"t","kind":"tezos","synchronizers":"all"}])"});
  ASSERT_EQ(s.world.chains.size(), 3U);
  EXPECT_EQ(s.world.chains[0].code, crypto::Chain::ETH);
  EXPECT_EQ(s.world.chains[1].code, crypto::Chain::BASE);
  EXPECT_EQ(s.world.chains[2].code, crypto::Chain::TEZOS);
  EXPECT_THAT(sample_complaints({R"(/world/chains/0/code="BASSE")"}), ::testing::HasSubstr("BASE"));
}

TEST(Topology, RefusesADegreeWhereEverybodyIsAPeerOfEverybody) {
  EXPECT_THAT(sample_complaints({"/world/topology/degree=3"}),
              ::testing::AllOf(::testing::HasSubstr("/world/topology/degree"), ::testing::HasSubstr("no degree")));
}

}  // namespace
}  // namespace lastmile::scenario::test
