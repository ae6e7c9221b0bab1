#include "tools/node/commands.hpp"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include "real/ops/admin_client.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/json_guard.hpp"
#include "real/ops/log.hpp"
#include "real/ops/settings.hpp"
#include "tools/arguments/complaint.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;
using real::AdminClient;
namespace fs = std::filesystem;

constexpr Duration kAnswerMax = seconds(30);
constexpr Duration kQuick = seconds(1);                      // an end that nobody has to be told to wait for
constexpr Duration kEndMax = real::kDrainMax + seconds(50);  // then the database is closed
constexpr std::size_t kFieldsDepthMax = 32;

// Mistakes in settings come a line each.
int fail(const NodeOptions& options, int code, const std::string& text) {
  std::vector<Complaint> complaints;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) complaints.push_back({.text = line});
  complain("lastmile-node", complaints, options.json);
  return code;
}

fs::path settings_file(const NodeOptions& options) { return fs::path(options.data) / "node.toml"; }

bool has_settings_file(const NodeOptions& options) {
  std::error_code error;
  return !options.data.empty() && fs::exists(settings_file(options), error);
}

Result<real::Settings> settings_of(const NodeOptions& options) {
  real::SettingSources sources;
  sources.file = options.config;
  if (options.config.empty() && has_settings_file(options)) sources.file = settings_file(options);
  sources.environment = real::setting_environment();
  sources.flags = options.sets;
  if (!options.p2p_listen.empty()) {
    std::string list;
    for (const std::string& each : options.p2p_listen) list += (list.empty() ? "" : ",") + each;
    sources.flags.push_back("p2p.listen=" + list);
  }
  if (!options.http_listen.empty()) sources.flags.push_back("http.listen=" + options.http_listen);
  return real::load_settings(sources);
}

// The socket that was named, or the one that the settings of the data folder lead to.
Result<std::string> socket_of(const NodeOptions& options) {
  if (!options.socket.empty()) return options.socket;
  const auto settings = settings_of(options);
  if (!settings.ok()) return settings.error();
  if (!settings->admin_socket.empty()) return settings->admin_socket;
  if (options.data.empty()) return Error{"expected --data or --socket to find the node by, found neither"};
  return (fs::path(options.data) / "admin.sock").string();
}

// A connection to the running node; without one the exit code is in `code`.
std::optional<AdminClient> connect(const NodeOptions& options, int& code) {
  const auto socket = socket_of(options);
  if (!socket.ok()) {
    code = fail(options, real::kExitUsage, socket.error().text);
    return std::nullopt;
  }
  auto client = AdminClient::connect(*socket);
  if (client.ok()) return *std::move(client);
  code = fail(options, real::kExitFailed, client.error().text);
  return std::nullopt;
}

int ask(const NodeOptions& options, const std::string& command, const json& fields, json& answer) {
  int code = real::kExitOk;
  auto client = connect(options, code);
  if (!client) return code;
  auto result = client->ask(command, fields, kAnswerMax);
  if (!result.ok()) return fail(options, real::kExitFailed, result.error().text);
  answer = *std::move(result);
  return real::kExitOk;
}

}  // namespace

int command_init(const NodeOptions& options) {
  if (const auto made = real::init_node(options.data); !made.ok()) {
    return fail(options, made.error().exit_code, made.error().text);
  }
  if (!options.json)
    std::printf("made %s: read %s/node.toml, then: lastmile-node run --data %s\n", options.data.c_str(),
                options.data.c_str(), options.data.c_str());
  if (options.json) std::puts(json{{"data", options.data}}.dump().c_str());
  return real::kExitOk;
}

int command_run(const NodeOptions& options) {
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(options, real::kExitUsage, settings.error().text);
  if (const auto started = real::start_logging(*settings); !started.ok()) {
    return fail(options, real::kExitUsage, started.error().text);
  }
  auto daemon = real::Daemon::start(options.data, *settings, LASTMILE_VERSION);
  if (!daemon.ok()) return fail(options, daemon.error().exit_code, daemon.error().text);
  return (*daemon)->run();
}

int command_version(const NodeOptions& options) {
  if (options.json) {
    std::puts(json{{"program", "lastmile-node"}, {"version", LASTMILE_VERSION}}.dump().c_str());
  } else {
    std::puts("lastmile-node " LASTMILE_VERSION);
  }
  return real::kExitOk;
}

int command_config_check(const NodeOptions& options) {
  // A folder that was named wrong must not pass for one whose settings are all at their defaults.
  if (options.config.empty() && !options.data.empty() && !has_settings_file(options)) {
    return fail(options, real::kExitUsage, settings_file(options).string() + ": no such file; init makes one");
  }
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(options, real::kExitUsage, settings.error().text);
  if (!options.json) std::puts("the configuration is valid");
  if (options.json) std::puts(json{{"valid", true}}.dump().c_str());
  return real::kExitOk;
}

int command_status(const NodeOptions& options) {
  json answer;
  if (const int code = ask(options, "status", json::object(), answer); code != real::kExitOk) return code;
  if (options.json) {
    std::puts(answer.dump().c_str());
  } else {
    for (const auto& [name, value] : answer.items()) {
      std::printf("%-15s %s\n", name.c_str(),
                  value.is_string() ? value.get_ref<const std::string&>().c_str() : value.dump().c_str());
    }
  }
  return real::kExitOk;
}

int command_stop(const NodeOptions& options) {
  int code = real::kExitOk;
  auto client = connect(options, code);
  if (!client) return code;
  const auto told = client->ask("stop", kAnswerMax);
  if (!told.ok()) return fail(options, real::kExitFailed, told.error().text);
  auto took = client->await_end(kQuick);
  if (!took) {
    if (!options.json) std::fputs("the node answers what it was handed in, and ends\n", stderr);
    took = client->await_end(kEndMax);
    if (took) took = *took + kQuick;
  }
  if (!took) return fail(options, real::kExitFailed, "the node was told to stop and still runs; its log says why");
  const double seconds = static_cast<double>(took->ns) / 1e9;
  if (options.json) std::puts(json{{"stopped", true}, {"seconds", seconds}}.dump().c_str());
  if (!options.json) std::printf("stopped after %.1f s\n", seconds);
  return real::kExitOk;
}

int command_ask(const NodeOptions& options) {
  json fields = json::object();
  if (!options.fields.empty()) {
    if (real::json_depth_above(options.fields, kFieldsDepthMax))
      return fail(options, real::kExitUsage,
                  "expected fields nested at most " + std::to_string(kFieldsDepthMax) + " deep, found more");
    fields = json::parse(options.fields, nullptr, false);
    if (!fields.is_object())
      return fail(options, real::kExitUsage,
                  "expected the fields as one JSON object such as '{\"hash\": \"...\"}', found something else");
  }
  json answer;
  if (const int code = ask(options, options.command, fields, answer); code != real::kExitOk) return code;
  std::puts(answer.dump(options.json ? -1 : 2).c_str());
  return real::kExitOk;
}

}  // namespace lastmile::tools
