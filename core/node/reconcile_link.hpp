// Road 1, second half: compares what two peers hold, when they connect and now and then with one random peer, and
// fetches what is missing through the ordinary inbox (architecture.md 8).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/env/clock.hpp"
#include "core/env/network.hpp"
#include "core/env/timers.hpp"
#include "core/node/config.hpp"
#include "core/node/peer_book.hpp"
#include "core/node/queue_gauges.hpp"
#include "core/store/store.hpp"
#include "core/sync/reconcile.hpp"
#include "core/trace/event.hpp"

namespace lastmile::node {

class ReconcileSurroundings {
 public:
  virtual ~ReconcileSurroundings() = default;
  // Ask this peer for the envelope. False when too much is wanted already: it is offered again later.
  virtual bool want_envelope(const message::ItemHash& hash, env::PeerId from) = 0;
  virtual void damaged_by_reconciliation(const Error& error) = 0;
};

class ReconcileLink final : public env::FrameHandler {
 public:
  ReconcileLink(env::Clock& clock, env::Timers& timers, env::Network& network, Generator& random, store::Store& store,
                const sync::HeldSet& held, const PeerBook& peers, trace::Sink& sink, QueueGauges& gauges,
                const NodeConfig& config, ReconcileSurroundings& surroundings);
  ~ReconcileLink() override;

  void start();
  void on_connected(env::PeerId peer, env::Direction direction);
  void on_lost(env::PeerId peer);
  // The envelope came, by whatever road, or nobody has it: its place is free.
  void no_longer_wanted(const message::ItemHash& hash);

  struct Figures {
    std::uint64_t sessions = 0;
    std::uint64_t rounds = 0;
    std::uint64_t bytes = 0;  // of requests, answers and offers, both directions, as the initiator sees them
    std::uint64_t lacking = 0;
    std::uint64_t refused = 0;  // requests above the limit per minute
  };
  const Figures& figures() const { return figures_; }
  std::size_t sessions() const { return sessions_.size(); }
  std::optional<Instant> oldest() const;  // since when the one that waits longest has been in the backlog

  void on_frame(env::PeerId from, const env::Frame& frame) override;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;

 private:
  struct Session;
  struct Answered {
    Instant since;
    std::size_t requests = 0;
  };
  // What one peer told us of.
  struct Told {
    std::deque<std::pair<message::ItemHash, Instant>> backlog;  // not asked for yet, and since when we know of it
    std::size_t wanted = 0;                                     // being fetched
  };
  void every_minute();
  void begin(env::PeerId peer, const sync::HeldItem& from = sync::range_begin());
  void step(const std::shared_ptr<Session>& session);
  void finish(const std::shared_ptr<Session>& session);
  void want(const message::ItemHash& hash, env::PeerId from);
  void resume_later();
  void resume();
  bool ask_next(env::PeerId from, Told& told);
  bool usable(const Error& error);
  void gauge_backlog() { gauges_.set_depth(trace::Queue::reconcile, backlog_); }

  env::Clock& clock_;
  env::Timers& timers_;
  env::Network& network_;
  Generator& random_;
  store::Store& store_;
  const sync::HeldSet& held_;
  const PeerBook& peers_;
  trace::Sink& sink_;
  QueueGauges& gauges_;
  const NodeConfig& config_;
  ReconcileSurroundings& surroundings_;
  std::map<env::PeerId, std::shared_ptr<Session>> sessions_;
  std::deque<env::PeerId> waiting_;  // for a session, because as many as allowed are under way
  std::map<env::PeerId, Told> told_;
  std::map<message::ItemHash, env::PeerId> wanted_;  // being fetched, at whose word
  std::size_t backlog_ = 0;                          // of all peers
  env::PeerId last_served_{};                        // peers take turns
  bool resume_due_ = false;
  std::map<message::ItemHash, Instant> asked_;
  std::deque<std::pair<Instant, message::ItemHash>> asked_order_;
  std::map<env::PeerId, Answered> answered_;
  Figures figures_;
};

}  // namespace lastmile::node
