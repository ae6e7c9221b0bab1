// The exit status of `lastmile` (docs/command-line.md).
#pragma once

namespace lastmile::tools {

inline constexpr int kCliOk = 0;
inline constexpr int kCliFailed = 1;   // refused, not found, not reached
inline constexpr int kCliUnknown = 2;  // something was sent and nobody said what became of it
inline constexpr int kCliUsage = 3;    // usage, settings, input that cannot be read

}  // namespace lastmile::tools
