// What lastmile-node does, without the option parser.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lastmile::tools {

struct NodeOptions {
  std::string data;                     // --data
  std::string config;                   // --config; empty = node.toml in the data folder, if there is one
  std::vector<std::string> sets;        // --set section.key=value
  std::vector<std::string> p2p_listen;  // --p2p-listen MULTIADDR; empty = as configured
  std::string socket;                   // --socket; empty = as configured
  std::string http_listen;              // --http-listen; empty = as configured
  bool json = false;
  std::string command;  // of `ask`
  std::string fields;   // of `ask`: a JSON object

  bool effective = false;     // of `config show`
  std::string key;            // of `config get` and `set`: section.key
  std::string value;          // of `config set`
  std::string name = "node";  // of a key
  std::string peer;           // address or identity
  std::string host;           // of `doctor`
  std::string time_server;
  std::string file;    // of `key import` and `export`; - = standard input or output
  std::string format;  // of `key export`
  std::string folder;  // of backups
  std::optional<std::uint32_t> backup;
  std::uint64_t keep = 0;
  bool quick = false;       // of `db check`
  bool if_missing = false;  // of `init`
};

// Each gives the exit code of the program.
int command_init(const NodeOptions& options);
int command_run(const NodeOptions& options);
int command_version(const NodeOptions& options);
int command_status(const NodeOptions& options);
int command_stop(const NodeOptions& options);
int command_reload(const NodeOptions& options);
int command_ask(const NodeOptions& options);
int command_doctor(const NodeOptions& options);
int command_metrics(const NodeOptions& options);

int command_config_check(const NodeOptions& options);
int command_config_show(const NodeOptions& options);
int command_config_get(const NodeOptions& options);
int command_config_set(const NodeOptions& options);
int command_config_template(const NodeOptions& options);

int command_db_stats(const NodeOptions& options);
int command_db_check(const NodeOptions& options);
int command_db_compact(const NodeOptions& options);
int command_db_backup(const NodeOptions& options);
int command_db_backups(const NodeOptions& options);
int command_db_restore(const NodeOptions& options);
int command_db_migrate(const NodeOptions& options);

int command_key_new(const NodeOptions& options);
int command_key_list(const NodeOptions& options);
int command_key_import(const NodeOptions& options);
int command_key_export(const NodeOptions& options);
int command_key_address(const NodeOptions& options);

int command_peers_list(const NodeOptions& options);
int command_peers_add(const NodeOptions& options);
int command_peers_remove(const NodeOptions& options);
int command_peers_ban(const NodeOptions& options);
int command_peers_unban(const NodeOptions& options);

}  // namespace lastmile::tools
