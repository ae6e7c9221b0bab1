// The verbs of `config`.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "real/env/posix_file.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/settings.hpp"
#include "real/ops/settings_edit.hpp"
#include "real/ops/settings_keys.hpp"
#include "tools/node/common.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;

// Settings with where they come from. A folder that was named wrong must not pass for one whose settings are all at
// their defaults.
int read(const NodeOptions& options, real::Settings& settings, real::Origins& origins) {
  if (options.config.empty() && !options.data.empty() && !has_settings_file(options)) {
    return fail(options, real::kExitUsage, settings_file(options).string() + ": no such file; init makes one");
  }
  real::SettingSources sources;
  sources.file = settings_source(options);
  sources.environment = real::setting_environment();
  sources.flags = options.sets;
  const auto loaded = real::load_settings(sources, &origins);
  if (!loaded.ok()) return fail(options, real::kExitUsage, loaded.error().text);
  settings = *loaded;
  return real::kExitOk;
}

std::string origin_of(const real::Origins& origins, std::string_view name) {
  const auto found = origins.find(name);
  return found == origins.end() ? "default" : found->second;
}

int unknown_key(const NodeOptions& options) {
  const std::string_view near = real::nearest_setting(options.key);
  return fail(options, real::kExitUsage,
              "unknown key " + options.key + (near.empty() ? "" : ", did you mean " + std::string(near) + "?"));
}

}  // namespace

int command_config_check(const NodeOptions& options) {
  real::Settings settings;
  real::Origins origins;
  if (const int code = read(options, settings, origins); code != real::kExitOk) return code;
  if (!options.json) std::puts("the configuration is valid");
  if (options.json) std::puts(json{{"valid", true}}.dump().c_str());
  return real::kExitOk;
}

// Without --effective what somebody decided; with it every key, and where its value is from. No key holds a secret.
int command_config_show(const NodeOptions& options) {
  real::Settings settings;
  real::Origins origins;
  if (const int code = read(options, settings, origins); code != real::kExitOk) return code;
  json all = json::object();
  std::string_view section;
  for (const real::SettingKey& key : real::setting_table()) {
    if (!options.effective && !origins.contains(key.info.name)) continue;
    const std::string origin = origin_of(origins, key.info.name);
    if (options.json) {
      all[std::string(key.info.name)] = {{"value", key.show(settings)}, {"origin", origin}};
      continue;
    }
    const auto dot = key.info.name.find('.');
    if (key.info.name.substr(0, dot) != section) {
      std::printf("%s[%s]\n", section.empty() ? "" : "\n", std::string(key.info.name.substr(0, dot)).c_str());
      section = key.info.name.substr(0, dot);
    }
    std::printf("%s = %s", std::string(key.info.name.substr(dot + 1)).c_str(), key.show(settings).c_str());
    std::printf(options.effective ? "  # %s\n" : "\n", origin.c_str());
  }
  if (options.json) std::puts(all.dump().c_str());
  return real::kExitOk;
}

int command_config_template(const NodeOptions& options) {
  const std::string text = real::default_settings_file();
  if (options.json) std::puts(json{{"text", text}}.dump().c_str());
  if (!options.json) std::fputs(text.c_str(), stdout);
  return real::kExitOk;
}

int command_config_get(const NodeOptions& options) {
  real::Settings settings;
  real::Origins origins;
  if (const int code = read(options, settings, origins); code != real::kExitOk) return code;
  const real::SettingKey* key = real::find_setting(options.key);
  if (key == nullptr) return unknown_key(options);
  if (options.json) {
    std::puts(json{{"key", options.key}, {"value", key->show(settings)}, {"origin", origin_of(origins, options.key)}}
                  .dump()
                  .c_str());
  } else {
    std::puts(key->show(settings).c_str());
  }
  return real::kExitOk;
}

int command_config_set(const NodeOptions& options) {
  const auto file =
      options.config.empty() && !options.data.empty() ? settings_file(options) : std::filesystem::path(options.config);
  if (file.empty()) {
    return fail(options, real::kExitUsage, "expected --data or --config to find the file by, found neither");
  }
  if (real::find_setting(options.key) == nullptr) return unknown_key(options);
  const auto text = real::read_file(file, real::kSettingFileBytesMax);
  if (!text.ok()) return fail(options, real::kExitUsage, text.error().text);
  const auto changed = real::with_setting(*text, options.key, options.value);
  if (!changed.ok()) return fail(options, real::kExitUsage, changed.error().text);
  const auto written = real::write_file_durably(file, *changed);
  if (!written.ok()) return fail(options, real::kExitFailed, written.error().text);
  if (options.json) std::puts(json{{"file", file.string()}, {"key", options.key}}.dump().c_str());
  if (!options.json)
    std::printf("%s: %s is set; SIGHUP or a restart makes it hold\n", file.c_str(), options.key.c_str());
  return real::kExitOk;
}

}  // namespace lastmile::tools
