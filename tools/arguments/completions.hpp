// What a shell completes, made of the verbs and options that the parser knows, so that neither is forgotten.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lastmile::tools {

// A place on the command line and what may stand there: behind "db backup" for instance, "--keep".
struct CompletionPlace {
  std::vector<std::string> verbs;  // that lead to it; empty: right behind the program
  struct Word {
    std::string text;    // a verb or "--option"
    std::string about;   // its help, one line
    bool value = false;  // of an option: a value follows
  };
  std::vector<Word> words;
};
std::vector<CompletionPlace> completion_places(const CLI::App& app);

enum class Shell { bash, zsh, fish };
// A script for the shell; `program` as it is called.
std::string completions_of(const std::string& program, const std::vector<CompletionPlace>& places, Shell shell);

}  // namespace lastmile::tools
