// A running node: the core, what it stands on, and the admin socket.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "real/env/data_dir.hpp"
#include "real/ops/settings.hpp"

namespace lastmile::real {

// Exit codes of lastmile-node (architecture, section 5).
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 3;
inline constexpr int kExitLocked = 4;
inline constexpr int kExitMigration = 5;

struct DaemonFailure {
  int exit_code = kExitFailed;
  std::string text;
};

// How long shutting down waits for what clients were promised (receipts of messages handed in).
inline constexpr Duration kDrainMax = seconds(10);

// What a data folder that cannot be opened means for a program.
DaemonFailure failure_of(const DataDirError& error);

// Makes a data folder with a node key and a commented node.toml.
Result<Unit, DaemonFailure> init_node(const std::filesystem::path& data);

class Daemon {
 public:
  // The settings as they would be read now, for SIGHUP.
  using ReadAgain = std::function<Result<Settings>()>;

  // Opens everything and starts the node. Nothing of the data folder is changed when it fails to lock it.
  static Result<std::unique_ptr<Daemon>, DaemonFailure> start(const std::filesystem::path& data,
                                                              const Settings& settings, std::string version,
                                                              ReadAgain read_again);
  ~Daemon();

  // Runs until SIGTERM, SIGINT, the command "stop", or a broken disk. Gives the exit code.
  int run();

 private:
  struct State;
  explicit Daemon(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::real
