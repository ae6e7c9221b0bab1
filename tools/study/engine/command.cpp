// A run that is a command.
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "tools/study/engine/frames.hpp"
#include "tools/study/engine/workers.hpp"

namespace lastmile::study {
namespace {

constexpr int kCannotStart = 127;  // as shells have it

std::string all_from(int stream) {
  std::string text;
  std::array<char, 1 << 14> chunk;
  while (text.size() <= kFrameBytesMax) {
    const ssize_t got = ::read(stream, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

Outcome run_command(const std::vector<std::string>& arguments,
                    const std::function<Outcome(const std::string&)>& parse) {
  LM_CHECK(!arguments.empty());
  std::vector<std::string> owned = arguments;
  std::vector<char*> argv;
  argv.reserve(owned.size() + 1);
  for (std::string& argument : owned) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return Outcome::failure(RunEnd::failed, std::generic_category().message(errno));
  const pid_t process = fork();
  if (process == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(argv[0], argv.data());
    _exit(kCannotStart);
  }
  close(ends[1]);
  const std::string text = process > 0 ? all_from(ends[0]) : std::string();
  close(ends[0]);
  if (process < 0) return Outcome::failure(RunEnd::failed, arguments[0] + ": cannot be started");
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return Outcome::failure(RunEnd::crashed, fmt::format("{}: signal {}", arguments[0], WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) == kCannotStart)
    return Outcome::failure(RunEnd::failed, arguments[0] + ": cannot be started");
  if (WEXITSTATUS(status) != 0) {
    return Outcome::failure(RunEnd::failed, fmt::format("{}: status {}", arguments[0], WEXITSTATUS(status)));
  }
  if (text.size() > kFrameBytesMax) return Outcome::failure(RunEnd::failed, arguments[0] + ": says too much");
  return parse(text);
}

}  // namespace lastmile::study
