// The content store road (architecture.md 8, road 3): tells peers the newest heads, those that HeadWriter writes among
// them, walks back from unknown ones and takes in the archives that they name. Works without any chain.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/present.hpp"
#include "core/chain/archive_job.hpp"
#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/executor.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/node/archive_feed.hpp"
#include "core/node/blob_reader.hpp"
#include "core/node/blob_writer.hpp"
#include "core/node/config.hpp"
#include "core/node/fair_queue.hpp"
#include "core/node/hashing_jobs.hpp"
#include "core/node/head_writer.hpp"
#include "core/node/peer_book.hpp"
#include "core/node/pipeline.hpp"
#include "core/store/store.hpp"
#include "core/sync/head_book.hpp"
#include "core/sync/wanted_archives.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::node {

class HeadSurroundings {
 public:
  virtual ~HeadSurroundings() = default;
  // A message of an archive. `done` once, when it is durable or refused; status none: no room now.
  virtual void take_in_archived(std::shared_ptr<const message::Envelope> envelope, ReceiptDone done) = 0;
  virtual void want_head_content(const message::ItemHash& content) = 0;  // a head or an archive, by its hash
  virtual void follow(const store::Outcome& outcome) = 0;                // what a call of the store changed besides
  virtual void damaged_by_heads(const Error& error) = 0;
};

class HeadLink final : public env::FrameHandler, HeadWriterHost {
 public:
  static constexpr std::size_t kHeadsPerFrame = 256;

  HeadLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk, env::Random& random,
           env::Executor& executor, store::Store& store, const PeerBook& peers, HashingJobs& jobs, BlobReader& blobs,
           trace::Sink& sink, QueueGauges& gauges, const NodeConfig& config, HeadSurroundings& surroundings);

  void start();
  void on_connected(env::PeerId peer);
  void on_forgotten(env::PeerId peer) { book_.on_forgotten(peer); }
  // A message reached a state that an archive must tell: processed, or forgotten (its tombstone).
  void on_news(const message::ItemHash& hash) { writer_.on_news(hash); }
  void content_arrived(const message::ItemHash& content, std::string_view bytes);  // they have this name
  void content_unavailable(const message::ItemHash& content);

  const sync::HeadBook& book() const { return book_; }
  const sync::WantedArchives& wanted_archives() const { return archives_; }

  void on_frame(env::PeerId from, const env::Frame& frame) override;
  void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;

 private:
  struct Told {
    sync::Head head;
    message::ItemHash name;
    std::optional<env::PeerId> from;
  };

  // HeadWriterHost
  std::optional<sync::Head> newest_of_ours() const override {
    return book_.newest_of(present(config_.head_signer).address());
  }
  void head_written(const sync::Head& head, env::Batch done) override {
    on_head(head, sync::head_name(head), std::nullopt, std::move(done));
  }
  void head_writer_damaged(const Error& error) override { surroundings_.damaged_by_heads(error); }

  bool is_known(const std::string& signer) const;
  void load();
  void tell(env::PeerId peer, const std::vector<sync::Head>& heads);
  void consider(sync::Head head, std::optional<env::PeerId> from);
  bool may_be_lost(const Told& told) const;
  void on_checked(const Told& told);
  void no_room(const Told& told);
  void check_next();
  void gauge();
  // `beside`: what is to be on the disk together with a new head.
  void on_head(const sync::Head& head, const message::ItemHash& name, std::optional<env::PeerId> from,
               env::Batch&& beside = {});
  void want_missing();
  void follow_up();
  void take_in_next();
  void feed(const message::ItemHash& archive, chain::SharedArchive content);
  void taken_in(const message::ItemHash& archive);
  void retry_later();
  // With what else is to be on the disk: the records of signers that changed.
  env::Batch saved(env::Batch batch);
  void commit(env::Batch batch);
  bool at_hand(const message::ItemHash& file) const;
  void keep(const message::ItemHash& content, Bytes bytes, Callback<void()> written = [] {});
  template <class T>
  bool usable(const Result<T>& result) const;

  env::Clock& clock_;
  env::Timers& timers_;
  env::Network& network_;
  env::Disk& disk_;
  env::Random& random_;
  env::Executor& executor_;
  store::Store& store_;
  const PeerBook& peers_;
  HashingJobs& jobs_;
  BlobReader& blobs_;
  trace::Sink& sink_;
  QueueGauges& gauges_;
  const NodeConfig& config_;
  HeadSurroundings& surroundings_;
  sync::HeadBook book_;
  FairQueue<Told> inbox_;                  // signatures to check
  std::set<message::ItemHash> unchecked_;  // their names, and those of heads being checked
  std::size_t checking_ = 0;
  // Named by heads, their messages not all durable here; kept on disk, or a crash would lose what a known head told.
  sync::WantedArchives archives_;
  std::set<message::ItemHash> missing_;  // heads we know that a crash kept from the disk: asked for again
  bool taking_in_ = false;
  std::optional<ArchiveFeed> feed_;  // of the archive whose messages are on their way in
  BlobWriter blob_writer_;
  HeadWriter writer_;
};

}  // namespace lastmile::node
