// Joins the pure gossip router to the network and to the pipeline.
#pragma once

#include <string>
#include <vector>

#include "core/env/clock.hpp"
#include "core/env/executor.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/gossip/router.hpp"
#include "core/node/config.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::node {

// Who judges the messages that gossip brings. Answers later through GossipLink::verdict, or at once by returning it.
class GossipReceiver {
 public:
  virtual ~GossipReceiver() = default;
  // Is there room for a message of this peer? Asked before on_gossip: what finds none is as good as never received.
  virtual bool has_room(env::PeerId from) const = 0;
  virtual gossip::Verdict on_gossip(const gossip::MessageRef& message, env::PeerId from) = 0;
};

class GossipLink final : public env::FrameHandler, public gossip::Actions {
 public:
  GossipLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Random& random, trace::Sink& sink,
             const NodeConfig& config, GossipReceiver& receiver);

  // Signatures of authors are checked by jobs from now on instead of on the loop. The executor must outlive this.
  void check_authors_on(env::Executor& executor) { checker_ = &executor; }
  void start();  // joins the topic of messages, heartbeats
  void on_connected(env::PeerId peer, env::Direction direction);
  void on_lost(env::PeerId peer);
  void on_forgotten(env::PeerId peer) { router_.on_forgotten(peer); }

  // A payload of our own or from another road; too large ones are left to reconciliation (counted).
  void publish(std::string_view payload);
  void verdict(const gossip::MessageRef& message, gossip::Verdict verdict);

  const gossip::Router& router() const { return router_; }
  gossip::TopicId topic() const { return topic_; }
  std::uint64_t too_large() const { return too_large_; }

  void on_frame(env::PeerId from, const env::Frame& frame) override;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;

 private:
  bool send(env::PeerId to, const env::Frame& frame) override;
  gossip::Check verify(const gossip::MessageRef& message, env::PeerId from) override;
  gossip::Verdict validate(const gossip::MessageRef& message, env::PeerId from) override;
  void deliver(const gossip::MessageRef& message, env::PeerId from) override;
  void reached(trace::RareState state) override { trace::mark(sink_, state); }
  void heartbeat(Duration after);
  std::uint64_t author_of(std::string_view identity) const;

  env::Clock& clock_;
  env::Timers& timers_;
  env::Network& network_;
  env::Random& random_;
  trace::Sink& sink_;
  const NodeConfig& config_;
  GossipReceiver& receiver_;
  gossip::TopicId topic_;
  gossip::Router router_;
  std::vector<env::PeerId> blocked_;  // told "no" and not writable again yet, ascending
  env::Executor* checker_ = nullptr;  // null: authors are checked at once
  std::size_t checks_ = 0;            // jobs in flight
  std::uint64_t seqno_;
  std::uint64_t too_large_ = 0;
};

}  // namespace lastmile::node
