#include "real/ops/settings.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <sstream>

#include "real/env/posix_file.hpp"
#include "real/ops/quantity.hpp"
#include "real/ops/settings_keys.hpp"

extern char** environ;  // NOLINT: POSIX

namespace lastmile::real {
namespace {

constexpr std::string_view kPrefix = "LASTMILE_";

// Tables in a table: [chains.NAME].
constexpr std::string_view kChainSection = "chains";
bool is_of_a_chain(std::string_view key) {
  return key.starts_with(kChainSection) && key.substr(kChainSection.size()).starts_with('.');
}

// Mistakes of one reading, in the order of the file.
struct Mistakes {
  std::vector<std::string> lines;
  void add(const std::string& where, const std::string& what) {
    if (lines.size() < kSettingErrorsMax) lines.push_back(where + ": " + what);
  }
  void unknown(const std::string& where, const std::string& name) {
    const std::string_view near = nearest_setting(name);
    add(where, "unknown key " + name + (near.empty() ? "" : ", did you mean " + std::string(near) + "?"));
  }
  void wrong(const std::string& where, const KeyInfo& key, const std::string& found) {
    add(where, std::string(key.name) + ": expected " + std::string(key.expected) + ", found " + found);
  }
};

std::string found_text(const toml::node& node) {
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  std::string text = out.str();
  std::replace(text.begin(), text.end(), '\n', ' ');
  constexpr std::size_t kShown = 60;
  return text.size() > kShown ? text.substr(0, kShown) + "..." : text;
}

std::optional<SettingValue> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return SettingValue(text->get());
  if (const auto* number = node.as_integer()) return SettingValue(number->get());
  if (const auto* flag = node.as_boolean()) return SettingValue(flag->get());
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (const toml::node& one : *array) {
    const auto* text = one.as_string();
    if (text == nullptr) return std::nullopt;
    list.push_back(text->get());
  }
  return SettingValue(std::move(list));
}

void read_file_keys(const toml::table& root, std::string_view name, Settings& settings, Mistakes& mistakes,
                    Origins& origins) {
  const auto where = [name](const toml::node& node) {
    return std::string(name) + ":" + std::to_string(node.source().begin.line);
  };
  // In the order of the lines, which is not that of the table.
  struct Found {
    std::string key;
    const toml::node* node;
  };
  std::vector<Found> all;
  for (const auto& [section, content] : root) {
    const std::string section_name(section.str());
    const auto* table = content.as_table();
    if (table == nullptr) {
      all.push_back({section_name, &content});
      continue;
    }
    for (const auto& [key, node] : *table) {
      const std::string full = section_name + "." + std::string(key.str());
      const auto* inner = section_name == kChainSection ? node.as_table() : nullptr;
      if (inner == nullptr) {
        all.push_back({full, &node});
        continue;
      }
      for (const auto& [inner_key, inner_node] : *inner)
        all.push_back({full + "." + std::string(inner_key.str()), &inner_node});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return a.node->source().begin.line < b.node->source().begin.line;
  });
  for (const Found& found : all) {
    if (is_of_a_chain(found.key)) {
      const auto wrong = set_chain_setting(settings.chains, found.key, value_of(*found.node), found_text(*found.node));
      if (wrong) mistakes.add(where(*found.node), *wrong);
      continue;
    }
    const SettingKey* key = find_setting(found.key);
    if (key == nullptr) {
      mistakes.unknown(where(*found.node), found.key);
      continue;
    }
    const auto value = value_of(*found.node);
    if (!value.has_value() || !key->set(settings, *value)) {
      mistakes.wrong(where(*found.node), key->info, found_text(*found.node));
    } else {
      origins[found.key] = where(*found.node);
    }
  }
}

bool set_text(const std::string& where, const std::string& name, const std::string& value, Settings& settings,
              Mistakes& mistakes) {
  if (is_of_a_chain(name)) {
    const auto wrong = set_chain_setting(settings.chains, name, SettingValue(value), "\"" + value + "\"");
    if (wrong) mistakes.add(where, *wrong);
    return !wrong;
  }
  const SettingKey* key = find_setting(name);
  if (key == nullptr) {
    mistakes.unknown(where, name);
    return false;
  }
  if (key->set(settings, SettingValue(value))) return true;
  mistakes.wrong(where, key->info, "\"" + value + "\"");
  return false;
}

// LASTMILE_P2P__LISTEN is p2p.listen. Names without "__" are other programs' business (LASTMILE_VECTORS).
std::optional<std::string> key_of_variable(std::string_view variable) {
  if (!variable.starts_with(kPrefix) || variable.find("__") == std::string_view::npos) return std::nullopt;
  std::string name(variable.substr(kPrefix.size()));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  name.replace(name.find("__"), 2, ".");
  if (const auto inner = name.find("__"); is_of_a_chain(name) && inner != std::string::npos)
    name.replace(inner, 2, ".");
  return name;
}

// Wherever the two come from: file, environment, flags, or nowhere.
void find_contradictions(const Settings& settings, Mistakes& mistakes) {
  for (const std::string& each : node::contradictions(settings.limits, settings.intervals))
    mistakes.add("settings", each);
  const p2p::P2pLimits& network = settings.network;
  for (const std::string& each : chain_contradictions(settings.chains)) mistakes.add("settings", each);
  if (network.keepalive >= network.silence_max) {
    mistakes.add("settings", "p2p.keepalive (" + duration_text(network.keepalive) +
                                 ") is not less than p2p.silence_max (" + duration_text(network.silence_max) + ")");
  }
  // Below it nobody could answer in time, and we would do nothing but look.
  constexpr Duration kLeast = milliseconds(100);
  const std::pair<std::string_view, Duration> patience[] = {{"p2p.upgrade_timeout", network.upgrade_timeout},
                                                            {"p2p.stream_timeout", network.stream_timeout},
                                                            {"p2p.keepalive", network.keepalive}};
  for (const auto& [name, length] : patience) {
    if (length >= kLeast) continue;
    mistakes.add("settings",
                 std::string(name) + " (" + duration_text(length) + ") is less than " + duration_text(kLeast));
  }
  if (settings.disk_min_bytes > settings.disk_warn_bytes) {
    mistakes.add("settings", "storage.disk_min (" + size_text(settings.disk_min_bytes) +
                                 ") is more than storage.disk_warn (" + size_text(settings.disk_warn_bytes) + ")");
  }
  if (settings.limits.peer_queued_bytes > network.send_buffer_max) {
    mistakes.add("settings", "limits.peer_queued_bytes (" + size_text(settings.limits.peer_queued_bytes) +
                                 ") is more than p2p.send_buffer_max (" + size_text(network.send_buffer_max) + ")");
  }
}

}  // namespace

Result<Settings> parse_settings(std::string_view text, std::string_view name, const SettingSources& sources,
                                Origins* origins) {
  Origins unwanted;
  if (origins == nullptr) origins = &unwanted;
  Settings settings;
  Mistakes mistakes;
  try {
    const toml::table root = toml::parse(text, name);
    read_file_keys(root, name, settings, mistakes, *origins);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    return Error{std::string(name) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                 std::string(error.description())};
  }
  for (const auto& [variable, value] : sources.environment) {
    const auto key = key_of_variable(variable);
    if (key && set_text(variable, *key, value, settings, mistakes)) (*origins)[*key] = variable;
  }
  for (const std::string& flag : sources.flags) {
    const auto equals = flag.find('=');
    if (equals == std::string::npos) {
      mistakes.add("--set " + flag, "expected section.key=value");
    } else {
      const std::string key = flag.substr(0, equals);
      if (set_text("--set " + flag, key, flag.substr(equals + 1), settings, mistakes)) (*origins)[key] = "--set";
    }
  }
  find_contradictions(settings, mistakes);
  if (mistakes.lines.empty()) return settings;
  std::string all;
  for (const std::string& line : mistakes.lines) all += (all.empty() ? "" : "\n") + line;
  return Error{std::move(all)};
}

Result<Settings> load_settings(const SettingSources& sources, Origins* origins) {
  if (sources.file.empty()) return parse_settings("", "", sources, origins);
  const auto text = read_file(sources.file, kSettingFileBytesMax);
  if (!text.ok()) return text.error();
  return parse_settings(*text, sources.file.string(), sources, origins);
}

const std::vector<KeyInfo>& setting_keys() {
  static const std::vector<KeyInfo> keys = [] {
    std::vector<KeyInfo> out;
    for (const SettingKey& key : setting_table()) out.push_back(key.info);
    return out;
  }();
  return keys;
}

std::string default_settings_file() {
  const Settings standard;
  std::string out = "# Settings of a lastmile node. Every key is shown with what holds without it.\n";
  std::string_view section;
  for (const SettingKey& key : setting_table()) {
    const auto dot = key.info.name.find('.');
    if (key.info.name.substr(0, dot) != section) {
      section = key.info.name.substr(0, dot);
      out += "\n[" + std::string(section) + "]\n";
    }
    out += "# " + std::string(key.info.about) + ": " + std::string(key.info.expected) + "\n";
    out += "#" + std::string(key.info.name.substr(dot + 1)) + " = " + key.show(standard) + "\n";
  }
  return out + default_chain_settings();
}

std::map<std::string, std::string> setting_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string_view::npos)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

std::string p2p_address(const std::string& multiaddr) {
  return p2p::dial_address(p2p::Multiaddr::parse(multiaddr).value());
}

node::NodeConfig node_config(const Settings& settings) {
  node::NodeConfig config;
  config.roads = settings.roads;
  config.limits = settings.limits;
  config.intervals = settings.intervals;
  config.switches = settings.switches;
  config.store.switches = settings.switches;
  config.store.charge = settings.charge;
  config.store.query_indexes = settings.query_indexes;
  config.store.query_counts = settings.query_indexes;
  config.store.limits.waiting_messages = settings.limits.waiting_messages;
  for (const std::string& peer : settings.peers) {
    config.peers.push_back(p2p_address(peer));
  }
  config.chains = followed_chains(settings.chains);
  config.head_signers = std::make_shared<const std::set<std::string, std::less<>>>(settings.head_signers.begin(),
                                                                                   settings.head_signers.end());
  node::use_default_gossip(config);
  return config;
}

}  // namespace lastmile::real
