#include "real/rig/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/base/check.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

constexpr int kNotStarted = 127;

// After fork: only calls that are safe in a child of a program with threads.
[[noreturn]] void become(char* const* arguments, int log, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNotStarted);  // it died in between
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(kNotStarted);
}

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& command, const std::filesystem::path& log) {
  LM_CHECK(!command.empty());
  if (::access(command[0].c_str(), X_OK) != 0) return file_error("cannot run", command[0]);
  const Descriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!output) return file_error("cannot open", log);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return file_error("cannot start", command[0]);
  if (pid == 0) become(arguments.data(), output.get(), parent);
  ::setpgid(pid, pid);  // both sides do it, so that neither can be too late
  return Child(pid);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), paused_(other.paused_), status_(other.status_) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    kill();
    pid_ = std::exchange(other.pid_, 0);
    paused_ = other.paused_;
    status_ = other.status_;
  }
  return *this;
}

Child::~Child() { kill(); }

void Child::signal(int number) {
  if (pid_ != 0 && !status_.has_value()) ::kill(-pid_, number);
}

void Child::kill() {
  if (pid_ == 0 || status_.has_value()) return;
  signal(SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  note_end(status);
}

void Child::note_end(int status) { status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Waits, because a signal sent after it could arrive before it otherwise: they are delivered by number.
void Child::pause() {
  if (pid_ == 0 || status_.has_value()) return;
  signal(SIGSTOP);
  paused_ = true;
  int status = 0;
  while (::waitpid(pid_, &status, WUNTRACED) < 0 && errno == EINTR) {
  }
  if (!WIFSTOPPED(status)) note_end(status);
}
void Child::resume() {
  signal(SIGCONT);
  paused_ = false;
}
void Child::terminate() { signal(SIGTERM); }

bool Child::running() {
  if (pid_ == 0 || status_.has_value()) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == pid_) note_end(status);
  return !status_.has_value();
}

std::optional<int> Child::wait(Duration limit) {
  const OsClock clock;
  const Instant end = clock.now() + limit;
  while (running() && clock.now() < end) {
    const timespec pause{0, 2000000};
    ::nanosleep(&pause, nullptr);
  }
  return status_;
}

}  // namespace lastmile::real
