#include "tools/sim/arguments.hpp"

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

}  // namespace

std::string explained(const RefusedLine& line) {
  if (!line.verb) {
    if (line.words.empty()) return "expected a verb: " + joined(line.verbs);
    const std::string& word = line.words.front();
    if (word.starts_with("-")) return "expected a verb before \"" + word + "\": " + joined(line.verbs);
    return "unknown verb \"" + word + "\"" + suggestion(word, line.verbs);
  }
  for (const std::string& word : line.words) {
    if (!word.starts_with("--") || word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(line.options.begin(), line.options.end(), name) != line.options.end()) continue;
    return *line.verb + ": unknown option \"" + name + "\"" + suggestion(name, line.options);
  }
  return *line.verb + ": " + line.why;
}

}  // namespace lastmile::tools
