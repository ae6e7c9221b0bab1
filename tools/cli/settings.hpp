// Where to send to and who signs: from the command line, else the environment, else a file, else a default.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"

namespace lastmile::tools {

// As given on the command line; empty = not given.
struct CommonOptions {
  std::string config;         // --config, LASTMILE_CONFIG, $XDG_CONFIG_HOME/lastmile/config.toml if there is one
  std::string api;            // --api, LASTMILE_API
  std::string account;        // --account, LASTMILE_ACCOUNT: name or address
  std::string keys;           // --keys, LASTMILE_KEYS, $XDG_DATA_HOME/lastmile/keys
  std::string password_file;  // --password-file, LASTMILE_PASSWORD_FILE
  std::string channel;        // --channel, LASTMILE_CHANNEL
  int password_fd = -1;       // --password-fd
  bool json = false;
  bool quiet = false;
};

struct CliSettings {
  std::string api;  // "http://HOST[:PORT][/PATH]" or https, without slash at the end
  std::string account;
  std::string keys;
  std::string password_file;
  int password_fd = -1;
  std::optional<std::string> channel;
};

inline constexpr const char* kDefaultApi = "http://127.0.0.1:4024";  // a node of one's own

// Errors name the place: option, variable, or line of the file.
Result<CliSettings> load_cli_settings(const CommonOptions& options);

}  // namespace lastmile::tools
