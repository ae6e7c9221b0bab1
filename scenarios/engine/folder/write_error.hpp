// Why a file of a run folder could not be written.
#pragma once

#include <string>
#include <system_error>

#include "core/base/result.hpp"

namespace lastmile::scenario {

// `error`: errno of the first call that failed. "PATH: cannot be written (No space left on device)".
inline Error cannot_write(const std::string& path, int error) {
  return Error{path + ": cannot be written (" + std::generic_category().message(error) + ")"};
}

}  // namespace lastmile::scenario
