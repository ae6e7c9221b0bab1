#include "tools/arguments/refusal.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace lastmile::tools {
namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string suggestion(std::string_view word, const Words& known, Nearest nearest) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view near = nearest == nullptr ? std::string_view() : nearest(word, views);
  if (near.empty()) return "; there are " + joined(known);
  return "; did you mean \"" + std::string(near) + "\"?";
}

Words verbs_of(const CLI::App& app) {
  Words out;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    out.push_back(verb->get_name());
  return out;
}

Words options_of(const CLI::App& app) {
  Words out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

std::string verb_mistake(const Words& words, const Words& verbs, Nearest nearest) {
  if (words.empty()) return "expected a verb: " + joined(verbs);
  const std::string& word = words.front();
  if (word.starts_with("-")) return "expected a verb before \"" + word + "\": " + joined(verbs);
  return "unknown verb \"" + word + "\"" + suggestion(word, verbs, nearest);
}

std::string option_mistake(const Words& words, const Words& options, const std::string& why, Nearest nearest) {
  for (const std::string& word : words) {
    if (!word.starts_with("--") || word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(options.begin(), options.end(), name) != options.end()) continue;
    return "unknown option \"" + name + "\"" + suggestion(name, options, nearest);
  }
  return why;
}

}  // namespace

std::string refusal(const CLI::App& app, int argc, const char* const* argv, const CLI::ParseError& error,
                    Nearest nearest) {
  Words words(argv + 1, argv + argc);
  const CLI::App* deepest = &app;  // verb that the parser found, and the verb of that verb
  std::string place = app.get_name();
  std::string mistake = place + ": ";
  for (auto found = app.get_subcommands(); !found.empty(); found = deepest->get_subcommands()) {
    deepest = found.front();
    place += " " + deepest->get_name();
    mistake += deepest->get_name() + ": ";
    if (!words.empty()) words.erase(words.begin());
  }
  const Words verbs = verbs_of(*deepest);
  mistake += verbs.empty() ? option_mistake(words, options_of(*deepest), error.what(), nearest)
                           : verb_mistake(words, verbs, nearest);
  return mistake + "\nTry: " + place + " --help\n";
}

CLI::Validator is_seed() {
  const auto mistake = [](const std::string& text) -> std::string {
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error == std::errc{} && end == text.data() + text.size()) return {};
    return "expected a whole number from 0 to 2^64 - 1, found " + text;
  };
  return {mistake, ""};
}

}  // namespace lastmile::tools
