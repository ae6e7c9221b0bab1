// A file that somebody named on a command line or in a scenario.
#pragma once

#include <istream>
#include <memory>
#include <string>

#include "core/base/result.hpp"

namespace lastmile::scenario {

// Opens a regular file for reading. Nothing that could keep the program waiting is opened: no pipe, no device, no
// terminal. The error is what was found instead, to follow "expected ..., found ": "a folder", "a pipe",
// "no such file". A read that fails later sets badbit.
Result<std::unique_ptr<std::istream>> open_input(const std::string& path);

}  // namespace lastmile::scenario
