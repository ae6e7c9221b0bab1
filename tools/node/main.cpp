// lastmile-node: the daemon of operators, and what talks to it. Exit codes: 0 ok, 1 failed, 3 usage or configuration,
// 4 data folder in use, 5 data folder of another schema.
#include <CLI/CLI.hpp>
#include <iostream>

#include "real/ops/daemon.hpp"
#include "tools/arguments/completions.hpp"
#include "tools/arguments/program.hpp"
#include "tools/arguments/refusal.hpp"
#include "tools/node/commands.hpp"

namespace lastmile::tools {
namespace {

// Puts the command line together: each verb once, with what it takes.
class CommandLine {
 public:
  CommandLine() {
    app.set_version_flag("--version", LASTMILE_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Exit status: 0 ended as told, 1 failed, 3 usage or settings, 4 data folder in use, 5 data folder of another "
        "schema.\n"
        "Start with: lastmile-node init --data FOLDER");
    add_running();
    add_config();
    add_db();
    add_key();
    add_peers();
    CLI::App* doctor = verb(app, "doctor", "look at what this machine offers a node", command_doctor);
    with_data(doctor, false);
    with_config(doctor);
    doctor->add_option("--host", options.host, "a name to look up")->check(not_empty());
    doctor->add_option("--time-server", options.time_server, "compare the clock with this NTP server")
        ->check(not_empty());
    CLI::App* completion = verb(app, "completion", "print what a shell completes", nullptr);
    completion->add_option("shell", shell, "bash, zsh or fish")->required()->check(one_of({"bash", "zsh", "fish"}));
    verb(app, "version", "say which version this is", command_version);
  }

  int run() {
    if (command != nullptr) return command(options);
    const Shell kind = shell == "fish" ? Shell::fish : shell == "zsh" ? Shell::zsh : Shell::bash;
    std::cout << completions_of(app.get_name(), completion_places(app), kind);
    return real::kExitOk;
  }

  CLI::App app{"A node of the Aleph network.", "lastmile-node"};

 private:
  using Command = int (*)(const NodeOptions&);

  CLI::App* verb(CLI::App& to, const char* name, const char* about, Command run_it) {
    CLI::App* sub = to.add_subcommand(name, about);
    sub->add_flag("--json", options.json, "answer as JSON on one line");
    sub->callback([this, run_it] { command = run_it; });
    return sub;
  }
  CLI::App* group(const char* name, const char* about) {
    CLI::App* sub = app.add_subcommand(name, about);
    sub->require_subcommand(1);
    return sub;
  }
  void with_data(CLI::App* sub, bool required) {
    auto* option = sub->add_option("--data", options.data, "data folder of the node")->check(not_empty());
    if (required) option->required();
  }
  void with_config(CLI::App* sub) {
    sub->add_option("--config", options.config, "settings; else node.toml in the data folder")->check(not_empty());
    sub->add_option("--set", options.sets, "section.key=value, before environment and file; repeatable")
        ->allow_extra_args(false);
  }
  CLI::App* with_socket(CLI::App* sub) {
    with_data(sub, false);
    with_config(sub);
    sub->add_option("--socket", options.socket, "admin socket of the running node")->check(not_empty());
    return sub;
  }

  void add_running() {
    CLI::App* init = verb(app, "init", "make a data folder, a node key and a commented node.toml", command_init);
    with_data(init, true);
    init->add_flag("--if-missing", options.if_missing, "leave a data folder that is there as it is");
    CLI::App* run_verb = verb(app, "run", "run the node until SIGTERM", command_run);
    with_data(run_verb, true);
    with_config(run_verb);
    run_verb
        ->add_option("--p2p-listen", options.p2p_listen,
                     "multiaddr to listen on instead of the settings' p2p.listen; repeatable")
        ->allow_extra_args(false);
    run_verb
        ->add_option("--http-listen", options.http_listen,
                     "where clients connect to, such as 127.0.0.1:4024 (http.listen)")
        ->check(not_empty());
    with_socket(verb(app, "status", "ask the running node how it does", command_status));
    with_socket(verb(app, "stop", "end the running node and wait until it has ended", command_stop));
    with_socket(verb(app, "reload", "let the running node read its settings again, as SIGHUP does", command_reload));
    with_socket(verb(app, "metrics", "figures of the running node as Prometheus reads them", command_metrics));
    CLI::App* ask = verb(app, "ask", "send one command to the running node; \"help\" lists them", command_ask);
    with_socket(ask);
    ask->add_option("command", options.command, "name")->required();
    ask->add_option("fields", options.fields, "JSON object");
  }

  void add_config() {
    CLI::App* config = group("config", "settings");
    const auto add = [&](const char* name, const char* about, Command run_it) {
      CLI::App* sub = verb(*config, name, about, run_it);
      with_data(sub, false);
      with_config(sub);
      return sub;
    };
    const auto with_key = [&](CLI::App* sub) {
      sub->add_option("key", options.key, "section.key")->required();
      return sub;
    };
    add("check", "read the settings and say what is wrong with them", command_config_check);
    add("show", "the settings that somebody decided", command_config_show)
        ->add_flag("--effective", options.effective, "every setting, and where its value is from");
    verb(*config, "template", "the file that init writes: every setting at its default", command_config_template);
    with_key(add("get", "the value of one setting", command_config_get));
    with_key(add("set", "change one setting in the file", command_config_set))
        ->add_option("value", options.value, "as --set takes it")
        ->required();
  }

  void add_db() {
    CLI::App* db = group("db", "database and files, beside a running node or without one");
    const auto add = [&](const char* name, const char* about, Command run_it) {
      return with_socket(verb(*db, name, about, run_it));
    };
    add("stats", "figures", command_db_stats);
    add("check", "database, store and files against each other", command_db_check)
        ->add_flag("--quick", options.quick, "files by their size alone, without reading them");
    add("compact", "merge all files of the database", command_db_compact);
    CLI::App* backup = add("backup", "an incremental backup", command_db_backup);
    backup->add_option("--to", options.folder, "folder of backups; else backups/ in the data folder")
        ->check(not_empty());
    backup->add_option("--keep", options.keep, "how many backups stay; 0 = all")->check(CLI::Range(0, 10000));
    CLI::App* list = verb(*db, "backups", "which backups there are", command_db_backups);
    with_data(list, false);
    list->add_option("--to", options.folder, "folder of backups; else backups/ in the data folder")->check(not_empty());
    CLI::App* restore = verb(*db, "restore", "make a new data folder of a backup, and check it", command_db_restore);
    with_data(restore, true);
    with_config(restore);
    restore->add_option("--from", options.folder, "folder of backups")->required()->check(not_empty());
    restore->add_option("--backup", options.backup, "number of the backup; else the newest");
    CLI::App* migrate = verb(*db, "migrate", "bring a data folder to the schema of this program", command_db_migrate);
    with_data(migrate, true);
    with_config(migrate);
  }

  void add_key() {
    CLI::App* key = group("key", "keys of the node, as files in keys/ of the data folder");
    const auto add = [&](const char* name, const char* about, Command run_it) {
      CLI::App* sub = verb(*key, name, about, run_it);
      with_data(sub, true);
      return sub;
    };
    const auto with_name = [&](CLI::App* sub) {
      sub->add_option("name", options.name, "which key; \"node\" names the node to its peers");
      return sub;
    };
    with_name(add("new", "make a key", command_key_new));
    add("list", "names and addresses", command_key_list);
    with_name(add("address", "the address of a key", command_key_address));
    with_name(add("import", "take a key from a file: hexadecimal, or libp2p's protobuf", command_key_import))
        ->add_option("--file", options.file, "- = standard input")
        ->required()
        ->check(not_empty());
    CLI::App* give = with_name(add("export", "write a key into a new file", command_key_export));
    give->add_option("--file", options.file, "- = standard output")->required()->check(not_empty());
    give->add_option("--format", options.format, "hex or libp2p")->check(one_of({"hex", "libp2p"}));
  }

  void add_peers() {
    CLI::App* peers = group("peers", "whom the running node talks to");
    const auto add = [&](const char* name, const char* about, Command run_it, const char* argument) {
      CLI::App* sub = with_socket(verb(*peers, name, about, run_it));
      if (argument != nullptr) sub->add_option(argument, options.peer)->required();
    };
    add("list", "who is connected, added, banned", command_peers_list, nullptr);
    add("add", "keep a peer connected, now and after a restart", command_peers_add, "address");
    add("remove", "dial an added peer no more after a restart", command_peers_remove, "address");
    add("ban", "close connections of an identity, now and from now on", command_peers_ban, "identity");
    add("unban", "the opposite of ban", command_peers_unban, "identity");
  }

  NodeOptions options;
  std::string shell;
  Command command = nullptr;
};

int main_of(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return line.app.exit(error, std::cout, std::cerr);  // --help, --version
    refuse(line.app, argc, argv, error);
    return real::kExitUsage;
  }
  return line.run();
}

}  // namespace
}  // namespace lastmile::tools

int main(int argc, char** argv) {
  using namespace lastmile;
  return tools::run_program("lastmile-node", real::kExitFailed, tools::main_of, argc, argv);
}
