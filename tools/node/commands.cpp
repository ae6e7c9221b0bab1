#include "tools/node/commands.hpp"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "real/ops/admin_client.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/json_guard.hpp"
#include "real/ops/log.hpp"
#include "real/ops/settings.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;
using real::AdminClient;
namespace fs = std::filesystem;

constexpr Duration kAnswerMax = seconds(30);
constexpr std::size_t kFieldsDepthMax = 32;

int fail(int code, const std::string& text) {
  std::fprintf(stderr, "lastmile-node: %s\n", text.c_str());
  return code;
}

fs::path settings_file(const NodeOptions& options) { return fs::path(options.data) / "node.toml"; }

Result<real::Settings> settings_of(const NodeOptions& options) {
  real::SettingSources sources;
  sources.file = options.config;
  const fs::path standard = settings_file(options);
  if (options.config.empty() && !options.data.empty() && fs::exists(standard)) sources.file = standard;
  sources.environment = real::setting_environment();
  sources.flags = options.sets;
  return real::load_settings(sources);
}

// The socket that was named, or the one that the settings of the data folder lead to.
Result<std::string> socket_of(const NodeOptions& options) {
  if (!options.socket.empty()) return options.socket;
  const auto settings = settings_of(options);
  if (!settings.ok()) return settings.error();
  if (!settings->admin_socket.empty()) return settings->admin_socket;
  if (options.data.empty()) return Error{"--data or --socket is needed to find the node"};
  return (fs::path(options.data) / "admin.sock").string();
}

int ask(const NodeOptions& options, const std::string& command, const json& fields, std::optional<json>& answer) {
  const auto socket = socket_of(options);
  if (!socket.ok()) return fail(real::kExitUsage, socket.error().text);
  auto client = AdminClient::connect(*socket);
  if (!client.ok()) return fail(real::kExitFailed, client.error().text);
  auto result = client->ask(command, fields, kAnswerMax);
  if (!result.ok()) return fail(real::kExitFailed, result.error().text);
  answer = *std::move(result);
  return real::kExitOk;
}

}  // namespace

int command_init(const NodeOptions& options) {
  if (const auto made = real::init_node(options.data); !made.ok()) {
    return fail(made.error().exit_code, made.error().text);
  }
  if (!options.json)
    std::printf("made %s: read %s/node.toml, then: lastmile-node run --data %s\n", options.data.c_str(),
                options.data.c_str(), options.data.c_str());
  if (options.json) std::puts(json{{"data", options.data}}.dump().c_str());
  return real::kExitOk;
}

int command_run(const NodeOptions& options) {
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(real::kExitUsage, settings.error().text);
  if (const auto started = real::start_logging(*settings); !started.ok()) {
    return fail(real::kExitUsage, started.error().text);
  }
  auto daemon = real::Daemon::start(options.data, *settings, LASTMILE_VERSION);
  if (!daemon.ok()) return fail(daemon.error().exit_code, daemon.error().text);
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
  if (options.config.empty() && !options.data.empty() && !fs::exists(settings_file(options))) {
    return fail(real::kExitUsage, settings_file(options).string() + ": no such file; init makes one");
  }
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(real::kExitUsage, settings.error().text);
  if (!options.json) std::puts("the configuration is valid");
  if (options.json) std::puts(json{{"valid", true}}.dump().c_str());
  return real::kExitOk;
}

int command_status(const NodeOptions& options) {
  std::optional<json> answer;
  if (const int code = ask(options, "status", json::object(), answer); code != real::kExitOk) return code;
  if (options.json) {
    std::puts(answer->dump().c_str());
  } else {
    for (const auto& [name, value] : answer->items()) {
      std::printf("%-15s %s\n", name.c_str(),
                  value.is_string() ? value.get_ref<const std::string&>().c_str() : value.dump().c_str());
    }
  }
  return real::kExitOk;
}

int command_stop(const NodeOptions& options) {
  std::optional<json> answer;
  return ask(options, "stop", json::object(), answer);
}

int command_ask(const NodeOptions& options) {
  json fields = json::object();
  if (!options.fields.empty()) {
    if (real::json_depth_above(options.fields, kFieldsDepthMax)) return fail(real::kExitUsage, "nested too deeply");
    fields = json::parse(options.fields, nullptr, false);
    if (!fields.is_object()) return fail(real::kExitUsage, "the fields must be one JSON object");
  }
  std::optional<json> answer;
  if (const int code = ask(options, options.command, fields, answer); code != real::kExitOk) return code;
  std::puts(answer->dump(options.json ? -1 : 2).c_str());
  return real::kExitOk;
}

}  // namespace lastmile::tools
