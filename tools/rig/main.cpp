// lastmile-rig: runs a scenario on real lastmile-node processes on loopback. Exit status: 0 pass, 1 fail, 2 unknown, 3
// usage or invalid input.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/arguments/program.hpp"
#include "tools/arguments/refusal.hpp"
#include "tools/rig/commands.hpp"

namespace lastmile::tools {
namespace {

int main_of(int argc, char** argv) {
  CLI::App app{"Runs scenarios of the Aleph network on real processes: one lastmile-node each, on loopback.",
               "lastmile-rig"};
  app.set_version_flag("--version", LASTMILE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 every check passed, 1 a check failed, 2 undecided, 3 usage or invalid input.\n"
      "Usually started by: lastmile-sim run FILE --world real");
  RigCommandOptions options;
  auto* run = app.add_subcommand("run", "run a scenario and write its folder");
  run->add_option("FILE", options.file, "scenario file; - reads standard input")->required()->check(not_empty());
  run->add_option("--seed", options.seed, "seed of every random draw; replaces the one in the file")->check(is_seed());
  run->add_option("--set", options.sets, "/json/pointer=value: change one value of the file; repeatable")
      ->allow_extra_args(false);
  run->add_option("--out", options.out, "run folder (default runs/NAME-SEED-real)")->check(not_empty());
  run->add_option("--node", options.node, "program of the nodes (default: lastmile-node beside this program)")
      ->check(not_empty());
  run->add_option("--anvil", options.anvil, "program of chains (default: LASTMILE_ANVIL, or anvil in PATH)")
      ->check(not_empty());
  run->add_flag("--json", options.json, "one JSON object on standard output");
  run->add_flag("--quiet", options.quiet, "no progress");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);  // --help, --version
    refuse(app, argc, argv, error);
    return kExitUsage;
  }
  return command_run(options);
}

}  // namespace
}  // namespace lastmile::tools

int main(int argc, char** argv) {
  using namespace lastmile;
  return tools::run_program("lastmile-rig", tools::kExitUnknown, tools::main_of, argc, argv);
}
