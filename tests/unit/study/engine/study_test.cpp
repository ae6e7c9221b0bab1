// Whole studies over a model of one line: what happens to worker processes does not show in the tables.
#include "tools/study/engine/study.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>

#include "core/base/random.hpp"
#include "tests/unit/study/engine/scratch.hpp"

namespace lastmile::study {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t kPoints = 6;

StudyPlan plan_of(std::uint32_t replicates) {
  StudyPlan plan;
  plan.name = "toy";
  plan.parameters = {"x"};
  plan.replicates = replicates;
  for (std::uint32_t p = 0; p < kPoints; ++p) {
    StudyPoint point{{std::to_string(p)}, {}, 3};
    point.digest.bytes[0] = static_cast<std::uint8_t>(p);
    plan.points.push_back(point);
  }
  return plan;
}

Outcome toy(const Task& task) {
  Generator draws(task.seed);
  return {RunEnd::finished, "", {task.point, {{"value", draws.normal(task.point, 1)}, {"pid_free", draws.unit()}}}};
}

StudyResult study(const StudyPlan& plan, const std::string& folder, const RunPoint& run, PoolOptions pool,
                  StudyOptions options = {}) {
  options.folder = folder;
  const auto workers = make_pool(run, pool);
  auto result = run_study(plan, *workers, options);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().text);
  return result.ok() ? *result : StudyResult{};
}

std::string tables(const std::string& folder) {
  const auto read = [&](const std::string& name) {
    std::ostringstream out;
    out << std::ifstream(folder + "/" + name, std::ios::binary).rdbuf();
    return out.str();
  };
  return read("results.csv") + read("failures.csv") + read("parameters.csv") + read("columns/value.npy");
}

TEST(Studies, GiveTheSameTablesForAnyNumberOfWorkers) {
  const Scratch scratch;
  const StudyPlan plan = plan_of(5);
  for (const std::size_t jobs : {1, 2, 5}) {
    const auto result = study(plan, scratch / std::to_string(jobs), toy, {.jobs = jobs});
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(result.runs, 30U);
  }
  study(plan, scratch / "fresh", toy, {.jobs = 3, .process_per_run = true});
  EXPECT_THAT(tables(scratch / "1"), HasSubstr("0,5,5,0,5,"));
  EXPECT_EQ(tables(scratch / "1"), tables(scratch / "2"));
  EXPECT_EQ(tables(scratch / "1"), tables(scratch / "5"));
  EXPECT_EQ(tables(scratch / "1"), tables(scratch / "fresh"));
}

TEST(Studies, KeepRunsThatFailCrashOrHangWithTheirReasons) {
  const Scratch scratch;
  const RunPoint run = [](const Task& task) {
    if (task.point == 1) return Outcome::failure(RunEnd::failed, "no solution");
    if (task.point == 2) throw std::runtime_error("out of range");
    if (task.point == 3) {
      static_cast<void>(!write(STDERR_FILENO, "last words\n", 11));
      std::raise(SIGKILL);
    }
    while (task.point == 4) pause();
    return toy(task);
  };
  const auto result = study(plan_of(2), scratch / "s", run, {.jobs = 2, .timeout = milliseconds(300)});
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.failed, 8U);
  const std::string failures = scratch.read("s/failures.csv");
  EXPECT_THAT(failures, HasSubstr("failed,no solution"));
  EXPECT_THAT(failures, HasSubstr("failed,out of range"));
  EXPECT_THAT(failures, HasSubstr("crashed,signal 9 (Killed): last words"));
  EXPECT_THAT(failures, HasSubstr("timed_out,no result within 0.3 s"));
  EXPECT_THAT(scratch.read("s/results.csv"), testing::Not(HasSubstr("\n0,1,")));
  // Kept: not tried again, unless one asks for it.
  EXPECT_EQ(study(plan_of(2), scratch / "s", toy, {}).computed, 0U);
  StudyOptions again;
  again.retry_failed = true;
  EXPECT_EQ(study(plan_of(2), scratch / "s", toy, {}, again).computed, 8U);
  study(plan_of(2), scratch / "whole", toy, {});
  EXPECT_EQ(tables(scratch / "s"), tables(scratch / "whole"));
}

TEST(Studies, GoOnAfterAnInterruption) {
  const Scratch scratch;
  const StudyPlan plan = plan_of(4);
  study(plan, scratch / "whole", toy, {});
  std::uint64_t computed = 0;
  for (int times = 0; times < 100; ++times) {
    StudyOptions options;
    std::uint64_t least = 3;
    std::uint64_t done = 0;
    options.progress = [&](const StudyProgress& progress) { done = progress.done; };
    options.interrupted = [&] { return done >= computed + least; };
    const auto result = study(plan, scratch / "parts", toy, {.jobs = 2}, options);
    computed += result.computed;
    if (result.complete) break;
  }
  EXPECT_EQ(computed, 24U) << "nothing is computed twice";
  EXPECT_EQ(tables(scratch / "parts"), tables(scratch / "whole"));
}

TEST(Studies, GoOnAfterAKill) {
  const Scratch scratch;
  const StudyPlan plan = plan_of(4);
  study(plan, scratch / "whole", toy, {});
  const pid_t child = fork();
  if (child == 0) {
    StudyOptions options;
    options.folder = scratch / "killed";
    options.progress = [](const StudyProgress& progress) {
      if (progress.done >= 9) std::raise(SIGKILL);
    };
    static_cast<void>(run_study(plan, *make_pool(toy, {.jobs = 2}), options).ok());
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto result = study(plan, scratch / "killed", toy, {.jobs = 2});
  EXPECT_LE(result.computed, 15U);
  EXPECT_EQ(tables(scratch / "killed"), tables(scratch / "whole"));
}

TEST(Studies, OfOtherPlansAreRefused) {
  const Scratch scratch;
  study(plan_of(1), scratch / "s", toy, {});
  StudyOptions options;
  options.folder = scratch / "s";
  const std::string before = tables(scratch / "s");
  const auto other = run_study(plan_of(2), *make_pool(toy, {}), options);
  EXPECT_THAT(other.error().text, HasSubstr("--out"));
  EXPECT_EQ(tables(scratch / "s"), before);
  scratch.write("notes.txt", "mine");
  options.folder = scratch.path();
  EXPECT_THAT(run_study(plan_of(1), *make_pool(toy, {}), options).error().text, HasSubstr("something else"));
}

TEST(Studies, InShardsAreWholeInTheEnd) {
  const Scratch scratch;
  const StudyPlan plan = plan_of(3);
  study(plan, scratch / "whole", toy, {});
  std::uint64_t computed = 0;
  for (std::uint32_t i = 1; i <= 4; ++i) {
    StudyOptions options;
    options.shard = {i, 4};
    computed += study(plan, scratch / "parts", toy, {}, options).computed;
  }
  EXPECT_EQ(computed, 18U);
  EXPECT_EQ(study(plan, scratch / "parts", toy, {}).computed, 0U);
  EXPECT_EQ(tables(scratch / "parts"), tables(scratch / "whole"));
  EXPECT_EQ((*read_shard("2/4")).index, 2U);
  for (const char* wrong : {"0/4", "5/4", "1", "1/", "a/b", "1/4x", "/4"})
    EXPECT_FALSE(read_shard(wrong).ok()) << wrong;
}

TEST(Studies, StopWhenTheIntervalIsNarrowEnough) {
  const Scratch scratch;
  StudyPlan plan = plan_of(1);
  plan.stop_metric = "value";
  plan.stop = {0.4, 60};
  // Luck of a point is wider the greater its number: deviations 0, 1, 2, ...
  const RunPoint run = [](const Task& task) {
    Outcome outcome = toy(task);
    outcome.row.metrics[0].value = task.point + task.point * (outcome.row.metrics[0].value - task.point);
    return outcome;
  };
  const auto one = study(plan, scratch / "1", run, {.jobs = 1});
  const auto many = study(plan, scratch / "4", run, {.jobs = 4});
  EXPECT_EQ(one.counted, many.counted);
  EXPECT_EQ(tables(scratch / "1"), tables(scratch / "4"));
  EXPECT_EQ(one.counted.front(), 10U) << "the first look is where an interval is";
  EXPECT_GT(one.counted[2], 60U / 2);
  EXPECT_EQ(one.counted.back(), 60U) << "the cap";
  EXPECT_EQ(study(plan, scratch / "1", run, {}).computed, 0U);
}

TEST(Runs, MayBeCommands) {
  const auto parse = [](const std::string& text) {
    return Outcome{RunEnd::finished, "", {0, {{"n", std::stod(text)}}}};
  };
  EXPECT_EQ(run_command({"echo", "42"}, parse).row.metrics[0].value, 42);
  EXPECT_THAT(run_command({"false"}, parse).reason, HasSubstr("status 1"));
  EXPECT_THAT(run_command({"/nowhere/program"}, parse).reason, HasSubstr("cannot be started"));
  EXPECT_EQ(run_command({"sh", "-c", "kill -9 $$"}, parse).end, RunEnd::crashed);
}

}  // namespace
}  // namespace lastmile::study
