// What the verbs of lastmile-sim do. Each answers with the exit status of the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lastmile::tools {

inline constexpr int kExitUsage = 3;

struct CommandOptions {
  std::string file;  // scenario file, run folder, or folder to list
  std::optional<std::uint64_t> seed;
  std::vector<std::string> sets;
  std::string out;
  std::string world = "sim";
  bool json = false;
  bool quiet = false;
};

int command_run(CommandOptions& options);
int command_rerun(CommandOptions& options);
int command_twin(CommandOptions& options);
int command_report(CommandOptions& options);
int command_validate(CommandOptions& options);
int command_list(CommandOptions& options);
int command_tables(const CommandOptions& options);

}  // namespace lastmile::tools
