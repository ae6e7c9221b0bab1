// The way of the messages of one archive or transaction into the inbox: in their order, so many at once, each until it
// is taken.
#pragma once

#include <memory>

#include "core/chain/archive_job.hpp"
#include "core/env/timers.hpp"
#include "core/node/limits.hpp"
#include "core/node/pipeline.hpp"

namespace lastmile::node {

class ArchiveFeed {
 public:
  // Hands one message in. Its receipt comes once, perhaps before the call returns; status none: no room now. A refusal
  // stops the feed for Limits::feed_pause, once for all that are refused meanwhile; then they are offered again.
  using Offer = Callback<void(const std::shared_ptr<const message::Envelope>& message, ReceiptDone receipt)>;

  // Begins later, never inside the constructor. `done` is called once, with the last receipt that is not none; it may
  // destroy the feed. A feed that is destroyed offers nothing more, and receipts that still come are ignored.
  // limits and timers must outlive it.
  ArchiveFeed(env::Timers& timers, const Limits& limits, chain::SharedArchive archive, Offer offer,
              Callback<void()> done);
  ~ArchiveFeed();
  ArchiveFeed(const ArchiveFeed&) = delete;
  ArchiveFeed& operator=(const ArchiveFeed&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;  // receipts and timers know it weakly
};

}  // namespace lastmile::node
