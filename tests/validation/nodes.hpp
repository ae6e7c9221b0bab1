// A node that hands what it is told to whoever measures.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/env/frame.hpp"
#include "sim/env/engine.hpp"

namespace lastmile::validation {

class Listener final : public sim::SimNode, public env::FrameHandler, public env::PeerHandler {
 public:
  using OnFrame = std::function<void(Listener&, const env::Frame&)>;

  Listener(const sim::NodeEnv& node_env, OnFrame on_frame) : env(node_env), on_frame_(std::move(on_frame)) {
    env.network.listen(env::Protocol::gossip, *this);
    env.network.listen_peers(*this);
  }
  void start() override {}
  void on_frame(env::PeerId, const env::Frame& frame) override { on_frame_(*this, frame); }
  void on_request(env::PeerId, const env::Frame&, env::Reply reply) override { reply(Error{"no"}); }
  void on_connected(env::PeerId peer, env::Direction) override { peers.push_back(peer); }
  void on_lost(env::PeerId peer, env::CloseReason) override { std::erase(peers, peer); }
  void on_dial_failed(std::string_view, env::CloseReason) override {}

  void send_to_all(const env::Frame& frame) {
    for (const env::PeerId peer : peers) env.network.send(peer, env::Protocol::gossip, frame);
  }

  sim::NodeEnv env;
  std::vector<env::PeerId> peers;

 private:
  OnFrame on_frame_;
};

inline sim::NodeIndex add_listener(sim::Engine& engine, const std::string& name, const sim::Hardware& hardware,
                                   Listener::OnFrame on_frame, std::uint32_t region = 0) {
  sim::NodeSpec spec;
  spec.name = name;
  spec.region = region;
  spec.hardware = hardware;
  const auto node = engine.add_node(std::move(spec), [on_frame = std::move(on_frame)](const sim::NodeEnv& env) {
    return std::make_unique<Listener>(env, on_frame);
  });
  engine.start(node);
  return node;
}
inline Listener& listener(sim::Engine& engine, sim::NodeIndex node) {
  return *static_cast<Listener*>(engine.node(node));
}
inline void dial(sim::Engine& engine, sim::NodeIndex from, sim::NodeIndex to) {
  engine.on_loop(from, [&] { listener(engine, from).env.network.dial(engine.spec(to).name); });
}

}  // namespace lastmile::validation
