// Small nodes for the tests of the simulated world.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/env/frame.hpp"
#include "sim/env/engine.hpp"

namespace lastmile::sim::test {

inline env::Frame frame_of(std::string_view text) { return env::Frame::of_bytes(to_bytes(text)); }
inline std::string text_of(const env::Frame& frame) {
  const Bytes bytes = frame->encode();
  return std::string(bytes.begin(), bytes.end());
}

// Does nothing by itself and remembers what it is told. A test reaches it through Toys.
class ToyNode final : public SimNode, public env::FrameHandler, public env::PeerHandler {
 public:
  struct Received {
    Instant time;
    std::string text;
    friend bool operator==(const Received&, const Received&) = default;
  };
  struct Change {
    Instant time;
    std::string text;  // "connected b", "lost b timeout", "failed b refused"
  };

  explicit ToyNode(const NodeEnv& node_env) : env(node_env) {
    env.network.listen(env::Protocol::gossip, *this);
    env.network.listen(env::Protocol::heads, *this);
    env.network.listen_peers(*this);
  }
  void start() override {}

  void on_frame(env::PeerId, const env::Frame& frame) override {
    received.push_back({env.clock.now(), text_of(frame)});
  }
  void on_request(env::PeerId, const env::Frame& frame, env::Reply reply) override {
    questions.push_back(text_of(frame));
    if (answers) reply(frame_of("re: " + text_of(frame)));
  }
  void on_connected(env::PeerId peer, env::Direction) override {
    changes.push_back({env.clock.now(), "connected " + env.network.identity(peer)});
    peers.push_back(peer);
  }
  void on_lost(env::PeerId peer, env::CloseReason reason) override {
    changes.push_back(
        {env.clock.now(), "lost " + env.network.identity(peer) + " " + std::string(close_reason_name(reason))});
    std::erase(peers, peer);
  }
  void on_dial_failed(std::string_view address, env::CloseReason reason) override {
    changes.push_back(
        {env.clock.now(), "failed " + std::string(address) + " " + std::string(close_reason_name(reason))});
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Received& each : received) out.push_back(each.text);
    return out;
  }
  std::vector<std::string> stories() const {
    std::vector<std::string> out;
    for (const Change& each : changes) out.push_back(each.text);
    return out;
  }

  NodeEnv env;
  bool answers = true;
  std::vector<Received> received;
  std::vector<Change> changes;
  std::vector<std::string> questions;
  std::vector<env::PeerId> peers;  // connected now
};

// Content of as many bytes as its name says, at once.
class Shelf final : public env::ContentHandler {
 public:
  void on_fetch(env::PeerId, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override {
    reply(Bytes(std::stoul(range.name), 7));
  }
};

// An engine with toy nodes "a", "b", "c", ... 10 ms apart (8 ms between regions and 1 ms of access at each end).
class Toys {
 public:
  static EngineConfig quiet() {  // no jitter, no handshake beyond one round trip: times in tests are exact
    EngineConfig config;
    config.regions.delay = {milliseconds(8)};
    config.network.jitter_share = 0;
    config.network.handshake_extra_round_trips = 0;
    return config;
  }

  explicit Toys(std::uint32_t count, EngineConfig config = quiet(), Hardware hardware = {})
      : Toys(count, std::move(Engine::create(std::move(config))).value(), hardware) {}
  Toys(std::uint32_t count, std::unique_ptr<Engine> made, Hardware hardware) : engine(std::move(made)) {
    hardware.access_latency = milliseconds(1);
    for (std::uint32_t i = 0; i < count; ++i) {
      NodeSpec spec;
      spec.name = std::string(1, static_cast<char>('a' + i));
      spec.hardware = hardware;
      engine->add_node(std::move(spec), [](const NodeEnv& env) { return std::make_unique<ToyNode>(env); });
      engine->start({i});
    }
  }

  ToyNode& operator[](std::uint32_t i) { return *static_cast<ToyNode*>(engine->node({i})); }
  void run(Duration length) { engine->run_until(engine->now() + length); }
  void on(std::uint32_t node, Callback<void()> work) { engine->on_loop({node}, std::move(work)); }
  void dial(std::uint32_t from, std::uint32_t to) {
    on(from, [&] { (*this)[from].env.network.dial(engine->spec({to}).name); });
  }
  void connect(std::uint32_t from, std::uint32_t to) {
    dial(from, to);
    run(milliseconds(200));
  }
  env::PeerId peer(std::uint32_t of, std::uint32_t whom) {
    for (const env::PeerId peer : (*this)[of].peers)
      if ((*this)[of].env.network.identity(peer) == engine->spec({whom}).name) return peer;
    return {~0U};
  }
  void send(std::uint32_t from, std::uint32_t to, std::string_view text,
            env::Protocol protocol = env::Protocol::gossip) {
    const env::PeerId whom = peer(from, to);
    on(from, [&] { (*this)[from].env.network.send(whom, protocol, frame_of(text)); });
  }
  static LinkRule between(std::vector<std::uint32_t> first, std::vector<std::uint32_t> second) {
    LinkRule rule;
    for (const std::uint32_t i : first) rule.first.push_back({i});
    for (const std::uint32_t i : second) rule.second.push_back({i});
    return rule;
  }

  std::unique_ptr<Engine> engine;
};

}  // namespace lastmile::sim::test
