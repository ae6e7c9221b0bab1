// A peer that keeps connections and announces the topic of messages, as honest ones do, and does nothing else: it
// forwards nothing, answers nothing, and is silent until its orders come. Small adversaries are made from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/gossip/rpc.hpp"
#include "core/node/config.hpp"
#include "core/node/peer_book.hpp"
#include "sim/adversary/adversary_node.hpp"

namespace lastmile::sim {

class BarePeer : public AdversaryNode, env::FrameHandler, env::PeerHandler {
 public:
  void start() final;
  void orders_changed() final;

 protected:
  // Environment and orders outlive it.
  BarePeer(const NodeEnv& env, node::NodeConfig config, Orders& orders);

  // At the rate of the entry, while the orders say so.
  virtual void act() = 0;
  virtual void heard(env::PeerId /*from*/, const gossip::Rpc& /*rpc*/) {}
  virtual void met(env::PeerId /*peer*/) {}
  virtual void missed(env::PeerId /*peer*/) {}
  virtual void began() {}
  virtual void ended() {}

  // A message of gossip with this payload, as if published here.
  gossip::MessageRef publication(std::string_view payload) { return publication(gossip::Field::of(payload)); }
  gossip::MessageRef publication(gossip::Field payload);
  void tell(env::PeerId peer, env::Frame frame);
  void tell_all(const env::Frame& frame);
  gossip::TopicRef topic() const { return gossip::topic_ref(*config_.topics, topic_); }
  const std::vector<env::PeerId>& peers() const { return peers_.connected(); }
  void keep_connected_to(const std::vector<std::string>& names) { peers_.start(names); }

  const NodeEnv env_;
  const node::NodeConfig config_;
  Orders& orders_;

 private:
  void beat();

  void on_frame(env::PeerId from, const env::Frame& frame) final;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) final;
  void on_connected(env::PeerId peer, env::Direction direction) final;
  void on_lost(env::PeerId peer, env::CloseReason reason) final;
  void on_dial_failed(std::string_view address, env::CloseReason reason) final;

  gossip::TopicId topic_;
  node::PeerBook peers_;
  std::uint64_t seqno_;
  bool beating_ = false;
};

}  // namespace lastmile::sim
