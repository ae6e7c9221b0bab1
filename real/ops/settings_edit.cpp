#include "real/ops/settings_edit.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "real/ops/settings.hpp"
#include "real/ops/settings_keys.hpp"

namespace lastmile::real {
namespace {

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

// Is this "key = ..."?
bool gives(std::string_view line, std::string_view key) {
  line = trimmed(line);
  if (!line.starts_with(key)) return false;
  return trimmed(line.substr(key.size())).starts_with('=');
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Where the line goes, and whether one is there that it replaces.
struct Place {
  std::size_t line = 0;
  bool replaces = false;
};

std::optional<Place> find_place(const std::vector<std::string>& lines, std::string_view section, std::string_view key) {
  const std::string head = "[" + std::string(section) + "]";
  std::optional<Place> commented;
  std::optional<std::size_t> last;  // of the section
  bool inside = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (line.starts_with('[')) inside = line == head;
    if (!inside) continue;
    if (!line.empty()) last = i;
    if (gives(line, key)) return Place{i, true};
    if (line.starts_with('#') && gives(line.substr(1), key)) commented = Place{i, true};
  }
  if (commented) return commented;
  if (last) return Place{*last + 1, false};
  return std::nullopt;
}

}  // namespace

Result<std::string> with_setting(std::string_view toml, std::string_view name, const std::string& value) {
  const SettingKey* key = find_setting(name);
  if (key == nullptr) {
    const std::string_view near = nearest_setting(name);
    return Error{"unknown key " + std::string(name) +
                 (near.empty() ? "" : ", did you mean " + std::string(near) + "?")};
  }
  Settings fresh;
  if (!key->set(fresh, SettingValue(value))) {
    return Error{std::string(name) + ": expected " + std::string(key->info.expected) + ", found \"" + value + "\""};
  }
  const std::string_view section = name.substr(0, name.find('.'));
  const std::string_view last = name.substr(name.find('.') + 1);
  const std::string line = std::string(last) + " = " + key->show(fresh);
  std::vector<std::string> lines = lines_of(toml);
  const auto place = find_place(lines, section, last);
  if (!place) {
    if (!lines.empty()) lines.emplace_back();
    lines.push_back("[" + std::string(section) + "]");
    lines.push_back(line);
  } else if (place->replaces) {
    lines[place->line] = line;
  } else {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place->line), line);
  }
  std::string text;
  for (const std::string& one : lines) text += one + "\n";
  const auto read = parse_settings(text, "settings");
  if (!read.ok()) return read.error();
  if (key->show(*read) != key->show(fresh)) {
    return Error{std::string(name) + ": the file gives it in a way that is not changed here; change it by hand"};
  }
  return text;
}

}  // namespace lastmile::real
