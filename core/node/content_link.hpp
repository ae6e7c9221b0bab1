// Content by hash between peers: answers what others ask for, and carries out the plan of the fetcher.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/network.hpp"
#include "core/env/timers.hpp"
#include "core/gossip/content_fetcher.hpp"
#include "core/node/config.hpp"
#include "core/node/hashing_jobs.hpp"
#include "core/store/store.hpp"

namespace lastmile::node {

class ContentReceiver {
 public:
  virtual ~ContentReceiver() = default;
  virtual void on_content(const gossip::Arrival& arrival) = 0;  // hash checked
  virtual void on_content_given_up(const gossip::ContentName& name) = 0;
};

class ContentLink final : public env::FrameHandler, public env::ContentHandler {
 public:
  ContentLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk, Generator& random,
              const store::Store& store, HashingJobs& jobs, const NodeConfig& config, ContentReceiver& receiver);

  void on_connected(env::PeerId peer);
  void on_lost(env::PeerId peer);
  void on_forgotten(env::PeerId peer);

  // The content of a message, a file or an archive. It is always answered, later: it comes or it is given up. What
  // finds no place among the fetches waits for one, oldest first; when too much waits (Limits::fetch_waiting), it is
  // given up. retry_max: the longest pause between two rounds of asking, if shorter than the common one.
  void want_content(const message::ItemHash& content, std::optional<env::PeerId> hint,
                    std::optional<Duration> retry_max = std::nullopt);
  // False when the places for envelopes are taken, and nothing will tell of this one: worth asking again when an
  // envelope came or was given up.
  bool want_envelope(const message::ItemHash& message, std::optional<env::PeerId> hint);
  void forget_envelope(const message::ItemHash& message);  // it came another way

  void on_frame(env::PeerId from, const env::Frame& frame) override;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;
  void on_fetch(env::PeerId from, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override;

 private:
  struct Answering;
  struct Waiting {  // for a place among the fetches
    std::optional<env::PeerId> hint;
    std::optional<Duration> retry_max;
  };
  void answer_next(std::shared_ptr<Answering> state);
  bool fetch(const gossip::ContentName& name, std::optional<env::PeerId> hint, std::optional<Duration> retry_max);
  void serve_waiting();
  void tell_given_up();
  void plan_later();
  void plan();
  void carry_out(gossip::FetchOrder order);
  void hand_over(gossip::Received received);

  env::Clock& clock_;
  env::Timers& timers_;
  env::Network& network_;
  env::Disk& disk_;
  const store::Store& store_;
  HashingJobs& jobs_;
  ContentReceiver& receiver_;
  std::size_t waiting_max_;
  gossip::ContentFetcher fetcher_;
  std::map<message::ItemHash, Waiting> waiting_;
  std::deque<message::ItemHash> waiting_order_;  // the same, oldest first
  std::set<message::ItemHash> turned_away_;      // in this turn of the loop; told to be given up by the next plan
  bool plan_due_ = false;
  env::TimerId pause_{};
};

}  // namespace lastmile::node
