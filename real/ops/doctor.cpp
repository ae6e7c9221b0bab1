#include "real/ops/doctor.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kvm.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "real/env/asio.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"
#include "real/ops/quantity.hpp"
#include "real/p2p/wire/multiaddr.hpp"
#include "real/storage/file_system.hpp"

namespace lastmile::real {
namespace {

constexpr int kSyncs = 20;
constexpr Duration kSyncSlow = milliseconds(30);
constexpr std::uint64_t kOpenFilesWanted = 8192;
constexpr Duration kClockErrorMax = milliseconds(500);
constexpr Duration kSkewMax = seconds(2);
constexpr int kTimeServerSeconds = 3;

std::string reason() { return std::strerror(errno); }

Finding file_system(const std::filesystem::path& data, const Settings& settings) {
  const auto room = room_of(data);
  if (!room.ok()) return {"disk", Health::bad, room.error().text};
  if (const auto name = network_file_system(room->magic); !name.empty()) {
    return {"disk", Health::bad, "the data folder lies on " + std::string(name) + "; take a disk of this machine"};
  }
  const std::string free = size_text(room->free_bytes >> 20 << 20) + " free";
  if (room->free_bytes < settings.disk_min_bytes) {
    return {"disk", Health::bad, free + ", less than storage.disk_min: nothing would be taken in"};
  }
  if (room->free_bytes < settings.disk_warn_bytes) return {"disk", Health::bad, free + ", less than storage.disk_warn"};
  return {"disk", Health::good, free};
}

Finding sync_speed(const std::filesystem::path& data) {
  const auto path = data / "doctor.tmp";
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) return {"disk sync", Health::bad, file_error("cannot write", path).text};
  std::array<Duration, kSyncs> took{};
  const OsClock clock;
  bool wrote = true;
  for (Duration& one : took) {
    const Instant begin = clock.now();
    wrote = wrote && write_all(file.get(), as_bytes("a few bytes"), path).ok() && ::fdatasync(file.get()) == 0;
    one = clock.now() - begin;
  }
  ::unlink(path.c_str());
  if (!wrote) return {"disk sync", Health::bad, "writing failed: " + reason()};
  std::sort(took.begin(), took.end());
  const Duration median = took[kSyncs / 2];
  const std::string text = duration_text(microseconds(median.ns / 1000)) + " in the median of 20";
  if (median > kSyncSlow) return {"disk sync", Health::bad, text + ": messages are acknowledged only as fast"};
  return {"disk sync", Health::good, text};
}

// What speaks against listening there; empty = nothing.
std::string why_not_free(const std::string& listen) {
  const auto target = p2p::dial_target(p2p::Multiaddr::parse(listen).value());  // the settings are checked
  asio::io_context io;
  ErrorCode error;
  const auto address = asio::ip::make_address(present(target).host, error);
  asio::ip::tcp::acceptor acceptor(io);
  const asio::ip::tcp::endpoint place(address, present(target).port);
  if (!error) acceptor.open(place.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(place, error);
  if (!error) return {};
  if (error == asio::error::address_in_use) return listen + " is in use, by a running node or another program";
  return listen + ": " + error.message();
}

Finding listening(const Settings& settings) {
  if (settings.listen.empty()) return {"listen", Health::skipped, "p2p.listen is empty"};
  std::string free;
  for (const std::string& each : settings.listen) {
    if (std::string why = why_not_free(each); !why.empty()) return {"listen", Health::bad, std::move(why)};
    free += (free.empty() ? "" : ", ") + each;
  }
  return {"listen", Health::good, free + (settings.listen.size() == 1 ? " is free" : " are free")};
}

Finding open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {"open files", Health::bad, reason()};
  const std::string text = "at most " + std::to_string(limit.rlim_cur);
  if (limit.rlim_cur >= kOpenFilesWanted) return {"open files", Health::good, text};
  return {"open files", Health::bad, text + "; LimitNOFILE of the unit, or ulimit -n, gives more"};
}

Finding hardware_virtualization() {
  const Descriptor kvm(::open("/dev/kvm", O_RDWR | O_CLOEXEC));
  if (!kvm) {
    return {"kvm", Health::missing,
            "/dev/kvm: " + reason() + "; virtual machines are emulated, many times slower" +
                (errno == EACCES ? " (is the user in the group kvm?)" : "")};
  }
  const int version = ::ioctl(kvm.get(), KVM_GET_API_VERSION, 0);
  if (version != KVM_API_VERSION) return {"kvm", Health::missing, "an interface that nobody knows"};
  const OsClock clock;
  const Instant begin = clock.now();
  const Descriptor machine(::ioctl(kvm.get(), KVM_CREATE_VM, 0));
  if (!machine) return {"kvm", Health::missing, "no machine can be made: " + reason()};
  const Descriptor cpu(::ioctl(machine.get(), KVM_CREATE_VCPU, 0));
  if (!cpu) return {"kvm", Health::missing, "no processor can be made: " + reason()};
  return {"kvm", Health::good,
          "a machine and its processor were made in " + duration_text(microseconds((clock.now() - begin).ns / 1000))};
}

Finding user_namespaces() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return {"user namespaces", Health::missing, reason()};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {"user namespaces", Health::good, "can be made"};
  return {"user namespaces", Health::missing,
          "cannot be made; programs are sandboxed in them (kernel.unprivileged_userns_clone)"};
}

Finding control_groups() {
  const auto own = read_file("/proc/self/cgroup", 64 * 1024);
  if (!own.ok() || !own->starts_with("0::")) {
    return {"cgroup delegation", Health::missing, "no unified hierarchy; machines cannot be given shares"};
  }
  std::string path = own->substr(3, own->find('\n') - 3);
  const std::filesystem::path folder = "/sys/fs/cgroup" + path;
  if (::access((folder / "cgroup.procs").c_str(), W_OK) == 0) {
    const auto controllers = read_file(folder / "cgroup.controllers", 4096);
    return {
        "cgroup delegation", Health::good,
        path + " is ours" +
            (controllers.ok() && !controllers->empty() ? ": " + controllers->substr(0, controllers->find('\n')) : "")};
  }
  return {"cgroup delegation", Health::missing, path + " belongs to somebody else; Delegate=yes in the unit gives it"};
}

Finding clock_error() {
  timex state{};
  const int status = ::adjtimex(&state);
  if (status < 0) return {"clock", Health::skipped, "the kernel does not say: " + reason()};
  if (status == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    return {"clock", Health::bad,
            "nothing keeps the clock right; messages from the future are refused: run an NTP client"};
  }
  const Duration error = microseconds(state.maxerror);
  const std::string text = "right to " + duration_text(error);
  return {"clock", error > kClockErrorMax ? Health::bad : Health::good, text};
}

Descriptor connected_udp(const std::string& host, const char* port, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), port, &hints, &found);
  if (failed != 0) {
    why = ::gai_strerror(failed);
    return Descriptor();
  }
  Descriptor fd(::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), found->ai_addr, found->ai_addrlen) != 0) {
    why = reason();
    fd.reset();
  }
  ::freeaddrinfo(found);
  return fd;
}

// One question of SNTP (RFC 4330): good to the round trip.
Finding clock_skew(const std::string& server) {
  if (server.empty()) return {"clock skew", Health::skipped, "no --time-server was named"};
  std::string why;
  const Descriptor fd = connected_udp(server, "123", why);
  if (!fd) return {"clock skew", Health::skipped, server + ": " + why};
  const timeval limit{kTimeServerSeconds, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::array<std::uint8_t, 48> packet{};
  packet[0] = 0x23;  // version 4, client
  const OsClock clock;
  const Instant begin = clock.now();
  const bool asked = ::send(fd.get(), packet.data(), packet.size(), 0) == static_cast<ssize_t>(packet.size());
  if (!asked || ::recv(fd.get(), packet.data(), packet.size(), 0) != static_cast<ssize_t>(packet.size())) {
    return {"clock skew", Health::skipped, server + " did not answer"};
  }
  const Duration half = (clock.now() - begin) / 2;
  constexpr std::int64_t kSecondsFrom1900To1970 = 2'208'988'800;
  const auto part = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | packet[at + i];
    return static_cast<std::int64_t>(value);
  };
  const std::int64_t theirs = (part(40) - kSecondsFrom1900To1970) * 1'000'000'000 + (part(44) * 1'000'000'000 >> 32);
  const Duration ahead{clock.wall().ns - half.ns - theirs};
  const Duration off{ahead.ns < 0 ? -ahead.ns : ahead.ns};
  const std::string text =
      duration_text(microseconds(off.ns / 1000)) + (ahead.ns < 0 ? " behind " : " ahead of ") + server;
  return {"clock skew", off > kSkewMax ? Health::bad : Health::good, text};
}

Finding names(const std::string& host) {
  if (host.empty()) return {"dns", Health::skipped, "no --host was named"};
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (failed != 0) return {"dns", Health::bad, host + ": " + ::gai_strerror(failed)};
  ::freeaddrinfo(found);
  return {"dns", Health::good, host + " was found"};
}

}  // namespace

std::string_view health_name(Health health) {
  switch (health) {
    case Health::good:
      return "good";
    case Health::missing:
      return "missing";
    case Health::skipped:
      return "skipped";
    case Health::bad:
      return "bad";
  }
  LM_CHECK(false);
}

std::vector<Finding> examine(const Settings& settings, const DoctorOptions& options) {
  std::vector<Finding> found;
  std::error_code code;
  if (options.data.empty() || !std::filesystem::exists(options.data, code)) {
    found.push_back({"disk", Health::skipped, "there is no data folder yet"});
  } else {
    found.push_back(file_system(options.data, settings));
    found.push_back(sync_speed(options.data));
  }
  found.push_back(open_files());
  found.push_back(listening(settings));
  found.push_back(clock_error());
  found.push_back(clock_skew(options.time_server));
  found.push_back(names(options.host));
  found.push_back(hardware_virtualization());
  found.push_back(user_namespaces());
  found.push_back(control_groups());
  return found;
}

}  // namespace lastmile::real
