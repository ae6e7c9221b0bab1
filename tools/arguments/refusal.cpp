#include "tools/arguments/refusal.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/nearest.hpp"
#include "tools/arguments/complaint.hpp"

namespace lastmile::tools {
namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string nearest_of(const std::string& word, const Words& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  return std::string(nearest(word, views));
}

// A word that nobody knows: what was meant, or all that there is.
Complaint unknown(const std::string& kind, const std::string& word, const Words& known) {
  Complaint out;
  out.place = word;
  out.nearest = nearest_of(word, known);
  out.text = "unknown " + kind + " \"" + word + "\"" +
             (out.nearest.empty() ? "; there are " + joined(known) : "; did you mean \"" + out.nearest + "\"?");
  return out;
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

Complaint verb_mistake(const Words& words, const Words& verbs) {
  if (words.empty() || words.front() == "--json") return {.text = "expected a verb: " + joined(verbs)};
  const std::string& word = words.front();
  if (word.starts_with("-"))
    return {.place = word, .text = "expected a verb before \"" + word + "\": " + joined(verbs)};
  return unknown("verb", word, verbs);
}

// `why`: what the option parser says; about a value it begins with the option.
Complaint option_mistake(const Words& words, const Words& options, const std::string& why) {
  for (const std::string& word : words) {
    if (!word.starts_with("--") || word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(options.begin(), options.end(), name) == options.end()) return unknown("option", name, options);
  }
  Complaint out{.text = why};
  if (const auto end = why.find(": "); end != std::string::npos && why.find(' ') > end) out.place = why.substr(0, end);
  // "--out: 1 required TEXT missing" is for programmers.
  if (!out.place.empty() && why.ends_with(" missing")) out.text = out.place + ": expected a value, found none";
  return out;
}

}  // namespace

void refuse(const CLI::App& app, int argc, const char* const* argv, const CLI::ParseError& error) {
  Words words(argv + 1, argv + argc);
  const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
  const CLI::App* deepest = &app;  // verb that the parser found, and the verb of that verb
  std::string place = app.get_name();
  std::string verbs_before;
  for (auto found = app.get_subcommands(); !found.empty(); found = deepest->get_subcommands()) {
    deepest = found.front();
    place += " " + deepest->get_name();
    verbs_before += deepest->get_name() + ": ";
    if (!words.empty()) words.erase(words.begin());
  }
  const Words verbs = verbs_of(*deepest);
  Complaint mistake =
      verbs.empty() ? option_mistake(words, options_of(*deepest), error.what()) : verb_mistake(words, verbs);
  mistake.text = verbs_before + mistake.text;
  mistake.hint = "Try: " + place + " --help";
  complain(app.get_name(), mistake, json);
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

CLI::Validator not_empty() {
  const auto mistake = [](const std::string& text) -> std::string {
    return text.empty() ? "expected a name, found an empty one" : "";
  };
  return {mistake, ""};
}

CLI::Validator one_of(std::initializer_list<std::string> words) {
  const auto mistake = [known = Words(words)](const std::string& text) -> std::string {
    if (std::find(known.begin(), known.end(), text) != known.end()) return {};
    const std::string near = nearest_of(text, known);
    return "expected one of " + joined(known) + ", found \"" + text + "\"" +
           (near.empty() ? "" : "; did you mean \"" + near + "\"?");
  };
  return {mistake, ""};
}

}  // namespace lastmile::tools
