// What the fault proxy does to bytes between two nodes, with plain sockets in the place of nodes.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>

#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"
#include "real/rig/addresses.hpp"
#include "real/rig/proxy.hpp"

namespace lastmile::real {
namespace {

constexpr int kPatienceMs = 20000;  // for what must come
constexpr int kSilenceMs = 150;     // for what must not

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  EXPECT_EQ(::inet_pton(AF_INET, host.c_str(), &address.sin_addr), 1);
  return address;
}

Descriptor bound_socket(const std::string& host, std::uint16_t port) {
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = address_of(host, port);
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

bool readable(const Descriptor& fd, int ms) {
  pollfd wait{fd.get(), POLLIN, 0};
  return ::poll(&wait, 1, ms) == 1;
}

void say(const Descriptor& fd, const std::string& text) {
  ASSERT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

// So many bytes, or fewer when the other side ends first.
std::string hear(const Descriptor& fd, std::size_t count) {
  std::string out;
  while (out.size() < count && readable(fd, kPatienceMs)) {
    char piece[4096];
    const ssize_t got = ::recv(fd.get(), piece, std::min(sizeof piece, count - out.size()), 0);
    if (got <= 0) break;
    out.append(piece, static_cast<std::size_t>(got));
  }
  return out;
}

// Three nodes; node 1 listens.
class ProxyTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Proxy::start(3, 0, 1);
    ASSERT_TRUE(started.ok()) << started.error().text;
    proxy_ = *std::move(started);
    listener_ = bound_socket(node_host(1), proxy_->port());
    ASSERT_EQ(::listen(listener_.get(), 16), 0);
  }
  Descriptor dial(const std::string& from_host) {
    Descriptor fd = bound_socket(from_host, 0);
    const sockaddr_in target = address_of(proxy_host(1), proxy_->port());
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target), 0);
    return fd;
  }
  Descriptor accept() {
    if (!readable(listener_, kPatienceMs)) return {};
    return Descriptor(::accept(listener_.get(), nullptr, nullptr));
  }
  void both_ways(PathState state) {
    proxy_->set_path(0, 1, state);
    proxy_->set_path(1, 0, state);
  }
  std::unique_ptr<Proxy> proxy_;
  Descriptor listener_;
};

TEST_F(ProxyTest, bytes_pass_both_ways_and_the_target_sees_who_dialled) {
  const Descriptor a = dial(node_host(0));
  Descriptor b = accept();
  ASSERT_TRUE(static_cast<bool>(b));
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  ASSERT_EQ(::getpeername(b.get(), reinterpret_cast<sockaddr*>(&peer), &size), 0);
  char text[INET_ADDRSTRLEN];
  EXPECT_STREQ(::inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text), node_host(0).c_str());
  say(a, "ping");
  EXPECT_EQ(hear(b, 4), "ping");
  say(b, "pong");
  EXPECT_EQ(hear(a, 4), "pong");
  b.reset();
  EXPECT_EQ(hear(a, 1), "");  // an end is an end on the other side
}

TEST_F(ProxyTest, anybody_may_call_a_service_and_it_can_fall_silent) {
  auto started = Proxy::start(2, 0, 1, 1);
  ASSERT_TRUE(started.ok()) << started.error().text;
  Proxy& proxy = **started;
  const Descriptor listener = bound_socket(node_host(proxy.service(0)), proxy.port());
  ASSERT_EQ(::listen(listener.get(), 16), 0);
  const Descriptor caller = bound_socket("127.0.0.1", 0);
  const sockaddr_in target = address_of(proxy_host(proxy.service(0)), proxy.port());
  ASSERT_EQ(::connect(caller.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target), 0);
  ASSERT_TRUE(readable(listener, kPatienceMs));
  const Descriptor service(::accept(listener.get(), nullptr, nullptr));
  say(caller, "?");
  EXPECT_EQ(hear(service, 1), "?");
  PathState silent;
  silent.stalled = true;
  proxy.set_service(0, silent, silent);
  say(service, "!");
  EXPECT_FALSE(readable(caller, kSilenceMs));
  proxy.set_service(0, {}, {});
  EXPECT_EQ(hear(caller, 1), "!");
}

TEST_F(ProxyTest, an_address_of_no_node_is_turned_away) {
  const Descriptor stranger = dial("127.0.0.1");
  EXPECT_EQ(hear(stranger, 1), "");
  EXPECT_EQ(proxy_->figures().strangers, 1U);
}

TEST_F(ProxyTest, a_stall_keeps_the_connection_and_delivers_afterwards) {
  const Descriptor a = dial(node_host(0));
  const Descriptor b = accept();
  say(a, "1");
  ASSERT_EQ(hear(b, 1), "1");
  PathState cut;
  cut.stalled = true;
  both_ways(cut);
  // A connection of another pair that is accepted after the call shows that the call has taken effect.
  const Descriptor c = dial(node_host(2));
  const Descriptor witness = accept();
  say(a, "2");
  EXPECT_FALSE(readable(b, kSilenceMs));
  both_ways({});
  EXPECT_EQ(hear(b, 1), "2");
}

TEST_F(ProxyTest, across_a_cut_a_new_connection_gets_no_answer_before_it_heals) {
  PathState cut;
  cut.stalled = true;
  proxy_->set_path(1, 0, cut);  // one way suffices: a handshake needs both
  const Descriptor a = dial(node_host(0));
  say(a, "hello");
  EXPECT_FALSE(readable(listener_, kSilenceMs));
  proxy_->set_path(1, 0, {});
  const Descriptor b = accept();
  ASSERT_TRUE(static_cast<bool>(b));
  EXPECT_EQ(hear(b, 5), "hello");
}

TEST_F(ProxyTest, a_one_way_stall_lets_the_other_way_pass) {
  const Descriptor a = dial(node_host(0));
  const Descriptor b = accept();
  PathState cut;
  cut.stalled = true;
  proxy_->set_path(0, 1, cut);
  say(b, "down");
  EXPECT_EQ(hear(a, 4), "down");  // and so the cut is known to be in force
  say(a, "up");
  EXPECT_FALSE(readable(b, kSilenceMs));
}

TEST_F(ProxyTest, a_reset_ends_the_connections_of_the_pair_alone) {
  const Descriptor a = dial(node_host(0));
  const Descriptor at_b = accept();
  const Descriptor c = dial(node_host(2));
  const Descriptor at_b_from_c = accept();
  proxy_->reset(1, 0);
  char byte;
  ASSERT_TRUE(readable(a, kPatienceMs));
  EXPECT_EQ(::recv(a.get(), &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
  ASSERT_TRUE(readable(at_b, kPatienceMs));
  EXPECT_EQ(::recv(at_b.get(), &byte, 1, 0), -1);
  say(c, "x");
  EXPECT_EQ(hear(at_b_from_c, 1), "x");
}

TEST_F(ProxyTest, held_bytes_come_in_order_when_the_hold_ends) {
  const Descriptor a = dial(node_host(0));
  const Descriptor b = accept();
  PathState hold;
  hold.held = true;
  proxy_->set_path(0, 1, hold);
  say(b, "!");
  ASSERT_EQ(hear(a, 1), "!");
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const std::string piece = std::to_string(i) + " ";
    all += piece;
    say(a, piece);
  }
  EXPECT_FALSE(readable(b, kSilenceMs));
  proxy_->set_path(0, 1, {});
  EXPECT_EQ(hear(b, all.size()), all);
}

TEST_F(ProxyTest, latency_is_travelled_and_jitter_keeps_the_order) {
  PathState slow;
  slow.latency = milliseconds(40);
  slow.jitter = milliseconds(20);
  both_ways(slow);
  const Descriptor a = dial(node_host(0));
  const Descriptor b = accept();
  const OsClock clock;
  const Instant begun = clock.now();
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string piece = std::to_string(i) + " ";
    all += piece;
    say(a, piece);
  }
  EXPECT_EQ(hear(b, all.size()), all);
  EXPECT_GE(clock.now() - begun, milliseconds(40));
}

TEST_F(ProxyTest, bandwidth_limits_how_fast_bytes_arrive) {
  PathState narrow;
  narrow.bandwidth_bits = 8 * 1000 * 1000;  // a megabyte per second
  both_ways(narrow);
  const Descriptor a = dial(node_host(0));
  const Descriptor b = accept();
  const OsClock clock;
  const Instant begun = clock.now();
  say(a, std::string(200000, 'x'));
  EXPECT_EQ(hear(b, 200000).size(), 200000U);
  EXPECT_GE(clock.now() - begun, milliseconds(150));
}

TEST_F(ProxyTest, corruption_turns_one_bit_and_is_counted) {
  PathState dirty;
  dirty.corrupt_parts = 1000000000;  // every piece
  proxy_->set_path(0, 1, dirty);
  const Descriptor a = dial(node_host(0));
  const Descriptor b = accept();
  say(a, "A");
  const std::string got = hear(b, 1);
  ASSERT_EQ(got.size(), 1U);
  const int turned = __builtin_popcount(static_cast<unsigned>(static_cast<unsigned char>(got[0]) ^ 'A'));
  EXPECT_EQ(turned, 1);
  EXPECT_EQ(proxy_->figures().corrupted, 1U);
}

TEST_F(ProxyTest, many_bytes_pass_whole) {
  const Descriptor a = dial(node_host(0));
  const Descriptor b = accept();
  std::string all;
  for (int i = 0; i < 20000; ++i) all += "lastmile" + std::to_string(i);
  say(a, all);
  EXPECT_EQ(hear(b, all.size()), all);
}

TEST_F(ProxyTest, two_proxies_do_not_meet) {
  auto other = Proxy::start(3, 0, 1);
  ASSERT_TRUE(other.ok());
  EXPECT_NE((*other)->port(), proxy_->port());
}

TEST_F(ProxyTest, a_target_that_does_not_listen_refuses) {
  listener_.reset();
  const Descriptor a = dial(node_host(0));
  char byte;
  ASSERT_TRUE(readable(a, kPatienceMs));
  EXPECT_EQ(::recv(a.get(), &byte, 1, 0), -1);
}

}  // namespace
}  // namespace lastmile::real
