// Says what is wrong with a command line: the word that nobody knows, and the nearest one that exists.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace lastmile::tools {

// One sentence for standard error.
std::string explained(const CLI::App& app, int argc, char** argv, const CLI::ParseError& error);

}  // namespace lastmile::tools
