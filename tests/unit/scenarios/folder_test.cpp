// The run folder: complete or not there, never half.
#include "scenarios/engine/folder/run_folder.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenarios/engine/folder/event_log.hpp"
#include "scenarios/engine/text/json_reader.hpp"
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "lastmile-folder-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root = name;
  }
  void TearDown() override { fs::remove_all(root); }

  std::string at(const std::string& name) const { return (root / name).string(); }
  static void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
  }
  static std::string text(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
  }
  static std::string refusal(const std::string& target) {
    const auto folder = RunFolder::begin(target);
    return folder.ok() ? "accepted" : folder.error().text;
  }
  fs::path root;
};

TEST_F(Folder, AppearsWhenItIsComplete) {
  auto folder = RunFolder::begin(at("run"));
  ASSERT_TRUE(folder.ok());
  EXPECT_TRUE(folder->write("summary.json", "{}").ok());
  EXPECT_FALSE(fs::exists(at("run")));
  EXPECT_TRUE(fs::exists(at("run.partial/summary.json")));
  EXPECT_TRUE(folder->commit().ok());
  EXPECT_EQ(text(at("run/summary.json")), "{}");
  EXPECT_FALSE(fs::exists(at("run.partial")));
}

TEST_F(Folder, IsLeftPartialByARunThatDied) {
  {
    auto folder = RunFolder::begin(at("run"));
    EXPECT_TRUE(folder->write("scenario.json", "{}").ok());
  }
  EXPECT_FALSE(fs::exists(at("run")));
  EXPECT_TRUE(fs::exists(at("run.partial/scenario.json")));
  auto again = RunFolder::begin(at("run"));
  ASSERT_TRUE(again.ok()) << "the next run takes its place";
  EXPECT_FALSE(fs::exists(at("run.partial/scenario.json")));
}

TEST_F(Folder, ReplacesAnEarlierRunAtTheEndOnly) {
  write(at("run/summary.json"), "old");
  write(at("run/extra.txt"), "old");
  auto folder = RunFolder::begin(at("run/"));
  ASSERT_TRUE(folder.ok());
  EXPECT_TRUE(folder->write("summary.json", "new").ok());
  EXPECT_EQ(text(at("run/summary.json")), "old");
  EXPECT_TRUE(folder->commit().ok());
  EXPECT_EQ(text(at("run/summary.json")), "new");
  EXPECT_FALSE(fs::exists(at("run/extra.txt")));
  EXPECT_FALSE(fs::exists(at("run.replaced")));
}

TEST_F(Folder, RefusesWhatIsNotARun) {
  write(at("mine/thesis.txt"), "years of work");
  write(at("file"), "x");
  write(at("other.partial/thesis.txt"), "years of work");
  EXPECT_THAT(refusal(at("mine")),
              HasSubstr("expected an empty folder or an earlier run (with summary.json), found other files"));
  EXPECT_THAT(refusal(at("file")), HasSubstr("expected a folder, found a file"));
  EXPECT_THAT(refusal(at("other")),
              HasSubstr("expected what a killed run left (with scenario.json), found other files"));
  EXPECT_THAT(refusal("."), HasSubstr("expected the name of a folder"));
  EXPECT_THAT(refusal(".."), HasSubstr("expected the name of a folder"));
  EXPECT_THAT(refusal(at("file/inside")), HasSubstr("cannot be made"));
  EXPECT_EQ(text(at("mine/thesis.txt")), "years of work");
  EXPECT_EQ(text(at("other.partial/thesis.txt")), "years of work");
}

TEST_F(Folder, TakesAnEmptyOne) {
  fs::create_directories(at("run"));
  auto folder = RunFolder::begin(at("run"));
  ASSERT_TRUE(folder.ok());
  EXPECT_TRUE(folder->write("summary.json", "{}").ok());
  EXPECT_TRUE(folder->commit().ok());
  EXPECT_TRUE(fs::exists(at("run/summary.json")));
}

TEST_F(Folder, CarriesTheScenarioAndItsFiles) {
  write(at("in/lines.jsonl"), "a line\n");
  Scenario scenario = sample();
  scenario.traffic[0].file = at("in/lines.jsonl");
  auto folder = RunFolder::begin(at("run"));
  ASSERT_TRUE(folder->write_scenario(scenario, "9.9").ok());
  EXPECT_TRUE(folder->commit().ok());
  EXPECT_EQ(text(at("run/envelopes-wallets.jsonl")), "a line\n");
  Findings findings;
  const auto again = load_scenario_file(at("run/scenario.json"), {}, findings);
  ASSERT_TRUE(again.has_value()) << findings.lines("scenario.json");
  EXPECT_EQ(again->traffic[0].file, at("run/envelopes-wallets.jsonl"));
  EXPECT_EQ(scenario_digest(*again), scenario_digest(scenario)) << "what the file holds counts, not where it lies";
}

// --- summary

Summary summary_of(FakeRun& run, double end) {
  return make_summary(*run.scenario, 7, *run.timeline, run.watch(), at(end));
}

TEST(SummaryJson, NamesTheFirstViolation) {
  FakeRun run(R"({"name":"no_forged_message"})");
  run.until(7);
  run.event(3, {Kind::message_processed, hash_of(999).view(), 0, 0, 0});
  run.until(140);
  const Summary summary = summary_of(run, 140);
  EXPECT_EQ(summary.verdict, Verdict::fail);
  EXPECT_EQ(exit_status(summary.verdict), 1);
  const Json json = summary_json(summary);
  const Json& violation = *json.find("checks")->items()->at(0).find("first_violation");
  EXPECT_EQ(compact(*violation.find("time_s")), "7");
  EXPECT_EQ(*violation.find("node")->text(), "east-0");
  EXPECT_EQ(*violation.find("message")->text(), hash_of(999).text());
  EXPECT_FALSE(violation.find("event")->text()->empty());
}

TEST(SummaryJson, SaysNullForWhatWasNotSeen) {
  FakeRun run("");
  run.until(140);
  const Json json = summary_json(summary_of(run, 140));
  EXPECT_TRUE(json.find("measures")->find("time_to_heal_s")->find("value")->is_null());
  EXPECT_EQ(compact(*json.find("measures")->find("propagation_s")->find("count")), "0");
  EXPECT_TRUE(json.find("digest")->is_null());
  EXPECT_EQ(*json.find("verdict")->text(), "unknown") << "no check is no pass";
}

TEST(VerdictOfARun, IsTheWorstOfItsChecksAndNeverPassAtALimit) {
  Summary summary;
  const auto check = [&](Verdict verdict) { summary.checks.push_back({CheckName::healed, verdict, "", 1, {}, {}}); };
  check(Verdict::pass);
  EXPECT_EQ(decide(summary), Verdict::pass);
  summary.limit_hit = "memory";
  EXPECT_EQ(decide(summary), Verdict::unknown);
  EXPECT_EQ(exit_status(decide(summary)), 2);
  summary.limit_hit.reset();
  check(Verdict::unknown);
  EXPECT_EQ(decide(summary), Verdict::unknown);
  check(Verdict::fail);
  EXPECT_EQ(decide(summary), Verdict::fail);
}

// Confirmations name chains by code in the trace and by position in the file, as its header and other kinds do.
TEST_F(Folder, HoldsConfirmationsUnderThePositionOfTheirChain) {
  const Scenario s = sample({"/record=full", R"(/world/chains=[{"name":"tezos","kind":"tezos","synchronizers":"all"},)"
                                             R"({"name":"ethereum","synchronizers":"all"}])"});
  const NodeTable nodes(s, s.seed);
  auto log = EventLog::create(at("events.lmt"), s, nodes);
  ASSERT_TRUE(log.ok());
  const auto eth = static_cast<std::uint64_t>(crypto::Chain::ETH);
  (*log)->on_event(Instant{}, 0, {Kind::message_confirmed, hash_of(0).view(), eth, 12, 1});
  ASSERT_TRUE((*log)->close().ok());
  const std::string bytes = text(at("events.lmt"));
  // The last record: message (4), chain (2), height (8), is_final (1).
  ASSERT_GT(bytes.size(), 15U);
  const std::string chain = bytes.substr(bytes.size() - 11, 2);
  EXPECT_EQ(chain, std::string("\1\0", 2));
}

}  // namespace
}  // namespace lastmile::scenario::test
