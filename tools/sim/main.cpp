// lastmile-sim: runs network scenarios. Exit status: 0 pass, 1 fail, 2 unknown, 3 usage or invalid input.
#include <CLI/CLI.hpp>
#include <iostream>

#include "scenarios/engine/folder/summary.hpp"
#include "tools/arguments/program.hpp"
#include "tools/arguments/refusal.hpp"
#include "tools/sim/commands.hpp"

namespace lastmile::tools {
namespace {

void common_options(CLI::App& verb, CommandOptions& options) {
  verb.add_option("--seed", options.seed, "seed of every random draw; replaces the one in the file")->check(is_seed());
  verb.add_option("--set", options.sets, "/json/pointer=value: change one value of the file; repeatable")
      ->allow_extra_args(false);
  verb.add_flag("--json", options.json, "one JSON object on standard output");
  verb.add_flag("--quiet", options.quiet, "no progress");
}

}  // namespace

int main_of(int argc, char** argv) {
  CLI::App app{"Runs scenarios of the Aleph network in a deterministic simulator: same file and same seed, same run.",
               "lastmile-sim"};
  app.set_version_flag("--version", LASTMILE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 every check passed, 1 a check failed, 2 undecided, 3 usage or invalid input.\n"
      "Start with: lastmile-sim run scenarios/quickstart/two-islands.json");

  CommandOptions options;
  auto* run = app.add_subcommand("run", "run a scenario and write its folder");
  run->add_option("FILE", options.file, "scenario file; - reads standard input")->required()->check(not_empty());
  run->add_option("--out", options.out, "run folder (default runs/NAME-SEED)")->check(not_empty());
  run->add_option("--world", options.world, "sim, or real: nodes as processes on loopback")
      ->check(one_of({"sim", "real"}));
  common_options(*run, options);

  auto* rerun = app.add_subcommand("rerun", "run the scenario of a run folder again and compare the digests");
  rerun->add_option("OUTDIR", options.file, "folder of an earlier run")->required()->check(not_empty());
  rerun->add_option("--out", options.out, "also write a run folder")->check(not_empty());
  rerun->add_flag("--json", options.json, "one JSON object on standard output");
  rerun->add_flag("--quiet", options.quiet, "no progress");

  auto* report = app.add_subcommand("report", "write report.html of a run folder again");
  report->add_option("OUTDIR", options.file, "folder of an earlier run")->required()->check(not_empty());
  report->add_flag("--json", options.json, "one JSON object on standard output");

  auto* twin = app.add_subcommand("twin", "run a scenario twice and name the first event that differs");
  twin->add_option("FILE", options.file, "scenario file; - reads standard input")->required()->check(not_empty());
  common_options(*twin, options);

  auto* validate = app.add_subcommand("validate", "check a scenario file without running it");
  validate->add_option("FILE", options.file, "scenario file; - reads standard input")->required()->check(not_empty());
  validate->add_option("--world", options.world, "also check that this world can run it")
      ->check(one_of({"sim", "real"}));
  common_options(*validate, options);

  auto* list = app.add_subcommand("list", "list the scenarios of a folder with their questions");
  list->add_option("FOLDER", options.file, "where to look (default scenarios)")->check(not_empty());
  list->add_flag("--json", options.json, "one JSON object on standard output");

  auto* tables = app.add_subcommand("tables", "the shipped region tables and machines, with their sources");
  tables->add_flag("--json", options.json, "one JSON object on standard output");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);  // --help, --version
    refuse(app, argc, argv, error);
    return kExitUsage;
  }
  if (*run) return command_run(options);
  if (*rerun) return command_rerun(options);
  if (*report) return command_report(options);
  if (*twin) return command_twin(options);
  if (*validate) return command_validate(options);
  if (*tables) return command_tables(options);
  return command_list(options);
}

}  // namespace lastmile::tools

int main(int argc, char** argv) {
  using namespace lastmile;
  return tools::run_program("lastmile-sim", exit_status(scenario::Verdict::unknown), tools::main_of, argc, argv);
}
