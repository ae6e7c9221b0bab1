// Says what is wrong with a command line: the word that nobody knows, and what there is instead.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
class ParseError;
class Validator;
}  // namespace CLI

namespace lastmile::tools {

// Picks from the known words the one that was meant; empty when none is near.
using Nearest = std::string_view (*)(std::string_view word, std::span<const std::string_view> known);

// Two lines for standard error, with the name of the program: the mistake in a command line that `app` refused with
// `error`, and where the help is. `app` must have a name. Without `nearest` every choice is listed.
std::string refusal(const CLI::App& app, int argc, const char* const* argv, const CLI::ParseError& error,
                    Nearest nearest = nullptr);

// Accepts whole numbers from 0 to 2^64 - 1. The option parser alone takes "-3", and 2^64 for the greatest seed.
CLI::Validator is_seed();

}  // namespace lastmile::tools
