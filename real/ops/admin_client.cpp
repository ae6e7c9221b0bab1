#include "real/ops/admin_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "real/env/os_clock.hpp"
#include "real/ops/quantity.hpp"

namespace lastmile::real {
namespace {

constexpr std::size_t kAnswerBytesMax = 512 * 1024 * 1024;

// Why nobody can be asked there, for an operator.
Error no_node(const std::filesystem::path& path) {
  if (errno == ENOENT) return Error{"no node runs here: there is no " + path.string()};
  if (errno == ECONNREFUSED) return Error{"no node runs here: nobody listens on " + path.string() + " any more"};
  return file_error("no node answers on", path);
}

// The process that listens at the other end; none when its number means nothing to us.
Descriptor process_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0) return Descriptor();
  // The header of glibc 2.36 declares pidfd_open() for C only.
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, peer.pid, 0)));
}

}  // namespace

Result<AdminClient> AdminClient::connect(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) return Error{path.string() + ": too long for a socket"};
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return file_error("cannot make a socket for", path);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return no_node(path);
  }
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  Descriptor process = process_of(fd.get());
  return AdminClient(std::move(fd), std::move(process));
}

std::uint64_t AdminClient::post(const std::string& command, const Json& fields) {
  Json request = fields.is_object() ? fields : Json::object();
  request["id"] = ++last_id_;
  request["command"] = command;
  unsent_ += request.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return last_id_;
}

Result<Unit> AdminClient::pump() {
  while (!unsent_.empty()) {
    const ssize_t sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) break;
      if (errno == EINTR) continue;
      return file_error("the node has closed", "its admin socket");
    }
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  char piece[64 * 1024];
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), piece, sizeof piece, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) return Error{"the node has closed its admin socket"};
    unread_.append(piece, static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n', begin)) {
      lines_.push_back(unread_.substr(begin, end - begin));
      begin = end + 1;
    }
    unread_.erase(0, begin);
    if (unread_.size() > kAnswerBytesMax) return Error{"the node's answer is too long"};
  }
  return Unit{};
}

std::optional<AdminClient::Json> AdminClient::receive() {
  while (!lines_.empty()) {
    Json answer = Json::parse(lines_.front(), nullptr, false);
    lines_.pop_front();
    if (answer.is_object()) return answer;
  }
  return std::nullopt;
}

Result<AdminClient::Json> AdminClient::ask(const std::string& command, const Json& fields, Duration limit) {
  const std::uint64_t id = post(command, fields);
  const OsClock clock;
  const Instant end = clock.now() + limit;
  for (;;) {
    const auto pumped = pump();
    for (auto line = lines_.begin(); line != lines_.end(); ++line) {
      Json answer = Json::parse(*line, nullptr, false);
      if (!answer.is_object() || !answer.contains("id") || answer["id"] != id) continue;
      lines_.erase(line);
      if (answer.value("ok", false)) return std::move(answer["result"]);
      return Error{answer.value("error", "the node refused")};
    }
    if (!pumped.ok()) return pumped.error();
    const Duration left = end - clock.now();
    if (left <= Duration{}) return Error{"the node did not answer within " + duration_text(limit)};
    pollfd wait{socket_.get(), static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.ns / 1000000 + 1, 1000)));
  }
}

std::optional<Duration> AdminClient::await_end(Duration limit) {
  const OsClock clock;
  const Instant begin = clock.now();
  for (;;) {
    if (!process_ && !pump().ok()) return clock.now() - begin;
    const Duration left = begin + limit - clock.now();
    if (left <= Duration{}) return std::nullopt;
    pollfd wait{process_ ? process_.get() : socket_.get(), POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.ns / 1000000 + 1, 1000)));
    if (process_ && ready > 0) return clock.now() - begin;
  }
}

Result<AdminClient::Json> AdminClient::ask(const std::string& command, Duration limit) {
  return ask(command, Json::object(), limit);
}

}  // namespace lastmile::real
