// Why a file of a run folder could not be written.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

#include "core/base/result.hpp"

namespace lastmile::scenario {

// `error`: errno of the first call that failed. "PATH: cannot be written (No space left on device)".
inline Error cannot_write(const std::string& path, int error) {
  return Error{path + ": cannot be written (" + std::generic_category().message(error) + ")"};
}

// Keeps the reason of the first call that failed; those that follow it are its consequences.
class WriteError {
 public:
  // `good`: a call of the C library went well. One that fails without a reason counts as an input/output error.
  void note(bool good) {
    if (!good && error_ == 0) error_ = errno != 0 ? errno : EIO;
  }
  bool failed() const { return error_ != 0; }
  Result<Unit> result(const std::string& path) const {
    if (failed()) return cannot_write(path, error_);
    return Unit{};
  }

 private:
  int error_ = 0;
};

}  // namespace lastmile::scenario
