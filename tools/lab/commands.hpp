// What the verbs of lastmile-lab do. Each answers with the exit status of the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "tools/lab/scenario/scenario.hpp"

namespace lastmile::lab {

inline constexpr const char* kProgram = "lastmile-lab";
inline constexpr int kExitFail = 1;
inline constexpr int kExitUnknown = 2;
inline constexpr int kExitUsage = 3;

struct CommandOptions {
  std::string file;
  std::string other;  // of compare
  std::optional<std::uint64_t> seed;
  std::vector<std::string> sets;
  std::string out;
  std::optional<std::uint32_t> replicates;
  std::size_t jobs = 1;
  std::uint32_t question = 0;
  std::string scenarios = "scenarios/economy";  // where the files of the questions lie
  bool json = false;
  bool quiet = false;
};

int command_run(const CommandOptions& options);
int command_validate(const CommandOptions& options);
int command_mc(const CommandOptions& options);
int command_sweep(const CommandOptions& options);
int command_compare(const CommandOptions& options);
int command_ask(const CommandOptions& options);

// One complaint; gives `status`.
int complain_once(const CommandOptions& options, const std::string& text, int status = kExitUsage);
// Complains about what is wrong with it.
std::optional<LabScenario> load_or_complain(const CommandOptions& options, const std::string& file);

}  // namespace lastmile::lab
