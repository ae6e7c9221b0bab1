// lastmile-node: the daemon of operators, and what talks to it. Exit codes: 0 ok, 1 failed, 3 usage or configuration,
// 4 data folder in use, 5 data folder of another schema.
#include <CLI/CLI.hpp>
#include <iostream>

#include "real/ops/daemon.hpp"
#include "tools/arguments/program.hpp"
#include "tools/arguments/refusal.hpp"
#include "tools/node/commands.hpp"

namespace lastmile::tools {
namespace {

int main_of(int argc, char** argv) {
  CLI::App app{"A node of the Aleph network.", "lastmile-node"};
  app.set_version_flag("--version", LASTMILE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 ended as told, 1 failed, 3 usage or settings, 4 data folder in use, 5 data folder of another "
      "schema.\n"
      "Start with: lastmile-node init --data FOLDER");
  NodeOptions options;
  int (*command)(const NodeOptions&) = nullptr;

  const auto add = [&](CLI::App& to, const char* name, const char* about, int (*run)(const NodeOptions&)) {
    CLI::App* sub = to.add_subcommand(name, about);
    sub->add_flag("--json", options.json, "answer as JSON on one line");
    sub->callback([&command, run] { command = run; });
    return sub;
  };
  const auto with_data = [&](CLI::App* sub, bool required) {
    auto* option = sub->add_option("--data", options.data, "data folder of the node")->check(not_empty());
    if (required) option->required();
  };
  const auto with_config = [&](CLI::App* sub) {
    sub->add_option("--config", options.config, "settings; else node.toml in the data folder")->check(not_empty());
    sub->add_option("--set", options.sets, "section.key=value, before environment and file; repeatable")
        ->allow_extra_args(false);
  };
  const auto with_socket = [&](CLI::App* sub) {
    with_data(sub, false);
    with_config(sub);
    sub->add_option("--socket", options.socket, "admin socket of the running node")->check(not_empty());
  };

  with_data(add(app, "init", "make a data folder, a node key and a commented node.toml", command_init), true);
  CLI::App* run = add(app, "run", "run the node until SIGTERM", command_run);
  with_data(run, true);
  with_config(run);
  run->add_option("--p2p-listen", options.p2p_listen,
                  "multiaddr to listen on instead of the settings' p2p.listen; repeatable")
      ->allow_extra_args(false);
  run->add_option("--http-listen", options.http_listen,
                  "where clients connect to, such as 127.0.0.1:4024 (http.listen)")
      ->check(not_empty());
  with_socket(add(app, "status", "ask the running node how it does", command_status));
  with_socket(add(app, "stop", "end the running node and wait until it has ended", command_stop));
  CLI::App* ask = add(app, "ask", "send one command to the running node; \"help\" lists them", command_ask);
  with_socket(ask);
  ask->add_option("command", options.command, "name")->required();
  ask->add_option("fields", options.fields, "JSON object");
  CLI::App* config = app.add_subcommand("config", "settings");
  config->require_subcommand(1);
  CLI::App* check = add(*config, "check", "read the settings and say what is wrong with them", command_config_check);
  with_data(check, false);
  with_config(check);
  add(app, "version", "say which version this is", command_version);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);  // --help, --version
    refuse(app, argc, argv, error);
    return real::kExitUsage;
  }
  return command(options);
}

}  // namespace
}  // namespace lastmile::tools

int main(int argc, char** argv) {
  using namespace lastmile;
  return tools::run_program("lastmile-node", real::kExitFailed, tools::main_of, argc, argv);
}
