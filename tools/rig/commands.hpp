// What the verbs of lastmile-rig do. Each answers with the exit status of the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lastmile::tools {

inline constexpr int kExitUsage = 3;
inline constexpr int kExitUnknown = 2;

struct RigCommandOptions {
  std::string file;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> sets;
  std::string out;    // empty = runs/NAME-SEED-real
  std::string node;   // lastmile-node; empty = beside this program
  std::string anvil;  // of chains; empty = LASTMILE_ANVIL, or in PATH
  bool json = false;
  bool quiet = false;
};

int command_run(const RigCommandOptions& options);

}  // namespace lastmile::tools
