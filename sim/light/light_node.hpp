// A node without a store: it gossips, and holds messages as numbers of the run's table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/config.hpp"
#include "core/node/fair_queue.hpp"
#include "core/node/gossip_link.hpp"
#include "core/node/peer_book.hpp"
#include "core/node/queue_gauges.hpp"
#include "core/node/receipt.hpp"
#include "core/trace/event.hpp"
#include "sim/env/node.hpp"
#include "sim/light/message_table.hpp"

namespace lastmile::sim {

// What counts as processed here is accepted (format and signature are good) and held. A crash takes everything.
class LightNode final : public SimNode, public env::PeerHandler, node::GossipReceiver {
 public:
  // Environment, config, table and sink outlive it; config and table are shared by all light nodes of a run. peers: the
  // addresses it dials.
  LightNode(const NodeEnv& env, const node::NodeConfig& config, std::vector<std::string> peers, MessageTable& messages,
            trace::Sink& sink);

  void start() override;
  // What a client hands in. The receipt comes when it is judged, for want of room at once with status none. It is no
  // acknowledgement: nothing here is durable.
  void publish(std::string_view payload, node::ReceiptDone done);

  bool holds(MessageTable::Id id) const { return id / 64 < held_.size() && (held_[id / 64] >> (id % 64) & 1) != 0; }
  // The copy of this message that it holds, or MessageTable::kNone.
  MessageTable::Id held_copy(const message::ItemHash& hash) const;
  std::uint64_t held() const { return held_count_; }
  std::uint64_t judging() const { return inbox_.size() + verifying_; }  // received, and not judged yet
  node::QueueGauge queue(trace::Queue queue) const;                     // limit 0: it has no such queue
  const node::GossipLink& gossip() const { return gossip_; }
  const node::PeerBook& peers() const { return peers_; }
  env::Network& network() const { return network_; }

 private:
  // A message of gossip, whose verdict is owed, or of a client, who is owed a receipt.
  struct Arrival {
    MessageTable::Id id = MessageTable::kNone;
    gossip::MessageRef message;
    node::ReceiptDone receipt;
  };

  // PeerHandler
  void on_connected(env::PeerId peer, env::Direction direction) override;
  void on_lost(env::PeerId peer, env::CloseReason reason) override;
  void on_forgotten(env::PeerId peer) override { gossip_.on_forgotten(peer); }
  void on_dial_failed(std::string_view address, env::CloseReason) override { peers_.on_dial_failed(address); }
  // GossipReceiver
  bool has_room(env::PeerId from) const override;
  gossip::Verdict on_gossip(const gossip::MessageRef& message, env::PeerId from) override;

  // False: there is no room.
  bool take_in(std::uint64_t turn, Arrival arrival);
  void pump();
  void pump_later();
  void conclude(Arrival& arrival, bool is_good);
  void hold(MessageTable::Id id);
  void record(trace::Kind kind, MessageTable::Id id, std::uint64_t a = 0);

  env::Timers& timers_;
  env::Executor& executor_;
  env::Network& network_;
  const node::NodeConfig& config_;
  MessageTable& messages_;
  trace::Sink& sink_;
  const std::uint32_t incarnation_;
  bool pump_due_ = false;
  std::vector<std::string> addresses_;  // until start()
  node::PeerBook peers_;
  node::GossipLink gossip_;
  std::vector<std::uint64_t> held_;  // one bit per number of the table
  std::uint64_t held_count_ = 0;
  node::FairQueue<Arrival> inbox_;
  std::uint32_t verifying_ = 0;  // small numbers: a hundred thousand nodes pay for each
  std::uint32_t verifying_most_ = 0;
  std::uint64_t inbox_most_ = 0;
  std::uint64_t refused_ = 0;
};
// The class of sizes that the allocator gives it; above it every node takes 256 bytes more.
static_assert(sizeof(LightNode) <= 1280);

}  // namespace lastmile::sim
