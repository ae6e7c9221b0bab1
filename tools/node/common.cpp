#include "tools/node/common.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>
#include <vector>

#include "real/ops/daemon.hpp"
#include "tools/arguments/complaint.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string value_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void flatten(const std::string& name, const json& value, std::vector<std::pair<std::string, std::string>>& lines) {
  if (!value.is_object()) return void(lines.emplace_back(name, value_text(value)));
  for (const auto& [key, inner] : value.items()) flatten(name.empty() ? key : name + "." + key, inner, lines);
}

}  // namespace

int fail(const NodeOptions& options, int code, const std::string& text) {
  std::vector<Complaint> complaints;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) complaints.push_back({.text = line});
  complain("lastmile-node", complaints, options.json);
  return code;
}

int fail(const NodeOptions& options, const real::DataDirError& error) {
  const real::DaemonFailure failure = real::failure_of(error);
  return fail(options, failure.exit_code, failure.text);
}

fs::path settings_file(const NodeOptions& options) { return fs::path(options.data) / "node.toml"; }

bool has_settings_file(const NodeOptions& options) {
  std::error_code error;
  return !options.data.empty() && fs::exists(settings_file(options), error);
}

fs::path settings_source(const NodeOptions& options) {
  if (options.config.empty() && has_settings_file(options)) return settings_file(options);
  return options.config;
}

Result<real::Settings> settings_of(const NodeOptions& options) {
  real::SettingSources sources;
  sources.file = settings_source(options);
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

Result<std::string> socket_of(const NodeOptions& options) {
  if (!options.socket.empty()) return options.socket;
  const auto settings = settings_of(options);
  if (!settings.ok()) return settings.error();
  if (!settings->admin_socket.empty()) return settings->admin_socket;
  if (options.data.empty()) return Error{"expected --data or --socket to find the node by, found neither"};
  return (fs::path(options.data) / "admin.sock").string();
}

std::optional<real::AdminClient> connect(const NodeOptions& options, int& code) {
  const auto socket = socket_of(options);
  if (!socket.ok()) {
    code = fail(options, real::kExitUsage, socket.error().text);
    return std::nullopt;
  }
  auto client = real::AdminClient::connect(*socket);
  if (client.ok()) return *std::move(client);
  code = fail(options, real::kExitFailed, client.error().text);
  return std::nullopt;
}

int ask(const NodeOptions& options, const std::string& command, const json& fields, Duration limit, json& answer) {
  int code = real::kExitOk;
  auto client = connect(options, code);
  if (!client) return code;
  auto result = client->ask(command, fields, limit);
  if (!result.ok()) return fail(options, real::kExitFailed, result.error().text);
  answer = *std::move(result);
  return real::kExitOk;
}

void print(const NodeOptions& options, const json& answer) {
  if (options.json) return void(std::puts(answer.dump(-1, ' ', false, json::error_handler_t::replace).c_str()));
  std::vector<std::pair<std::string, std::string>> lines;
  flatten({}, answer, lines);
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, name.size());
  for (const auto& [name, value] : lines)
    std::printf("%-*s  %s\n", static_cast<int>(width), name.c_str(), value.c_str());
}

}  // namespace lastmile::tools
