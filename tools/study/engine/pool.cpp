// Worker processes on this machine.
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <optional>
#include <system_error>

#include "tools/study/engine/frames.hpp"
#include "tools/study/engine/workers.hpp"

namespace lastmile::study {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr off_t kSaidShown = 300;  // what is kept of a worker's standard error as a reason

Outcome guarded(const RunPoint& run, const Task& task) {
  try {
    return run(task);
  } catch (const std::exception& error) {
    return Outcome::failure(RunEnd::failed, error.what());
  } catch (...) {
    return Outcome::failure(RunEnd::failed, "an exception without a name");
  }
}

// The life of a worker process; does not return.
[[noreturn]] void work(int stream, int said, const RunPoint& run, pid_t parent) {
  // Gone with the parent, whatever ends it, and not reached by a Ctrl-C meant for it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  setpgid(0, 0);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(said, STDERR_FILENO);
  // No file of the parent's stays open here: locks and streams end with who made them.
  const int kept = fcntl(stream, F_DUPFD, 3);
  if (kept != 3) {
    dup2(kept, 3);
  }
  close_range(4, ~0U, 0);
  FrameReader reader;
  while (const auto frame = receive_frame(3, reader)) {
    const auto task = read_task(*frame);
    if (!task || !send_frame(3, finished_text({task->id, guarded(run, *task)}))) break;
  }
  _exit(0);
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return fmt::format("its process ended with status {}", WEXITSTATUS(status));
}

class Pool final : public Workers {
 public:
  Pool(RunPoint run, const PoolOptions& options) : run_(std::move(run)), options_(options), slots_(options.jobs) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() override {
    for (Slot& slot : slots_) end(slot);
  }

  std::size_t count() const override { return slots_.size(); }
  std::size_t idle() const override {
    return static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(), [](const Slot& s) { return !s.task; }));
  }

  Result<Unit> submit(const Task& task) override {
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return !s.task; });
    LM_CHECK(slot != slots_.end());
    for (int attempt = 0;; ++attempt) {
      if (slot->process < 0) {
        if (auto started = start(*slot); !started.ok()) return started.error();
      }
      if (send_frame(slot->stream, task_text(task))) break;
      // It died while it had nothing to do; a new one that dies at once is something else.
      end(*slot);
      if (attempt > 0) return Error{"a worker process dies before it has work"};
    }
    slot->task = task;
    slot->since = SteadyClock::now();
    return Unit{};
  }

  Result<std::vector<Finished>> wait(Duration patience) override {
    std::vector<Finished> out;
    std::vector<pollfd> streams;
    std::vector<Slot*> busy;
    auto until = SteadyClock::now() + std::chrono::nanoseconds(patience.ns);
    for (Slot& slot : slots_) {
      if (!slot.task) continue;
      streams.push_back({slot.stream, POLLIN, 0});
      busy.push_back(&slot);
      if (options_.timeout.ns > 0) until = std::min(until, deadline(slot));
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now()).count();
    const int ready =
        poll(streams.data(), streams.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
    for (std::size_t i = 0; i < busy.size(); ++i) {
      Slot& slot = *busy[i];
      if (ready > 0 && streams[i].revents != 0) {
        if (auto finished = read(slot)) out.push_back(std::move(*finished));
      } else if (options_.timeout.ns > 0 && SteadyClock::now() >= deadline(slot)) {
        const std::uint64_t id = slot.task->id;
        const std::string said = last_words(slot);
        end(slot);
        out.push_back({id, Outcome::failure(RunEnd::timed_out,
                                            fmt::format("no result within {} s{}", options_.timeout.seconds(), said))});
      }
    }
    return out;
  }

 private:
  struct Slot {
    pid_t process = -1;
    int stream = -1;
    int said = -1;  // a file in memory behind its standard error
    FrameReader reader;
    std::optional<Task> task;
    SteadyClock::time_point since;
  };

  SteadyClock::time_point deadline(const Slot& slot) const {
    return slot.since + std::chrono::nanoseconds(options_.timeout.ns);
  }

  Result<Unit> start(Slot& slot) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return cannot_start();
    slot.stream = ends[0];
    slot.said = memfd_create("said by a worker", MFD_CLOEXEC);
    fcntl(slot.said, F_SETFL, O_APPEND);
    std::fflush(nullptr);  // nothing that waits here is written twice
    const pid_t parent = getpid();
    slot.process = fork();
    if (slot.process == 0) work(ends[1], slot.said, run_, parent);
    close(ends[1]);
    if (slot.process < 0) {
      const Error error = cannot_start();
      end(slot);
      return error;
    }
    setpgid(slot.process, slot.process);  // whichever of the two comes first
    return Unit{};
  }

  static Error cannot_start() {
    return Error{"a worker process cannot be started: " + std::generic_category().message(errno)};
  }

  // Empty: part of a frame.
  std::optional<Finished> read(Slot& slot) {
    const std::uint64_t id = slot.task->id;
    const bool alive = slot.reader.read_some(slot.stream);
    if (const auto frame = slot.reader.next()) {
      auto finished = read_finished(*frame);
      slot.task.reset();
      if (ftruncate(slot.said, 0) != 0) end(slot);
      if (options_.process_per_run) end(slot);
      if (finished && finished->id == id) return finished;
      end(slot);
      return Finished{id, Outcome::failure(RunEnd::failed, "its process answered something else than a result")};
    }
    if (alive) return std::nullopt;
    const std::string said = last_words(slot);
    const int status = end(slot);
    return Finished{id, Outcome::failure(RunEnd::crashed, how_it_ended(status) + said)};
  }

  // ": LAST LINES", or nothing.
  static std::string last_words(const Slot& slot) {
    if (slot.said < 0) return {};
    const off_t length = lseek(slot.said, 0, SEEK_END);
    std::string text(static_cast<std::size_t>(std::clamp<off_t>(length, 0, kSaidShown)), '\0');
    const ssize_t got = pread(slot.said, text.data(), text.size(), std::max<off_t>(0, length - kSaidShown));
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.empty() ? text : ": " + text;
  }

  // Kills the process and its children; gives its status. One whose stream has ended is dying already, and keeps the
  // status of its own death.
  static int end(Slot& slot) {
    int status = 0;
    if (slot.stream >= 0) close(slot.stream);
    if (slot.process > 0) {
      kill(-slot.process, SIGKILL);
      kill(slot.process, SIGKILL);
      while (waitpid(slot.process, &status, 0) < 0 && errno == EINTR) {
      }
    }
    if (slot.said >= 0) close(slot.said);
    slot = Slot{};
    return status;
  }

  RunPoint run_;
  PoolOptions options_;
  std::vector<Slot> slots_;
};

}  // namespace

std::unique_ptr<Workers> make_pool(RunPoint run, const PoolOptions& options) {
  LM_CHECK(options.jobs >= 1 && options.jobs <= kJobsMax);
  return std::make_unique<Pool>(std::move(run), options);
}

}  // namespace lastmile::study
