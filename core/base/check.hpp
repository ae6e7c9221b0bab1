// Assertions for our own mistakes. They stop the process in every build type; never use them on data from outside.
#pragma once

namespace lastmile {

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace lastmile

#define LM_CHECK(expression) \
  (static_cast<bool>(expression) ? void(0) : ::lastmile::check_failed(#expression, __FILE__, __LINE__))
