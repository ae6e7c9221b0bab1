// Verbs that run nothing: validate, list, report.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/text/json.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "tools/console/complaints.hpp"
#include "tools/console/print_summary.hpp"
#include "tools/sim/output.hpp"
#include "tools/study/report.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
using scenario::Json;
using scenario::Scenario;

// Scenario files below a folder, in the order of their names; schemas, engine data and files of the lab are none.
std::vector<std::string> scenario_files(const std::string& root) {
  std::error_code error;
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (it->is_directory(error)) {
      if (name == "schema" || name == "engine" || name == "economy") it.disable_recursion_pending();
    } else if (it->path().extension() == ".json") {
      files.push_back(it->path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string worlds_of(const Scenario& found) {
  std::string out;
  for (const scenario::WorldKind world : found.worlds) {
    out += (out.empty() ? "" : ", ") + std::string(scenario::world_text(world));
  }
  return out;
}

// What its author says that a run costs.
std::string cost_of(const Scenario& found, bool cpu) {
  if (cpu) return found.expected_cpu == Duration{} ? "-" : scenario::duration_text(found.expected_cpu);
  return found.expected_memory.bytes == 0 ? "-" : scenario::size_text(found.expected_memory);
}

}  // namespace

int command_validate(CommandOptions& options) {
  const auto wanted = load_wanted(options, options.file);
  if (!wanted) return kExitUsage;
  if (options.json) {
    std::puts(scenario::compact(scenario::resolved(*wanted)).c_str());
  } else {
    fmt::print("{}: valid, {}, {}, {}\n", wanted->name, scenario::counted(wanted->world.nodes(), "node"),
               scenario::counted(wanted->faults.size(), "fault"), scenario::counted(wanted->checks.size(), "check"));
  }
  return 0;
}

int command_list(CommandOptions& options) {
  const std::string root = options.file.empty() ? "scenarios" : options.file;
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    return fail(options, root + ": expected a folder with scenario files" +
                             (options.file.empty() ? ", found none here; name one: lastmile-sim list FOLDER" : ""));
  }
  const auto files = scenario_files(root);
  Json all = Json::list();
  std::vector<Complaint> wrong;
  std::size_t width = 4;
  for (const std::string& path : files) width = std::max(width, path.size());
  if (!options.json && !files.empty())
    fmt::print("{:<{}}  {:>7}  {:>5}  {:>6}  {:<9}  question\n", "file", width, "nodes", "cpu", "memory", "worlds");
  for (const std::string& path : files) {
    scenario::Findings findings;
    const auto found = scenario::load_scenario_file(path, {}, findings);
    if (!found) {
      const auto found_wrong = complaints_of(findings, path);
      wrong.insert(wrong.end(), found_wrong.begin(), found_wrong.end());
      continue;
    }
    if (options.json) {
      Json worlds = Json::list();
      for (const scenario::WorldKind world : found->worlds) worlds.push(scenario::world_text(world));
      Json entry = Json::object().set("file", path).set("name", found->name).set("question", found->question);
      entry.set("expectation", found->expectation).set("nodes", Json::unsigned_integer(found->world.nodes()));
      Json cost = Json::object();
      if (found->expected_cpu != Duration{}) cost.set("cpu", cost_of(*found, true));
      if (found->expected_memory.bytes != 0) cost.set("memory", cost_of(*found, false));
      all.push(entry.set("worlds", std::move(worlds)).set("expected_cost", std::move(cost)));
    } else {
      fmt::print("{:<{}}  {:>7}  {:>5}  {:>6}  {:<9}  {}\n", path, width, scenario::human_count(found->world.nodes()),
                 cost_of(*found, true), cost_of(*found, false), worlds_of(*found), printable(found->question));
    }
  }
  if (options.json) {
    const std::string errors = wrong.empty() ? "" : ",\"errors\":" + complaints_json(wrong);
    fmt::print("{{\"scenarios\":{}{}}}\n", scenario::compact(all), errors);
  } else {
    if (files.empty()) fmt::print("{}: no scenario file\n", root);
    complain(kProgram, wrong, false);
  }
  return wrong.empty() ? 0 : kExitUsage;
}

int command_report(CommandOptions& options) {
  const auto page = study::render_report(options.file);
  if (!page.ok()) return fail(options, page.error().text, killed_hint(options.file));
  if (auto written = study::write_page(options.file, *page); !written.ok()) return undecided(options, written.error());
  const std::string path = (fs::path(options.file) / "report.html").lexically_normal().string();
  if (options.json) {
    std::puts(scenario::compact(Json::object().set("report", path)).c_str());
  } else {
    fmt::print("{}\n", path);
  }
  return 0;
}

}  // namespace lastmile::tools
