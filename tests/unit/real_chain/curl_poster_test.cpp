// The HTTP client against servers that behave as badly as sockets let them.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "real/chain/curl_poster.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

// Answers one connection with fixed bytes, after it has read the request; then closes it, or keeps it open.
class RudeServer {
 public:
  RudeServer(std::string bytes, bool keeps_open) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, bytes = std::move(bytes), keeps_open] {
      const Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer) return;
      timeval patience{};
      patience.tv_usec = 20'000;  // so that it sees when the test is over
      ::setsockopt(peer.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      std::array<char, 4096> room;
      std::string request;
      while (request.find("\r\n\r\n") == std::string::npos || !request.ends_with("{}")) {
        const ssize_t count = ::recv(peer.get(), room.data(), room.size(), 0);
        if (count < 0 && errno == EAGAIN && !over_) continue;
        if (count <= 0) return;
        request.append(room.data(), static_cast<std::size_t>(count));
      }
      std::size_t sent = 0;
      while (sent < bytes.size()) {
        const ssize_t count = ::send(peer.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return;
        sent += static_cast<std::size_t>(count);
      }
      while (keeps_open && !over_ && ::recv(peer.get(), room.data(), room.size(), 0) != 0) {
      }
    });
  }
  ~RudeServer() {
    over_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);  // accept returns
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  Descriptor listener_;
  int port_ = 0;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

class Posting : public ::testing::Test {
 protected:
  Posting() {
    auto opened = CurlPoster::open(loop_);
    EXPECT_TRUE(opened.ok());
    http_ = *std::move(opened);
  }
  Result<HttpReply> ask(const std::string& url, Duration deadline = seconds(20), std::size_t most = 1024) {
    std::optional<Result<HttpReply>> out;
    http_->post({url, "{}", deadline, most}, [&](Result<HttpReply> reply) { out = std::move(reply); });
    EXPECT_FALSE(out.has_value()) << "answered at once";
    const OsClock clock;
    const Instant until = clock.now() + seconds(60);
    while (!out && clock.now() < until) loop_.run_one(seconds(1));
    return out ? *std::move(out) : Error{"never answered"};
  }

  Loop loop_;
  std::unique_ptr<CurlPoster> http_;
};

std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(Posting, an_answer_is_status_and_body) {
  const RudeServer good(answer("[1]"), true);
  const auto reply = ask(good.url());
  ASSERT_TRUE(reply.ok()) << reply.error().text;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "[1]");
  const RudeServer busy("HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n", false);
  EXPECT_EQ(ask(busy.url())->status, 429);
  const RudeServer elsewhere("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", false);
  EXPECT_EQ(ask(elsewhere.url())->status, 302);
}

TEST_F(Posting, a_server_that_says_nothing_is_left_at_the_deadline) {
  const RudeServer mute("", true);
  const auto reply = ask(mute.url(), milliseconds(200));
  ASSERT_FALSE(reply.ok());
  EXPECT_NE(reply.error().text.find("timed out"), std::string::npos) << reply.error().text;
}

TEST_F(Posting, more_than_is_wanted_is_not_read) {
  const RudeServer announced(answer(std::string(100'000, 'x')), true);
  const auto reply = ask(announced.url());
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().text, "a reply of more than 1024 bytes");
  const RudeServer endless("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x'), true);
  EXPECT_FALSE(ask(endless.url()).ok());
}

TEST_F(Posting, half_an_answer_is_none) {
  const RudeServer cut("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[1", false);
  EXPECT_FALSE(ask(cut.url()).ok());
  const RudeServer rubbish("\x01\x02\x03", false);
  EXPECT_FALSE(ask(rubbish.url()).ok());
  EXPECT_FALSE(ask("http://127.0.0.1:1/").ok());
  EXPECT_FALSE(ask("ftp://127.0.0.1/").ok());
  EXPECT_FALSE(ask("no url").ok());
}

TEST_F(Posting, what_is_not_answered_when_it_ends_never_is) {
  const RudeServer mute("", true);
  bool called = false;
  http_->post({mute.url(), "{}", seconds(20), 1024}, [&](const Result<HttpReply>&) { called = true; });
  http_.reset();
  loop_.run_one(milliseconds(100));
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace lastmile::real
