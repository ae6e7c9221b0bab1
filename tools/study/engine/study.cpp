#include "tools/study/engine/study.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unordered_map>

#include "tools/study/engine/schedule.hpp"
#include "tools/study/engine/table.hpp"

namespace lastmile::study {
namespace {

namespace fs = std::filesystem;

constexpr Duration kPatience = milliseconds(200);  // between two looks at an interruption

std::string results_file(const std::string& folder, Shard shard) {
  if (shard.count == 1) return folder + "/results.lms";
  return fmt::format("{}/results-{}-of-{}.lms", folder, shard.index, shard.count);
}

// Files of results, in the order of their names.
std::vector<std::string> results_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with("results") && name.ends_with(".lms")) files.push_back(it->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<std::string> text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Result<Unit> enter(const std::string& folder, const std::string& plan) {
  std::error_code error;
  if (const auto before = text_of(folder + "/study.json")) {
    if (*before == plan) return Unit{};
    return Error{folder +
                 "/study.json: expected the study that is to go on, found another: its file, options or program "
                 "changed; give the new one a folder of its own with --out"};
  }
  if (fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))) {
    return Error{folder + ": expected the folder of a study, or none; found something else"};
  }
  fs::create_directories(folder, error);
  if (error) return Error{folder + ": cannot be made (" + error.message() + ")"};
  return write_whole(folder + "/study.json", plan);
}

Result<ResultIndex> all_results(const std::string& folder, std::string_view mark) {
  ResultIndex index;
  for (const std::string& file : results_files(folder)) {
    if (auto added = index.add(file, mark); !added.ok()) return added.error();
  }
  return index;
}

// What the results say of the whole plan.
Result<StudyResult> judge(const StudyPlan& plan, const ResultIndex& results) {
  Schedule schedule(plan, {});
  StudyResult out;
  while (const auto run = schedule.next()) {
    const RunKey key = plan.key(run->point, run->replicate);
    if (!results.has(key)) continue;
    const auto outcome = results.find(key);
    if (!outcome.ok()) return outcome.error();
    ++out.runs;
    if ((*outcome).end != RunEnd::finished) ++out.failed;
    schedule.done(*run, *outcome);
  }
  out.complete = schedule.complete();
  out.counted = schedule.counted();
  return out;
}

class Estimate {
 public:
  double left(std::uint64_t computed, std::uint64_t missing) const {
    if (computed == 0) return -1;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - since_;
    return spent.count() / static_cast<double>(computed) * static_cast<double>(missing);
  }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

class Conductor {
 public:
  Conductor(const StudyPlan& plan, Workers& workers, const StudyOptions& options, const ResultIndex& before,
            ResultWriter writer)
      : plan_(plan),
        workers_(workers),
        options_(options),
        before_(before),
        writer_(std::move(writer)),
        schedule_(plan, options.shard) {}

  // Gives how many runs it computed.
  Result<std::uint64_t> conduct() {
    while (!options_.interrupted()) {
      if (auto handed = hand_out(); !handed.ok()) return handed.error();
      tell();
      if (given_.empty()) break;
      const auto finished = workers_.wait(kPatience);
      if (!finished.ok()) return finished.error();
      for (const Finished& each : *finished) {
        if (auto kept = keep(each); !kept.ok()) return kept.error();
      }
    }
    return computed_;
  }

 private:
  Result<Unit> hand_out() {
    while (workers_.idle() > 0) {
      const auto run = schedule_.next();
      if (!run) return Unit{};
      const RunKey key = plan_.key(run->point, run->replicate);
      if (before_.has(key)) {
        const auto outcome = before_.find(key);
        if (!outcome.ok()) return outcome.error();
        if ((*outcome).end == RunEnd::finished || !options_.retry_failed) {
          note(*run, *outcome);
          continue;
        }
      }
      const std::uint64_t id = next_id_++;
      if (auto given = workers_.submit({id, run->point, run->replicate, key.seed}); !given.ok()) return given.error();
      given_.emplace(id, *run);
    }
    return Unit{};
  }

  Result<Unit> keep(const Finished& finished) {
    const auto at = given_.find(finished.id);
    LM_CHECK(at != given_.end());
    const Schedule::Run run = at->second;
    given_.erase(at);
    if (auto kept = writer_.append(plan_.key(run.point, run.replicate), finished.outcome); !kept.ok())
      return kept.error();
    ++computed_;
    note(run, finished.outcome);
    return Unit{};
  }

  void note(Schedule::Run run, const Outcome& outcome) {
    if (outcome.end != RunEnd::finished) ++failed_;
    schedule_.done(run, outcome);
  }

  void tell() {
    const std::uint64_t missing = schedule_.expected() - schedule_.finished();
    options_.progress({schedule_.finished(), schedule_.expected(), failed_, estimate_.left(computed_, missing)});
  }

  const StudyPlan& plan_;
  Workers& workers_;
  const StudyOptions& options_;
  const ResultIndex& before_;
  ResultWriter writer_;
  Schedule schedule_;
  std::unordered_map<std::uint64_t, Schedule::Run> given_;
  std::uint64_t next_id_ = 0;
  std::uint64_t computed_ = 0;
  std::uint64_t failed_ = 0;
  Estimate estimate_;
};

}  // namespace

Result<Shard> read_shard(std::string_view text) {
  Shard shard;
  const char* const last = text.data() + text.size();
  const auto index = std::from_chars(text.data(), last, shard.index);
  const bool slash = index.ec == std::errc{} && index.ptr != last && *index.ptr == '/';
  const auto count = slash ? std::from_chars(index.ptr + 1, last, shard.count)
                           : std::from_chars_result{last, std::errc::invalid_argument};
  const bool fits = shard.index >= 1 && shard.index <= shard.count && shard.count <= kShardsMax;
  if (count.ec != std::errc{} || count.ptr != last || !fits) {
    return Error{fmt::format("expected I/K with 1 <= I <= K <= {}, found \"{}\"", kShardsMax, text)};
  }
  return shard;
}

Result<StudyResult> run_study(const StudyPlan& plan, Workers& workers, const StudyOptions& options) {
  if (plan.points.size() > kRunsMax / plan.most_replicates()) {
    return Error{fmt::format("expected at most {} runs, found {} points with {} replicates", kRunsMax,
                             plan.points.size(), plan.most_replicates())};
  }
  const std::string text = plan_text(plan);
  const std::string mark = plan_mark(text);
  if (auto entered = enter(options.folder, text); !entered.ok()) return entered.error();
  auto writer = ResultWriter::open(results_file(options.folder, options.shard), mark);
  if (!writer.ok()) return writer.error();
  std::uint64_t computed = 0;
  {
    const auto before = all_results(options.folder, mark);
    if (!before.ok()) return before.error();
    const auto conducted = Conductor(plan, workers, options, *before, *std::move(writer)).conduct();
    if (!conducted.ok()) return conducted.error();
    computed = *conducted;
  }
  const auto results = all_results(options.folder, mark);
  if (!results.ok()) return results.error();
  auto result = judge(plan, *results);
  if (!result.ok()) return result.error();
  (*result).computed = computed;
  // Shards that work beside each other would write the same tables: they belong to who has them all.
  if (options.shard.count == 1) {
    const auto written = write_tables(plan, *results, (*result).counted, options.folder);
    if (!written.ok()) return written.error();
  }
  return result;
}

Result<StudyFolder> read_study(const std::string& folder) {
  const std::string path = folder + "/study.json";
  const auto text = text_of(path);
  if (!text) return Error{path + ": cannot be read"};
  auto plan = read_plan(*text);
  if (!plan.ok()) return Error{path + ": " + plan.error().text};
  auto results = all_results(folder, plan_mark(*text));
  if (!results.ok()) return results.error();
  auto result = judge(*plan, *results);
  if (!result.ok()) return result.error();
  return StudyFolder{*std::move(plan), *std::move(results), *std::move(result)};
}

}  // namespace lastmile::study
