// A node that is none: an adversary of directed tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/gossip/rpc.hpp"
#include "core/node/config.hpp"
#include "core/sync/reconcile.hpp"
#include "sim/env/node.hpp"

namespace lastmile::sim::test {

// Speaks gossip with its neighbours and says whatever it is told to.
class Attacker : public SimNode, public env::FrameHandler, public env::PeerHandler {
 public:
  Attacker(const NodeEnv& e, node::NodeConfig config) : env_(e), config_(std::move(config)) {
    env_.network.listen(env::Protocol::gossip, *this);
    env_.network.listen_peers(*this);
  }
  void start() override {
    for (const std::string& peer : config_.peers) env_.network.dial(peer);
  }
  void gossip(const std::string& payload) {
    gossip::MessageFields fields;
    fields.from = gossip::Field::of(env_.network.own_identity());
    fields.data = gossip::Field::of(std::string_view(payload));
    fields.seqno = gossip::seqno_field(++seqno_);
    fields.topic = gossip::Field::of(gossip::kMessageTopicName);
    fields.signature = gossip::Field::of(std::string(64, 's'));
    gossip::Rpc rpc;
    rpc.publish.push_back(gossip::make_message(std::move(fields), *config_.topics, config_.gossip->id_scheme, nullptr));
    send(env::Frame::of_bytes(gossip::encode_rpc(rpc)));
  }
  void repeat(const std::string& payload) {  // the last one, to the byte
    --seqno_;
    gossip(payload);
  }
  void offer(std::vector<message::ItemHash> hashes) {
    for (const env::PeerId peer : peers_) {
      env_.network.send(peer, env::Protocol::reconciliation, sync::ReconcileBody::of(sync::Offer{hashes}));
    }
  }
  void send(const env::Frame& frame) {
    for (const env::PeerId peer : peers_) env_.network.send(peer, env::Protocol::gossip, frame);
  }
  bool connected() const { return !peers_.empty(); }

  void on_frame(env::PeerId, const env::Frame&) override {}
  void on_request(env::PeerId, const env::Frame&, env::Reply reply) override { reply(Error{"no"}); }
  void on_connected(env::PeerId peer, env::Direction) override { peers_.push_back(peer); }
  void on_lost(env::PeerId peer, env::CloseReason) override { std::erase(peers_, peer); }
  void on_dial_failed(std::string_view, env::CloseReason) override {}

 protected:
  const NodeEnv env_;
  const node::NodeConfig config_;

 private:
  std::vector<env::PeerId> peers_;
  std::uint64_t seqno_ = 0;
};

}  // namespace lastmile::sim::test
