#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace lastmile::real {

// A program started by the rig, in a process group of its own. It dies with the thread that started it (by the kernel,
// also when the rig is killed) and with this object.
class Child {
 public:
  // Output of both kinds is appended to `log`. Error: the program could not be started.
  static Result<Child> start(const std::vector<std::string>& command, const std::filesystem::path& log);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();  // kill()

  pid_t pid() const { return pid_; }
  void kill();       // SIGKILL to the group, and waits; no effect when it has ended
  void pause();      // SIGSTOP; it stands still when this returns
  void resume();     // SIGCONT
  void terminate();  // SIGTERM
  bool paused() const { return paused_; }

  bool running();                           // looks whether it has ended
  std::optional<int> wait(Duration limit);  // exit status (128 + signal when killed); empty: still running
  std::optional<int> status() const { return status_; }

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  void signal(int number);
  void note_end(int wait_status);
  pid_t pid_ = 0;  // 0 = moved away
  bool paused_ = false;
  std::optional<int> status_;
};

}  // namespace lastmile::real
