#include "tools/cli/settings.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>

#include "core/base/nearest.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::tools {
namespace {

constexpr std::size_t kConfigBytesMax = 65536;
constexpr std::array<std::string_view, 5> kKeys = {"account", "api", "channel", "keys", "password_file"};

using Values = std::map<std::string, std::string, std::less<>>;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The folder that the desktop's rules name, or its default below the home folder; empty when there is neither.
std::string user_folder(const char* name, const char* below_home) {
  std::string folder = variable(name);
  if (folder.empty() && !variable("HOME").empty()) folder = variable("HOME") + "/" + below_home;
  return folder.empty() ? folder : folder + "/lastmile";
}

Result<Values> read_config(const std::string& path) {
  const auto text = real::read_file(path, kConfigBytesMax);
  if (!text) return text.error();
  try {
    const toml::table root = toml::parse(std::string_view(*text), std::string_view(path));
    Values values;
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      const std::string place = path + ":" + std::to_string(node.source().begin.line) + ": ";
      if (std::find(kKeys.begin(), kKeys.end(), name) == kKeys.end()) {
        const std::string_view near = nearest(name, kKeys);
        std::string wrong = place;
        wrong.append("unknown key ").append(name);
        if (near.empty()) return Error{wrong + "; there are account, api, channel, keys, password_file"};
        return Error{wrong.append("; did you mean ").append(near).append("?")};
      }
      const auto* value = node.as_string();
      if (value == nullptr) return Error{place + name + ": expected a text"};
      values[name] = value->get();
    }
    return values;
  } catch (const toml::parse_error& error) {
    return Error{path + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description())};
  }
}

Result<std::string> checked_api(std::string api) {
  while (api.ends_with('/')) api.pop_back();
  const auto host = api.starts_with("http://") ? api.substr(7) : api.starts_with("https://") ? api.substr(8) : "";
  if (host.empty() || host.front() == '/' || api.find_first_of(" ?#\t\n") != std::string::npos)
    return Error{"api: expected http://HOST[:PORT] or https://HOST[:PORT], found \"" + api + "\""};
  return api;
}

}  // namespace

Result<CliSettings> load_cli_settings(const CommonOptions& options) {
  std::string config = !options.config.empty() ? options.config : variable("LASTMILE_CONFIG");
  if (config.empty()) {
    const std::string folder = user_folder("XDG_CONFIG_HOME", ".config");
    std::error_code error;
    if (!folder.empty() && std::filesystem::exists(folder + "/config.toml", error)) config = folder + "/config.toml";
  }
  Values file;
  if (!config.empty()) {
    auto read = read_config(config);
    if (!read) return read.error();
    file = *std::move(read);
  }
  const auto value = [&](const std::string& option, const char* name, const std::string& key,
                         const std::string& otherwise) {
    if (!option.empty()) return option;
    if (std::string given = variable(name); !given.empty()) return given;
    const auto found = file.find(key);
    return found != file.end() && !found->second.empty() ? found->second : otherwise;
  };
  CliSettings out;
  auto api = checked_api(value(options.api, "LASTMILE_API", "api", kDefaultApi));
  if (!api) return api.error();
  out.api = *std::move(api);
  out.account = value(options.account, "LASTMILE_ACCOUNT", "account", "");
  const std::string data = user_folder("XDG_DATA_HOME", ".local/share");
  out.keys = value(options.keys, "LASTMILE_KEYS", "keys", data.empty() ? "" : data + "/keys");
  out.password_file = value(options.password_file, "LASTMILE_PASSWORD_FILE", "password_file", "");
  out.password_fd = options.password_fd;
  if (std::string channel = value(options.channel, "LASTMILE_CHANNEL", "channel", ""); !channel.empty())
    out.channel = channel;
  if (out.keys.empty()) return Error{"keys: expected --keys or LASTMILE_KEYS, for there is no home folder"};
  return out;
}

}  // namespace lastmile::tools
