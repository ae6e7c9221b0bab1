// Says what is wrong with a command line: the word that nobody knows, and the nearest one that exists.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lastmile::tools {

// What the parser understood of a command line that it refused.
struct RefusedLine {
  std::vector<std::string> words;    // as given, without the program
  std::vector<std::string> verbs;    // that exist
  std::optional<std::string> verb;   // that was found
  std::vector<std::string> options;  // of that verb, "--seed", ...
  std::string why;                   // in the parser's words
};

// One sentence for standard error.
std::string explained(const RefusedLine& line);

}  // namespace lastmile::tools
