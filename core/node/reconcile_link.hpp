// Road 1, second half: compares what two peers hold, when they connect and now and then with one random peer, and
// fetches what is missing through the ordinary inbox (architecture.md 8).
//
// What a peer tells of is its word alone until it is fetched: told names wait in a backlog in which every peer has its
// share, are asked for by turns, and no faster than the inbox takes what comes of it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/env/clock.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/node/config.hpp"
#include "core/node/peer_book.hpp"
#include "core/node/queue_gauges.hpp"
#include "core/store/store.hpp"
#include "core/sync/reconcile.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::node {

class ReconcileSurroundings {
 public:
  virtual ~ReconcileSurroundings() = default;
  // Ask this peer for the envelope. False when too much is wanted already: it is offered again later.
  virtual bool want_envelope(const message::ItemHash& hash, env::PeerId from) = 0;
  // How many messages of this peer the inbox would take now.
  virtual std::size_t inbox_room(env::PeerId from) const = 0;
  virtual void damaged_by_reconciliation(const Error& error) = 0;
};

class ReconcileLink final : public env::FrameHandler {
 public:
  ReconcileLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Random& random, store::Store& store,
                const sync::HeldSet& held, const PeerBook& peers, trace::Sink& sink, QueueGauges& gauges,
                const NodeConfig& config, ReconcileSurroundings& surroundings);
  ~ReconcileLink() override;

  void start();
  void on_connected(env::PeerId peer, env::Direction direction);
  // What it told us of and was not asked for is dropped: its next session finds it again.
  void on_lost(env::PeerId peer);
  void on_forgotten(env::PeerId peer);  // lost before
  // Of a tombstone that was not known, which gossip cannot carry: the peers are told soon, those of this moment. They
  // would find it with their next sessions.
  void tell(const message::ItemHash& hash);
  // The envelope came, by whatever road, or nobody has it: its place is free.
  void no_longer_wanted(const message::ItemHash& hash);
  // The envelope came and the inbox was full: it is asked for again.
  void found_no_room(const message::ItemHash& hash);

  struct Figures {
    std::uint64_t sessions = 0;
    std::uint64_t rounds = 0;
    std::uint64_t bytes = 0;  // of requests, answers and offers, both directions, as the initiator sees them
    std::uint64_t lacking = 0;
    std::uint64_t refused = 0;         // requests above the limit per minute
    std::uint64_t offers_refused = 0;  // hashes in offers above the limit per minute
  };
  const Figures& figures() const { return figures_; }
  std::size_t sessions() const { return sessions_.size(); }
  std::optional<Instant> oldest() const;  // since when the one that waits longest has been in the backlog

  void on_frame(env::PeerId from, const env::Frame& frame) override;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;

 private:
  struct Session;
  enum class End : std::uint8_t {
    complete,  // or at a limit
    failed,    // busy, or answers that are none; what was found so far is still good
    lost,
  };
  // What a peer may do in a minute.
  struct Minute {
    Instant since;
    std::size_t requests = 0;
    std::size_t offered = 0;  // hashes
  };
  // What one peer told us of.
  struct Told {
    std::deque<std::pair<message::ItemHash, Instant>> backlog = {};  // not asked for yet, and since when we know of it
    std::size_t wanted = 0;                                          // being fetched
    Instant not_before{};                                            // nothing more is asked for: the inbox was full
    std::optional<sync::HeldItem> settled_until = {};                // a session ended at a limit: the next begins here
  };
  void every_minute();
  void begin(env::PeerId peer);
  void step(const std::shared_ptr<Session>& session);
  void on_answer(const std::shared_ptr<Session>& session, const Result<env::Frame>& frame);
  void finish(const std::shared_ptr<Session>& session, End end);
  Minute& minute_of(env::PeerId peer);
  void want(const message::ItemHash& hash, env::PeerId from);
  bool make_room(const Told& newcomer);
  void drop_backlog(env::PeerId peer);
  env::PeerId free_place(std::map<message::ItemHash, env::PeerId>::iterator wanted);
  void resume_later();
  void resume_after_pause();
  void resume();
  bool ask_next(env::PeerId from, Told& told);
  bool usable(const Error& error);
  void gauge_backlog() { gauges_.set_depth(trace::Queue::reconcile, backlog_); }

  env::Clock& clock_;
  env::Timers& timers_;
  env::Network& network_;
  env::Random& random_;
  Generator& draws_;
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
  bool pause_due_ = false;
  std::map<message::ItemHash, Instant> asked_;  // of late
  std::set<message::ItemHash> to_tell_;         // at most sync::kOfferMax
  std::map<env::PeerId, Minute> minutes_;
  Figures figures_;
};

}  // namespace lastmile::node
