// Content by hash between peers: answers what others ask for, and carries out the plan of the fetcher.
#pragma once

#include <memory>
#include <optional>

#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/gossip/content_fetcher.hpp"
#include "core/node/config.hpp"
#include "core/node/hashing_jobs.hpp"
#include "core/node/queue_gauges.hpp"
#include "core/store/store.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::node {

class ContentReceiver {
 public:
  virtual ~ContentReceiver() = default;
  virtual void on_content(const gossip::Arrival& arrival) = 0;  // hash checked
  virtual void on_content_given_up(const gossip::GivenUp& given_up) = 0;
  virtual void damaged_content(const Error& error) = 0;  // the store cannot read what a peer asked for
};

class ContentLink final : public env::FrameHandler, public env::ContentHandler {
 public:
  ContentLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk, env::Random& random,
              const store::Store& store, HashingJobs& jobs, trace::Sink& sink, QueueGauges& gauges,
              const NodeConfig& config, ContentReceiver& receiver);

  void on_connected(env::PeerId peer);
  void on_lost(env::PeerId peer);
  void on_forgotten(env::PeerId peer);

  // The content of a message, or a file. It comes or is given up, later. False: there is no place for it in this room
  // (docs/decisions/0006), and nothing will tell of it.
  bool want_content(const message::ItemHash& content, std::optional<env::PeerId> hint, gossip::Room room);
  // An archive or a head; whoever wants them bounds how many. It comes or is given up, later. retry_max: the longest
  // pause between two rounds of asking, if shorter than the common one.
  void want_archive(const message::ItemHash& archive, Duration retry_max);
  // As want_content: worth asking again when an envelope came or was given up.
  bool want_envelope(const message::ItemHash& message, std::optional<env::PeerId> hint);
  void forget_envelope(const message::ItemHash& message);  // it came another way
  // A content or file is on our disk by another way: the peers are not asked for it any longer. Who else waits for it
  // is told, later, that it was given up for room, and finds it at hand when it is looked for again.
  void content_at_hand(const message::ItemHash& content);

  // Since when the content or file is wanted that has been wanted the longest. Looks at all that is.
  std::optional<Instant> oldest() const;

  void on_frame(env::PeerId from, const env::Frame& frame) override;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;
  void on_fetch(env::PeerId from, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override;

 private:
  struct Answering;
  void answer_next(const std::shared_ptr<Answering>& state);
  template <class T, class Reply>
  bool usable(const Result<T>& result, Reply& reply);
  bool fetch(const gossip::ContentName& name, gossip::Room room, std::optional<env::PeerId> hint,
             std::optional<Duration> retry_max = std::nullopt);
  void gauge();
  void tell_given_up();
  void plan_later();
  void plan();
  void carry_out(gossip::FetchOrder order);
  void hand_over(const gossip::Received& received);

  env::Clock& clock_;
  env::Timers& timers_;
  env::Network& network_;
  env::Disk& disk_;
  env::Random& random_;
  const store::Store& store_;
  HashingJobs& jobs_;
  trace::Sink& sink_;
  QueueGauges& gauges_;
  ContentReceiver& receiver_;
  gossip::ContentFetcher fetcher_;
  bool plan_due_ = false;
  env::TimerId pause_{};
};

}  // namespace lastmile::node
