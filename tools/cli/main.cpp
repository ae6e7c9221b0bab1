// lastmile: what people who use the network need. Exit status: exit_status.hpp.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/arguments/program.hpp"
#include "tools/arguments/refusal.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/file_commands.hpp"
#include "tools/cli/message_commands.hpp"

namespace lastmile::tools {
namespace {

int main_of(int argc, char** argv) {
  CLI::App app{"Messages, files and accounts of the Aleph network.", "lastmile"};
  app.set_version_flag("--version", LASTMILE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, 1 failed or refused, 2 sent but nobody said what became of it, 3 usage or unreadable "
      "input.");
  std::function<int()> command;

  CLI::App* message = app.add_subcommand("message", "look at messages");
  message->require_subcommand(1);
  VerifyOptions verify;
  CLI::App* sub = message->add_subcommand("verify", "check form, hash, signature and content of a message in a file");
  sub->add_option("file", verify.file, "the message as JSON; - reads standard input")->required()->check(not_empty());
  sub->add_flag("--json", verify.json, "failures as JSON too");
  sub->callback([&] { command = [&] { return command_message_verify(verify); }; });

  CLI::App* file = app.add_subcommand("file", "look at files");
  file->require_subcommand(1);
  CidOptions cid;
  sub = file->add_subcommand("cid", "print the IPFS name of a file");
  sub->add_option("file", cid.file, "the file; - reads standard input")->required()->check(not_empty());
  sub->add_option("--cid-version", cid.version, "0: Qm..., as uploads are named; 1: baf...")->check(CLI::Range(0, 1));
  sub->add_option("--leaves", cid.leaves, "of version 1: raw or dag-pb")->check(one_of({"raw", "dag-pb"}));
  sub->add_flag("--json", cid.json, "answer as JSON on one line");
  sub->callback([&] { command = [&] { return command_file_cid(cid); }; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);  // --help, --version
    refuse(app, argc, argv, error);
    return kCliUsage;
  }
  return command();
}

}  // namespace
}  // namespace lastmile::tools

int main(int argc, char** argv) {
  using namespace lastmile;
  return tools::run_program("lastmile", tools::kCliFailed, tools::main_of, argc, argv);
}
