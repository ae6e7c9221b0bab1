#include "sim/run/own_process.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lastmile::sim {
namespace {

constexpr std::uint8_t kAnswer = 1;
constexpr std::uint8_t kError = 2;

bool write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

Bytes read_all(int file) {
  Bytes out;
  for (;;) {
    std::array<std::uint8_t, 65536> part;
    const ssize_t got = ::read(file, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return out;
    append(out, ByteView(part.data(), static_cast<std::size_t>(got)));
  }
}

[[noreturn]] void answer(int file, pid_t parent, Callback<Result<Bytes>()>& work) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody waits for the answer of an orphan
  if (::getppid() != parent) ::_exit(1);
  const Result<Bytes> result = work();
  Bytes bytes{result.ok() ? kAnswer : kError};
  append(bytes, result.ok() ? ByteView(*result) : as_bytes(result.error().text));
  const bool told = write_all(file, bytes);
  std::fflush(nullptr);
  ::_exit(told ? 0 : 1);
}

}  // namespace

Result<Bytes> in_own_process(Callback<Result<Bytes>()> work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error{std::string("a pipe: ") + std::strerror(errno)};
  std::fflush(nullptr);  // what is buffered is written once
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    const int why = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return Error{std::string("a process for the run: ") + std::strerror(why)};
  }
  if (child == 0) answer(ends[1], parent, work);
  ::close(ends[1]);
  Bytes bytes = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (bytes.empty() || status != 0) {
    return Error{WIFSIGNALED(status)
                     ? std::string("the process of the run was ended by signal ") + ::strsignal(WTERMSIG(status))
                     : "the process of the run ended before it answered"};
  }
  const bool ok = bytes.front() == kAnswer;
  bytes.erase(bytes.begin());
  if (!ok) return Error{std::string(as_text(bytes))};
  return bytes;
}

}  // namespace lastmile::sim
