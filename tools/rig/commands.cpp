#include "tools/rig/commands.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "real/rig/run.hpp"
#include "scenarios/engine/folder/run_folder.hpp"
#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/load.hpp"
#include "tools/console/run_in_folder.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
using scenario::Scenario;

int fail(int code, const std::string& text) {
  std::fprintf(stderr, "lastmile-rig: %s\n", text.c_str());
  return code;
}

std::optional<Scenario> load(const RigCommandOptions& options) {
  scenario::Findings findings;
  auto loaded = scenario::load_scenario_file(options.file, {options.sets, options.seed}, findings);
  if (loaded) scenario::unsupported(*loaded, scenario::real_abilities(), findings);
  if (findings.empty()) return loaded;
  std::fputs(findings.lines(options.file).c_str(), stderr);
  return std::nullopt;
}

std::string node_program(const RigCommandOptions& options) {
  if (!options.node.empty()) return options.node;
  std::error_code error;
  return (fs::read_symlink("/proc/self/exe", error).parent_path() / "lastmile-node").string();
}

}  // namespace

int command_run(const RigCommandOptions& options) {
  const auto wanted = load(options);
  if (!wanted) return kExitUsage;
  const std::string out =
      options.out.empty() ? fmt::format("runs/{}-{}-real", wanted->name, wanted->seed) : options.out;
  auto folder = scenario::RunFolder::begin(out);
  if (!folder.ok()) return fail(kExitUsage, folder.error().text);
  std::signal(SIGPIPE, SIG_IGN);
  StartRun on_rig = [&](scenario::RunOptions run) {
    return real::run_on_rig(*wanted, {std::move(run), node_program(options)});
  };
  const auto summary = run_in_folder(*wanted, *std::move(folder), options.quiet || options.json, std::move(on_rig));
  // Nothing was decided about the scenario.
  if (!summary.ok()) return fail(kExitUnknown, summary.error().text);
  print_run(*summary, out, options.json);
  return scenario::exit_status(summary->verdict);
}

}  // namespace lastmile::tools
