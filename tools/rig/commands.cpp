#include "tools/rig/commands.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "real/rig/run.hpp"
#include "scenarios/engine/folder/run_folder.hpp"
#include "tools/arguments/complaint.hpp"
#include "tools/console/run_in_folder.hpp"
#include "tools/console/wanted.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
using scenario::Scenario;

constexpr const char* kProgram = "lastmile-rig";

int fail(const RigCommandOptions& options, int status, std::string text) {
  complain(kProgram, {.text = std::move(text)}, options.json);
  return status;
}

std::string node_program(const RigCommandOptions& options) {
  if (!options.node.empty()) return options.node;
  std::error_code error;
  return (fs::read_symlink("/proc/self/exe", error).parent_path() / "lastmile-node").string();
}

// Empty: there is none, and a scenario with chains cannot run.
std::string anvil_program(const RigCommandOptions& options) {
  if (!options.anvil.empty()) return options.anvil;
  if (const char* named = std::getenv("LASTMILE_ANVIL"); named != nullptr && *named != 0) return named;
  const char* const folders = std::getenv("PATH");
  std::istringstream list(folders == nullptr ? "" : folders);
  for (std::string folder; std::getline(list, folder, ':');) {
    const fs::path program = fs::path(folder) / "anvil";
    if (!folder.empty() && access(program.c_str(), X_OK) == 0) return program.string();
  }
  return {};
}

}  // namespace

int command_run(const RigCommandOptions& options) {
  const auto wanted =
      load_wanted(options.file, {options.sets, options.seed}, scenario::WorldKind::real, kProgram, options.json);
  if (!wanted) return kExitUsage;
  const std::string out =
      options.out.empty() ? fmt::format("runs/{}-{}-real", wanted->name, wanted->seed) : options.out;
  auto folder = scenario::RunFolder::begin(out);
  if (!folder.ok()) return fail(options, kExitUsage, folder.error().text);
  std::signal(SIGPIPE, SIG_IGN);
  StartRun on_rig = [&](scenario::RunOptions run) {
    return real::run_on_rig(*wanted, {std::move(run), node_program(options), anvil_program(options)});
  };
  const auto summary = run_in_folder(*wanted, *std::move(folder), options.quiet || options.json, std::move(on_rig));
  // Nothing was decided about the scenario.
  if (!summary.ok()) return fail(options, kExitUnknown, summary.error().text);
  print_run(*summary, out, options.json);
  return scenario::exit_status(summary->verdict);
}

}  // namespace lastmile::tools
