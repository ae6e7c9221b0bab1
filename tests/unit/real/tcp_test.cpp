// Numbers of peers on a node that lives long enough to meet more identities than it remembers.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "real/env/loop.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/tcp_network.hpp"

namespace lastmile::real {
namespace {

class Log final : public env::PeerHandler {
 public:
  explicit Log(env::Network& network) : network_(network) {}
  void on_connected(env::PeerId peer, env::Direction) override {
    say("connected", peer);
    ++connected;
  }
  void on_lost(env::PeerId peer, env::CloseReason) override {
    say("lost", peer);
    --connected;
  }
  void on_dial_failed(std::string_view address, env::CloseReason) override {
    lines.push_back("failed " + std::string(address));
  }
  void on_forgotten(env::PeerId peer) override { lines.push_back("forgotten " + std::to_string(peer.value)); }

  std::vector<std::string> lines;
  int connected = 0;

 private:
  void say(const char* what, env::PeerId peer) {
    lines.push_back(what + (" " + std::to_string(peer.value)) + " " + network_.identity(peer));
  }
  env::Network& network_;
};

class Memory : public ::testing::Test {
 protected:
  struct Node {
    std::unique_ptr<TcpNetwork> network;
    std::unique_ptr<Log> log;
  };

  Memory() { server_ = open("server", "127.0.0.1:0", 2); }

  Node open(const std::string& identity, const std::string& listen, std::size_t known_peers_max) {
    TcpOptions options;
    options.identity = identity;
    options.listen_address = listen;
    options.incarnation = 1;
    options.limits.known_peers_max = known_peers_max;
    auto network = TcpNetwork::open(loop_, options);
    EXPECT_TRUE(network.ok());
    Node node{*std::move(network), nullptr};
    node.log = std::make_unique<Log>(*node.network);
    node.network->listen_peers(*node.log);
    return node;
  }
  void wait_for(int connected) {
    const OsClock clock;
    const Instant end = clock.now() + seconds(20);
    while (server_.log->connected != connected && clock.now() < end) loop_.run_one(milliseconds(10));
    ASSERT_EQ(server_.log->connected, connected);
  }
  Node connect(const std::string& identity) {
    const int before = server_.log->connected;
    Node client = open(identity, "", 10);
    client.network->dial(server_.network->listen_address());
    wait_for(before + 1);
    return client;
  }
  void come_and_go(const std::string& identity) {
    const int before = server_.log->connected;
    {
      const Node client = connect(identity);
    }
    wait_for(before);
  }
  const std::vector<std::string>& told() const { return server_.log->lines; }

  Loop loop_;
  Node server_;
};

using Lines = std::vector<std::string>;

TEST_F(Memory, WhoWasLostLongestAgoIsForgottenAndItsNumberGivenAgain) {
  come_and_go("a");
  come_and_go("b");
  come_and_go("a");
  come_and_go("c");
  EXPECT_EQ(told(), (Lines{"connected 0 a", "lost 0 a", "connected 1 b", "lost 1 b", "connected 0 a", "lost 0 a",
                           "forgotten 1", "connected 1 c", "lost 1 c"}));
}

TEST_F(Memory, WhoIsConnectedIsNotForgotten) {
  const Node a = connect("a");
  const Node b = connect("b");
  const Node c = connect("c");
  EXPECT_EQ(told(), (Lines{"connected 0 a", "connected 1 b", "connected 2 c"}));
  EXPECT_EQ(server_.network->identity(env::PeerId{0}), "a");
}

TEST_F(Memory, WhoWasForgottenComesBackAsANewcomer) {
  come_and_go("a");
  come_and_go("b");
  come_and_go("c");
  const Node a = connect("a");
  EXPECT_EQ(told().back(), "connected 1 a");
  EXPECT_EQ(told()[told().size() - 2], "forgotten 1");
}

}  // namespace
}  // namespace lastmile::real
