#include "real/ops/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

std::optional<std::int64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = text + std::strlen(text);
  const auto [stop, failed] = std::from_chars(text, end, number);
  if (failed != std::errc{} || stop != end || number <= 0) return std::nullopt;
  return number;
}

}  // namespace

void notify_manager(const std::string& state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  if (path[0] == '@') address.sun_path[0] = '\0';  // a name that is no file
  const Descriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return;
  // A manager that does not listen is none of our business.
  static_cast<void>(
      ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size));
}

std::optional<Duration> watchdog_interval() {
  const auto microseconds_wanted = number_in("WATCHDOG_USEC");
  const auto process = number_in("WATCHDOG_PID");
  if (!microseconds_wanted || (process && *process != ::getpid())) return std::nullopt;
  return microseconds(*microseconds_wanted);
}

std::string reloading_state() { return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(OsClock().now().ns / 1000); }

}  // namespace lastmile::real
