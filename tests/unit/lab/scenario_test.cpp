// Scenario files of the lab.
#include "tools/lab/scenario/scenario.hpp"

#include <gtest/gtest.h>

#include "tests/unit/lab/bm1.hpp"
#include "tools/lab/engine/run.hpp"

namespace lastmile::lab {
namespace {

const std::string kShipped = std::string(LASTMILE_SOURCE_DIR) + "/scenarios/economy/";

std::string findings_of(std::string_view text, const Loading& loading = {}) {
  scenario::Findings findings;
  EXPECT_FALSE(load_lab(text, loading, findings).has_value());
  return findings.lines("FILE");
}

TEST(LabScenario, TheShippedBenchmarkIsTheBenchmark) {
  scenario::Findings findings;
  const auto loaded = load_lab_file(kShipped + "bm1.json", {}, findings);
  ASSERT_TRUE(loaded) << findings.lines("bm1.json");
  Model wanted = bm1_model();
  wanted.days = 3650;
  wanted.preset = "network-2022";
  EXPECT_EQ(model_digest(loaded->model), model_digest(wanted));
}

TEST(LabScenario, AResolvedFileReadsAsItself) {
  for (const char* file : {"bm1.json", "operators-five-years.json"}) {
    scenario::Findings findings;
    const auto loaded = load_lab_file(kShipped + file, {}, findings);
    ASSERT_TRUE(loaded) << findings.lines(file);
    const std::string text = scenario::pretty(resolved(loaded->model));
    const auto again = load_lab(text, {}, findings);
    ASSERT_TRUE(again) << findings.lines(file) << text;
    EXPECT_EQ(scenario::pretty(resolved(again->model)), text);
  }
}

TEST(LabScenario, AnUnknownKeyNamesTheNearest) {
  const std::string lines = findings_of(R"({"format": 1, "program": "lab", "name": "x", "horizn": "10d"})");
  EXPECT_NE(lines.find("/horizn"), std::string::npos) << lines;
  EXPECT_NE(lines.find("\"horizon\""), std::string::npos) << lines;
}

TEST(LabScenario, AnUnknownUnitIsNamed) {
  const std::string lines =
      findings_of(R"({"format": 1, "program": "lab", "name": "x", "price": {"start": "0.1EUR"}})");
  EXPECT_NE(lines.find("/price/start"), std::string::npos) << lines;
  EXPECT_NE(lines.find("EUR"), std::string::npos) << lines;
}

TEST(LabScenario, AFileOfTheSimulatorIsRefused) {
  EXPECT_NE(findings_of(R"({"format": 1, "name": "x"})").find("/program"), std::string::npos);
}

TEST(LabScenario, ASetChangesTheHistoryAndAnotherSeedItsLuckOnly) {
  scenario::Findings findings;
  const auto plain = load_lab_file(kShipped + "operators-five-years.json", {}, findings);
  const auto rich = load_lab_file(kShipped + "operators-five-years.json", {{"/price/start=1USD"}, {}}, findings);
  const auto other = load_lab_file(kShipped + "operators-five-years.json", {{}, 9}, findings);
  ASSERT_TRUE(plain && rich && other) << findings.lines("");
  EXPECT_NE(model_digest(plain->model), model_digest(rich->model));
  EXPECT_EQ(model_digest(plain->model), model_digest(other->model));
  EXPECT_EQ(other->model.seed, 9U);
}

}  // namespace
}  // namespace lastmile::lab
