// Says what is wrong with a command line: the word that nobody knows, and what there is instead.
#pragma once

#include <initializer_list>
#include <string>

namespace CLI {
class App;
class ParseError;
class Validator;
}  // namespace CLI

namespace lastmile::tools {

// Complains about a command line that `app` refused with `error`, as JSON when it holds --json. `app` must have the
// name of the program.
void refuse(const CLI::App& app, int argc, const char* const* argv, const CLI::ParseError& error);

// Accepts whole numbers from 0 to 2^64 - 1. The option parser alone takes "-3", and 2^64 for the greatest seed.
CLI::Validator is_seed();
// Names of files and folders: an empty one is a variable that was not set.
CLI::Validator not_empty();
CLI::Validator one_of(std::initializer_list<std::string> words);

}  // namespace lastmile::tools
