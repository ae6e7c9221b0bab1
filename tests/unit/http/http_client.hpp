// A client of a few lines, so that tests say every byte: blocking, one connection.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace lastmile::http {

struct Answer {
  int status = 0;                              // 0: the server closed without one
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

class HttpClient {
 public:
  // "127.0.0.1:4024"
  explicit HttpClient(const std::string& address) {
    constexpr int kPatienceSeconds = 60;
    const auto colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{kPatienceSeconds, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~HttpClient() { ::close(fd_); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // More of what the server says; empty: it closed.
  std::string receive() const {
    std::string piece(65536, '\0');
    const ssize_t n = ::recv(fd_, piece.data(), piece.size(), 0);
    piece.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return piece;
  }
  // Exactly so many bytes, or what came before the end.
  std::string take(std::size_t bytes) {
    while (rest_.size() < bytes) {
      const std::string piece = receive();
      if (piece.empty()) break;
      rest_ += piece;
    }
    std::string out = rest_.substr(0, bytes);
    rest_.erase(0, out.size());
    return out;
  }

  Answer answer(bool head = false) {
    Answer out;
    std::size_t end = 0;
    while ((end = rest_.find("\r\n\r\n")) == std::string::npos) {
      const std::string piece = receive();
      if (piece.empty()) return out;
      rest_ += piece;
    }
    std::string_view lines = std::string_view(rest_).substr(0, end + 2);
    std::from_chars(lines.data() + 9, lines.data() + 12, out.status);
    lines.remove_prefix(lines.find("\r\n") + 2);
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find("\r\n"));
      lines.remove_prefix(line.size() + 2);
      const auto colon = line.find(": ");
      std::string name(line.substr(0, colon));
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      out.headers[name] = std::string(line.substr(colon + 2));
    }
    rest_.erase(0, end + 4);
    const std::string length = out.header("content-length");
    if (!head && !length.empty() && out.status != 304) out.body = take(std::stoul(length));
    return out;
  }

  Answer get(const std::string& target, const std::string& headers = {}) {
    send("GET " + target + " HTTP/1.1\r\nHost: node\r\n" + headers + "\r\n");
    return answer();
  }
  Answer head(const std::string& target) {
    send("HEAD " + target + " HTTP/1.1\r\nHost: node\r\n\r\n");
    return answer(true);
  }
  Answer post(const std::string& target, const std::string& body,
              const std::string& content_type = "application/json") {
    send("POST " + target + " HTTP/1.1\r\nHost: node\r\nContent-Type: " + content_type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return answer();
  }

 private:
  int fd_ = -1;
  std::string rest_;
};

}  // namespace lastmile::http
