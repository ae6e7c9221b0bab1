#include "tools/sim/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <vector>

#include "scenarios/engine/text/finding.hpp"

namespace lastmile::tools {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view near = scenario::nearest(word, views);
  if (near.empty()) return "; there are " + joined(known);
  return "; did you mean \"" + std::string(near) + "\"?";
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    out.push_back(verb->get_name());
  return out;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

}  // namespace

std::string explained(const CLI::App& app, int argc, char** argv, const CLI::ParseError& error) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto named = app.get_subcommands();
  if (named.empty()) {
    if (words.empty()) return "expected a verb: " + joined(verbs_of(app));
    const std::string& word = words.front();
    if (word.starts_with("-")) return "expected a verb before \"" + word + "\": " + joined(verbs_of(app));
    return "unknown verb \"" + word + "\"" + suggestion(word, verbs_of(app));
  }
  const CLI::App& verb = *named.front();
  const auto known = options_of(verb);
  for (const std::string& word : words) {
    if (!word.starts_with("--") || word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return verb.get_name() + ": unknown option \"" + name + "\"" + suggestion(name, known);
  }
  return verb.get_name() + ": " + error.what();
}

}  // namespace lastmile::tools
