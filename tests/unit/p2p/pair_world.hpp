// Networks of ours in one process on loopback, and raw sockets that do to them what no peer of ours would.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "real/env/loop.hpp"
#include "real/env/os_clock.hpp"
#include "real/p2p/p2p_network.hpp"

namespace lastmile::p2p {

inline std::shared_ptr<const PrivateKey> key_of(std::uint8_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(number);
  return std::make_shared<const PrivateKey>(PrivateKey::from_ed25519_seed(seed));
}

// Writes down what the node would be told, and answers requests with their own text.
class Told final : public env::PeerHandler, public env::FrameHandler {
 public:
  void on_connected(env::PeerId peer, env::Direction) override { connected.push_back(peer); }
  void on_lost(env::PeerId peer, env::CloseReason reason) override {
    std::erase(connected, peer);
    lost.push_back(reason);
  }
  void on_dial_failed(std::string_view, env::CloseReason reason) override { failed.push_back(reason); }
  void on_frame(env::PeerId, const env::Frame& frame) override { frames.push_back(frame->encode()); }
  void on_request(env::PeerId, const env::Frame& frame, env::Reply reply) override {
    if (keeps_replies) return kept.push_back(std::move(reply));
    reply(frame);
  }
  bool keeps_replies = false;
  std::vector<env::PeerId> connected;
  std::vector<env::CloseReason> lost, failed;
  std::vector<Bytes> frames;
  std::vector<env::Reply> kept;
};

struct Party {
  Told told;
  std::unique_ptr<P2pNetwork> network;
};

class Loopback : public testing::Test {
 protected:
  // Listens on TCP and on WebSocket.
  std::unique_ptr<Party> party(std::uint8_t number, const P2pLimits& limits = {}) {
    auto out = std::make_unique<Party>();
    P2pOptions options;
    options.identity = key_of(number);
    options.listen = {Multiaddr::parse("/ip4/127.0.0.1/tcp/0").value(),
                      Multiaddr::parse("/ip4/127.0.0.1/tcp/0/ws").value()};
    options.agent = "test/" + std::to_string(number);
    options.limits = limits;
    out->network = P2pNetwork::open(loop_, std::move(options)).value();
    out->network->listen_peers(out->told);
    out->network->listen(env::Protocol::gossip, out->told);
    out->network->listen(env::Protocol::heads, out->told);
    return out;
  }
  static std::string address(const Party& party, bool websocket = false) {
    const auto peer = PeerId::parse(party.network->own_identity()).value();
    return party.network->listen_addresses().at(websocket ? 1 : 0).with_peer(peer).text();
  }
  bool until(const std::function<bool()>& done, Duration limit = seconds(20)) {
    const Instant end = real::OsClock().now() + limit;
    while (!done()) {
      const Duration left = end - real::OsClock().now();
      if (left <= Duration{}) return false;
      loop_.run_one(std::min(left, milliseconds(50)));
    }
    return true;
  }
  void pass(Duration length) {
    until([] { return false; }, length);
  }
  void connect(Party& from, Party& to, bool websocket = false) {
    from.network->dial(address(to, websocket));
    ASSERT_TRUE(until([&] { return !from.told.connected.empty() && !to.told.connected.empty(); }));
  }

  real::Loop loop_;
};

// A socket that knows nothing of libp2p.
class RawSocket {
 public:
  explicit RawSocket(const Party& to, bool websocket = false) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const auto target = dial_target(to.network->listen_addresses().at(websocket ? 1 : 0)).value();
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(target.port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
  }
  ~RawSocket() { ::close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void send(ByteView bytes) { (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT); }
  // Everything that has come; ended() is true once the other side has closed.
  Bytes receive() {
    Bytes out(65536);
    const auto count = ::recv(fd_, out.data(), out.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) ended_ = true;
    out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return out;
  }
  bool ended() {
    receive();
    return ended_;
  }

 private:
  int fd_;
  bool ended_ = false;
};

}  // namespace lastmile::p2p
