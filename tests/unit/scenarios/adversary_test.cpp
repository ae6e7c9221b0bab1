// The section `adversaries`: what is read, what fits together, and what becomes of the checks.
#include "scenarios/engine/model/adversary.hpp"

#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/load.hpp"
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Scenario with(const std::string& adversaries) { return sample({"/adversaries=[" + adversaries + "]"}); }
std::string complaint(const std::string& adversaries, std::vector<std::string> more = {}) {
  more.insert(more.begin(), "/adversaries=[" + adversaries + "]");
  return sample_complaints(more);
}

TEST(Adversaries, AreReadWithTheirDefaults) {
  const Scenario s = with(R"({"name":"f","kind":"flooder","who":"node:west-1","rate":"20/s"},
                             {"name":"l","kind":"liar","who":"node:west-2","what":["invented","hidden"],"until":"trouble+20s"})");
  ASSERT_EQ(s.adversaries.size(), 2U);
  const auto& flooder = std::get<Flooder>(s.adversaries[0].body);
  EXPECT_EQ(flooder.what, std::vector<Flood>{Flood::invalid});
  EXPECT_EQ(rate_of(s.adversaries[0]).mean_interval(), milliseconds(50));
  EXPECT_EQ(s.phases.resolve(s.adversaries[0].from), s.phases.start(Phase::trouble));
  EXPECT_EQ(s.phases.resolve(s.adversaries[0].until), s.phases.end(Phase::trouble));
  EXPECT_EQ(s.adversaries[1].kind(), "liar");
  EXPECT_EQ(std::get<Liar>(s.adversaries[1].body).what, (std::vector<Lie>{Lie::invented, Lie::hidden}));
  EXPECT_EQ(rate_of(s.adversaries[1]), Rate{});
}

TEST(Adversaries, WhoInventMayOfferItUnasked) {
  const Scenario s = with(R"({"name":"l","kind":"liar","who":"node:west-2","what":["invented"],"rate":"4/s"},
                             {"name":"f","kind":"flooder","who":"node:west-1","rate":"1/s","what":["free"]})");
  EXPECT_EQ(rate_of(s.adversaries[0]).mean_interval(), milliseconds(250));
  EXPECT_EQ(std::get<Flooder>(s.adversaries[1].body).what, std::vector<Flood>{Flood::free});
  EXPECT_THAT(complaint(R"({"name":"l","kind":"liar","who":"node:west-2","rate":"4/s"})"),
              AllOf(StartsWith("/adversaries/0/rate: expected \"invented\""), HasSubstr("4/s")));
}

TEST(Adversaries, OfEveryKindAreWithinWhatTheSimulatorCanDo) {
  Findings findings;
  const Scenario s = with(R"({"name":"w","kind":"withholder","who":"node:west-0"},
                             {"name":"e","kind":"equivocator","who":"node:west-1","rate":"1/s"},
                             {"name":"r","kind":"replayer","who":"node:west-2","rate":"1/s"},
                             {"name":"x","kind":"eclipser","who":"node:east-1","against":"node:east-0"})");
  unsupported(s, simulator_abilities(), findings);
  EXPECT_TRUE(findings.empty()) << findings.lines("sample");
  unsupported(sample({R"(/worlds=["sim","real"])", R"(/adversaries=[{"name":"w","kind":"withholder","who":"one"}])"}),
              real_abilities(), findings);
  EXPECT_THAT(findings.lines("sample"), HasSubstr("/adversaries/0/kind"));
}

TEST(Sweep, IsRefusedByWhoCannotDoIt) {
  const Scenario s = sample({R"(/worlds=["sim","real"])", R"(/sweep={"points": {"/seed": [1, 2]}})"});
  for (const Abilities& world : {simulator_abilities(), real_abilities()}) {
    Findings findings;
    unsupported(s, world, findings);
    EXPECT_TRUE(findings.has("/sweep")) << findings.lines("sample");
  }
}

TEST(Adversaries, AreRefusedWithPlaceAndNearestWord) {
  EXPECT_THAT(complaint(R"({"name":"f","kind":"floder","who":"one"})"),
              AllOf(StartsWith("/adversaries/0/kind: "), HasSubstr("flooder")));
  EXPECT_THAT(complaint(R"({"name":"f","kind":"flooder","who":"one"})"),
              StartsWith("/adversaries/0/rate: expected a rate above 0"));
  EXPECT_THAT(complaint(R"({"name":"f","kind":"flooder","who":"one","rate":"0/s"})"),
              StartsWith("/adversaries/0/rate: expected a rate above 0"));
  EXPECT_THAT(complaint(R"({"name":"f","kind":"flooder","who":"one","rate":"1/s","what":["invalid","invalid"]})"),
              StartsWith("/adversaries/0/what/1: expected a word that is not in the list yet"));
  EXPECT_THAT(complaint(R"({"name":"f","kind":"flooder","who":"one","rate":"1/s","what":[]})"),
              StartsWith("/adversaries/0/what: expected at least one of"));
  EXPECT_THAT(complaint(R"({"name":"w","kind":"withholder","who":"one","rate":"1/s"})"),
              StartsWith("/adversaries/0/rate: "))
      << "a withholder has no rate";
  EXPECT_THAT(complaint(R"({"name":"x","kind":"eclipser","who":"one"})"), StartsWith("/adversaries/0/against: "));
}

TEST(Adversaries, AreTheSameNodesFromTheStartToTheEnd) {
  EXPECT_THAT(complaint(R"({"name":"w","kind":"withholder","who":"island:cut-first"})"),
              StartsWith("/adversaries/0/who: expected nodes that are known from the start"));
  EXPECT_THAT(complaint(R"({"name":"w","kind":"withholder","who":"node:west-1"},
                           {"name":"l","kind":"liar","who":"group:west"})"),
              AllOf(StartsWith("/adversaries/1/who: "), HasSubstr("west-1, which is one of \"w\"")));
  EXPECT_THAT(complaint(R"({"name":"w","kind":"withholder","who":"all"})"),
              StartsWith("/adversaries: expected at least one core node that is no adversary"));
  EXPECT_THAT(complaint(R"({"name":"x","kind":"eclipser","who":"group:west","against":"node:west-1"})"),
              StartsWith("/adversaries/0/against: expected nodes that are no adversaries"));
}

TEST(Adversaries, NeedWhatTheyAbuse) {
  EXPECT_THAT(complaint(R"({"name":"f","kind":"flooder","who":"one","rate":"1/s","what":["invalid","unpaid"]})"),
              StartsWith("/adversaries/0/what/1: expected an economy"));
  EXPECT_THAT(
      complaint(R"({"name":"r","kind":"replayer","who":"one","rate":"1/s"})", {R"(/world/roads={"gossip":false})"}),
      StartsWith("/adversaries/0/kind: expected a kind that does without gossip"));
  EXPECT_THAT(complaint(R"({"name":"l","kind":"liar","who":"one"})", {R"(/world/roads={"reconciliation":false})"}),
              StartsWith("/adversaries/0/kind: expected a kind that does without reconciliation"));
}

TEST(Adversaries, ActWithinTroubleAndABound) {
  EXPECT_THAT(complaint(R"({"name":"w","kind":"withholder","who":"one","from":"5s"})"),
              StartsWith("/adversaries/0/from: "));
  EXPECT_THAT(complaint(R"({"name":"w","kind":"withholder","who":"one","from":"trouble+20s","until":"trouble+20s"})"),
              StartsWith("/adversaries/0/until: expected a time after \"from\""));
  EXPECT_THAT(complaint(R"({"name":"r","kind":"replayer","who":"one","rate":"200000/s"})"),
              StartsWith("/adversaries/0/rate: expected at most 10,000,000 acts"));
}

// What follows from an attack must be healed as what follows from a fault.
TEST(Adversaries, CountAsTroubleForTheCheckHealed) {
  const Scenario s = sample({"/faults=[]", R"(/adversaries=[{"name":"w","kind":"withholder","who":"one"}])"});
  EXPECT_TRUE(
      std::any_of(s.checks.begin(), s.checks.end(), [](const Check& c) { return c.name == CheckName::healed; }));
  NodeTable nodes(s, 1);
  Timeline timeline(s, 1, nodes);
  timeline.advance(Instant{} + seconds(69));
  EXPECT_EQ(timeline.last_fault_end(), std::nullopt) << "it is at work";
  timeline.advance(Instant{} + seconds(70));
  EXPECT_EQ(timeline.last_fault_end(), Instant{} + seconds(70));
  ASSERT_EQ(timeline.adversary_spans().size(), 1U);
  EXPECT_EQ(timeline.adversary_spans()[0].nodes, 1U);
}

TEST(Adversaries, ThatDidNothingLeaveTheRunUndecided) {
  Summary summary;
  summary.checks.push_back({CheckName::converged, Verdict::pass, "", 1, std::nullopt, std::nullopt});
  EXPECT_EQ(decide(summary), Verdict::pass);
  summary.adversaries.push_back({"flood", "flooder", {}, {}, 1, 3});
  EXPECT_EQ(decide(summary), Verdict::pass);
  summary.adversaries.back().acts = 0;
  EXPECT_EQ(decide(summary), Verdict::unknown);
}

TEST(Checks, SayThatTheyLookAtHonestNodesAlone) {
  FakeRun run(R"({"name":"no_forged_message"})");
  EXPECT_THAT(run.result().detail, ::testing::Not(HasSubstr("adversar")));
  FakeRun among(R"({"name":"no_forged_message"})");
  among.world.dishonest = {4};
  EXPECT_THAT(among.result().detail, HasSubstr("; honest nodes alone, without 1 adversary"));
}

// What adversaries write is nobody's progress.
TEST(Progress, CountsMessagesOfTrafficAlone) {
  FakeRun run(R"({"name":"no_forged_message"})");
  run.watch().on_signed(hash_of(500));
  run.until(5);
  run.publish(0, 0);
  run.process(500, 1);
  EXPECT_EQ(run.watch().progress({1}).processed, 0);
  run.process(0, 1);
  EXPECT_EQ(run.watch().progress({1}).processed, 1);
}

}  // namespace
}  // namespace lastmile::scenario::test
