// Content by hash between peers: answers what others ask for, and carries out the plan of the fetcher.
#pragma once

#include <memory>
#include <optional>

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
  void on_forgotten(env::PeerId peer) { fetcher_.on_forgotten(peer); }

  // False when too much is wanted already.
  bool want(const gossip::ContentName& name, std::optional<env::PeerId> hint,
            std::optional<Duration> retry_max = std::nullopt);
  void forget(const gossip::ContentName& name);
  std::size_t wanted() const { return fetcher_.size(); }

  void on_frame(env::PeerId from, const env::Frame& frame) override;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;
  void on_fetch(env::PeerId from, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override;

 private:
  struct Answering;
  void answer_next(std::shared_ptr<Answering> state);
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
  gossip::ContentFetcher fetcher_;
  bool plan_due_ = false;
  env::TimerId pause_{};
};

}  // namespace lastmile::node
