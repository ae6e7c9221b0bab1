// lastmile-lab: economies instead of networks. Exit status: 0 done, 1 refused, 2 undecided, 3 usage or invalid input.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/arguments/program.hpp"
#include "tools/arguments/refusal.hpp"
#include "tools/lab/commands.hpp"

namespace lastmile::lab {
namespace {

void common_options(CLI::App& verb, CommandOptions& options) {
  verb.add_option("--seed", options.seed, "seed of every random draw; replaces the one in the file")
      ->check(tools::is_seed());
  verb.add_option("--set", options.sets, "/json/pointer=value: change one value of the file; repeatable")
      ->allow_extra_args(false);
  verb.add_flag("--json", options.json, "one JSON object on standard output");
  verb.add_flag("--quiet", options.quiet, "no progress");
}

CLI::App* file_verb(CLI::App& app, const char* name, const char* about, CommandOptions& options) {
  auto* verb = app.add_subcommand(name, about);
  verb->add_option("FILE", options.file, "scenario file; - reads standard input")
      ->required()
      ->check(tools::not_empty());
  common_options(*verb, options);
  return verb;
}

void folder_option(CLI::App& verb, CommandOptions& options) {
  verb.add_option("--out", options.out, "folder for what comes out (default runs/NAME-SEED)")
      ->check(tools::not_empty());
}

void study_options(CLI::App& verb, CommandOptions& options) {
  folder_option(verb, options);
  verb.add_option("--replicates", options.replicates, "runs of each point; replaces those of the file")
      ->check(CLI::Range(1, 1'000'000));
  verb.add_option("--jobs", options.jobs, "processes that compute")->check(CLI::Range(1, 256));
}

}  // namespace

int main_of(int argc, char** argv) {
  CLI::App app{"Simulates the economy of the Aleph network: every token is paid by the rules of the node.", kProgram};
  app.set_version_flag("--version", LASTMILE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, 1 refused or failed, 2 undecided, 3 usage or invalid input.\n"
      "Start with: lastmile-lab run scenarios/economy/operators-five-years.json");
  CommandOptions options;
  auto* run = file_verb(app, "run", "one history, with a row for each day", options);
  folder_option(*run, options);
  auto* validate = file_verb(app, "validate", "check a scenario file and print it resolved", options);
  auto* mc = file_verb(app, "mc", "replicates until the interval of a metric is narrow enough", options);
  study_options(*mc, options);
  auto* sweep = file_verb(app, "sweep", "every point of the file's study section", options);
  study_options(*sweep, options);
  auto* compare = file_verb(app, "compare", "two variants on the same luck", options);
  compare->add_option("OTHER", options.other, "the other variant")->required()->check(tools::not_empty());
  study_options(*compare, options);
  auto* ask = app.add_subcommand("ask", "a question ready made: table, plot and reading");
  ask->add_option("N", options.question,
                  "1 operators leave, 2 stakers carry, 3 envelope for 100 nodes, 4 concentration, 5 pool empty, "
                  "6 a third, 7 market, 8 hold or pay, 10 one more node")
      ->required();
  ask->add_option("--scenarios", options.scenarios, "folder of the questions' files (default scenarios/economy)")
      ->check(tools::not_empty());
  common_options(*ask, options);
  folder_option(*ask, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);  // --help, --version
    tools::refuse(app, argc, argv, error);
    return kExitUsage;
  }
  if (*run) return command_run(options);
  if (*validate) return command_validate(options);
  if (*mc) return command_mc(options);
  if (*sweep) return command_sweep(options);
  if (*ask) return command_ask(options);
  return command_compare(options);
}

}  // namespace lastmile::lab

int main(int argc, char** argv) {
  using namespace lastmile;
  return tools::run_program(lab::kProgram, lab::kExitUnknown, lab::main_of, argc, argv);
}
