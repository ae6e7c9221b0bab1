// Tables of a study.
#include "tools/study/engine/table.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "tests/unit/study/engine/scratch.hpp"

namespace lastmile::study {
namespace {

StudyPlan small_plan() {
  StudyPlan plan;
  plan.name = "small";
  plan.parameters = {"/x", "/y"};
  plan.replicates = 2;
  for (std::uint8_t p = 0; p < 2; ++p) {
    StudyPoint point{{std::to_string(p), R"("a, \"b\"")"}, {}, 7};
    point.digest.bytes[0] = p;
    plan.points.push_back(point);
  }
  return plan;
}

// The four runs in the order of `order`; the third of them failed.
void write_runs(const Scratch& scratch, const StudyPlan& plan, const std::vector<int>& order) {
  std::filesystem::remove(scratch / "r");
  auto writer = ResultWriter::open(scratch / "r", "m");
  ASSERT_TRUE(writer.ok());
  for (const int run : order) {
    Outcome outcome{RunEnd::finished, "", {run, {{"value", 0.1 * run}}}};
    if (run == 1) outcome.row.metrics.push_back({"late", std::nan("")});
    if (run == 3) outcome.row.metrics.push_back({"late", 1e300});
    if (run == 2) outcome = Outcome::failure(RunEnd::timed_out, "gave up, after 1 s");
    ASSERT_TRUE((*writer).append(plan.key(run / 2, run % 2), outcome).ok());
  }
  ResultIndex index;
  ASSERT_TRUE(index.add(scratch / "r", "m").ok());
  const auto written = write_tables(plan, index, {2, 2}, scratch.path());
  ASSERT_TRUE(written.ok()) << written.error().text;
}

TEST(Tables, AreInTheOrderOfPointsAndReplicates) {
  const Scratch scratch;
  const StudyPlan plan = small_plan();
  write_runs(scratch, plan, {0, 1, 2, 3});
  const std::string table = scratch.read("results.csv");
  EXPECT_EQ(table,
            "simulation,subset,run,substep,timestep,value,late\n"
            "0,0,1,0,0,0,\n"
            "0,0,2,0,1,0.1,\n"
            "0,1,2,0,3,0.30000000000000004,1e+300\n");
  EXPECT_EQ(scratch.read("parameters.csv"),
            "simulation,subset,/x,/y\n0,0,0,\"a, \"\"b\"\"\"\n0,1,1,\"a, \"\"b\"\"\"\n");
  EXPECT_EQ(scratch.read("failures.csv"), "simulation,subset,run,seed,end,reason\n0,1,1," +
                                              std::to_string(plan.key(1, 0).seed) +
                                              ",timed_out,\"gave up, after 1 s\"\n");
  write_runs(scratch, plan, {3, 1, 2, 0});
  EXPECT_EQ(scratch.read("results.csv"), table);
}

TEST(Tables, HoldTheSameNumbersInColumns) {
  const Scratch scratch;
  write_runs(scratch, small_plan(), {2, 3, 0, 1});
  const auto column = [&](const std::string& name, const std::string& type) {
    const std::string file = scratch.read("columns/" + name + ".npy");
    EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
    const std::size_t begin = 10 + static_cast<unsigned char>(file[8]);
    EXPECT_EQ(begin % 64, 0U);
    EXPECT_THAT(file.substr(10, begin - 10),
                testing::StartsWith("{'descr': '" + type + "', 'fortran_order': False, 'shape': (3,), }"));
    EXPECT_EQ(file.size(), begin + 24);
    std::vector<std::uint64_t> bits(3);
    std::memcpy(bits.data(), file.data() + begin, 24);
    return bits;
  };
  EXPECT_THAT(column("run", "<i8"), testing::ElementsAre(1, 2, 2));
  EXPECT_EQ(std::bit_cast<double>(column("value", "<f8")[2]), 0.1 * 3);
  EXPECT_TRUE(std::isnan(std::bit_cast<double>(column("late", "<f8")[0])));
}

TEST(Plans, AreReadAsTheyWereWritten) {
  StudyPlan plan = small_plan();
  plan.stop_metric = "value";
  plan.stop = {0.05, 40};
  const std::string text = plan_text(plan);
  const auto read = read_plan(text);
  ASSERT_TRUE(read.ok()) << read.error().text;
  EXPECT_EQ(plan_text(*read), text);
  EXPECT_EQ((*read).most_replicates(), 40U);
  EXPECT_FALSE(read_plan("{}").ok());
  EXPECT_FALSE(read_plan("[").ok());
  EXPECT_NE(plan_mark(text), plan_mark(text + " "));
}

}  // namespace
}  // namespace lastmile::study
