// What lastmile-node does, without the option parser.
#pragma once

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
};

// Each gives the exit code of the program.
int command_init(const NodeOptions& options);
int command_run(const NodeOptions& options);
int command_version(const NodeOptions& options);
int command_config_check(const NodeOptions& options);
int command_status(const NodeOptions& options);
int command_stop(const NodeOptions& options);
int command_ask(const NodeOptions& options);

}  // namespace lastmile::tools
