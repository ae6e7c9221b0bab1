// Does a text compile as a regular expression of Python's `re` module? messages.md 3.5 asks it of `address_regex`. The
// expression is never executed here.
#pragma once

#include <string_view>

namespace lastmile::message {

// The syntax of Python 3.11 for text patterns, on UTF-8. Names of \N{...} are checked for their letters only. Patterns
// longer than kAddressRegexCodePointsMax must be refused before: the cost grows with nesting.
bool python_regex_compiles(std::string_view pattern);

}  // namespace lastmile::message
