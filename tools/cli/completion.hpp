// Completions of a shell, made of the verbs and options that the parser knows, so that neither is forgotten.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace lastmile::tools {

// shell: "bash", "zsh" or "fish".
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace lastmile::tools
