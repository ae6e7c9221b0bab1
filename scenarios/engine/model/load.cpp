#include "scenarios/engine/model/load.hpp"

#include <filesystem>
#include <iostream>

#include "scenarios/engine/text/input_file.hpp"
#include "scenarios/engine/text/json_reader.hpp"

namespace lastmile::scenario {
namespace {

std::optional<std::string> read_all(std::istream& file, Findings& findings) {
  std::string text;
  text.resize(kJsonBytesMax + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.bad()) return text;
  findings.expected("", "a file that can be read to its end", "none");
  return std::nullopt;
}

std::optional<std::string> read_text(const std::string& path, Findings& findings) {
  if (path == "-") return read_all(std::cin, findings);
  const auto file = open_input(path);
  if (file.ok()) return read_all(**file, findings);
  const bool pipe = file.error().text == "a pipe";
  findings.expected("", "a scenario file", file.error().text + (pipe ? "; - reads one from standard input" : ""));
  return std::nullopt;
}

}  // namespace

std::optional<Scenario> load_scenario(std::string_view text, const LoadOptions& options, Findings& findings) {
  std::optional<Json> document = read_json(text, findings);
  if (!document) return std::nullopt;
  for (const std::string& set : options.sets) {
    if (!apply_set(*document, set, findings)) return std::nullopt;
  }
  if (options.seed && document->members() != nullptr) document->set("seed", Json::unsigned_integer(*options.seed));
  return parse_scenario(*document, findings);
}

std::optional<Scenario> load_scenario_file(const std::string& path, const LoadOptions& options, Findings& findings) {
  const auto text = read_text(path, findings);
  if (!text) return std::nullopt;
  auto scenario = load_scenario(*text, options, findings);
  if (!scenario) return std::nullopt;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (TrafficSpec& traffic : scenario->traffic) {
    if (!traffic.file.empty() && std::filesystem::path(traffic.file).is_relative()) {
      traffic.file = (folder / traffic.file).lexically_normal().string();
    }
  }
  return scenario;
}

}  // namespace lastmile::scenario
