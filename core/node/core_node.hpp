// The core channel node: wires the pure rooms to core/env, owns queues and limits, answers queries. Both worlds run it.
//
//   auto node = CoreNode::open(clock, timers, network, disk, random, executor, chains, sink, config);
//   (*node)->start();
//   (*node)->publish(payload, files, [](const Receipt&) {...});
//
// One thread: the node's loop. The environment and the sink must outlive the node; destroying the node is what a crash
// does.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/chain_gateway.hpp"
#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/executor.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/node/blob_reader.hpp"
#include "core/node/chain_link.hpp"
#include "core/node/config.hpp"
#include "core/node/content_link.hpp"
#include "core/node/gossip_link.hpp"
#include "core/node/head_link.hpp"
#include "core/node/peer_book.hpp"
#include "core/node/pipeline.hpp"
#include "core/node/reconcile_link.hpp"
#include "core/node/reward_link.hpp"
#include "core/node/upload_checks.hpp"
#include "core/store/view.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::node {

// Could a client read the content of this message?
bool readable(const store::View& view, const message::ItemHash& hash);

class CoreNode final : public env::PeerHandler,
                       GossipReceiver,
                       ContentReceiver,
                       ChainSurroundings,
                       HeadSurroundings,
                       ReconcileSurroundings,
                       Surroundings {
 public:
  // Error: the disk holds something that is not a store of this format, or is damaged.
  static Result<std::unique_ptr<CoreNode>> open(env::Clock& clock, env::Timers& timers, env::Network& network,
                                                env::Disk& disk, env::Random& random, env::Executor& executor,
                                                env::ChainGateway* chains, trace::Sink& sink, NodeConfig config);
  ~CoreNode() override;

  void start();  // dials, joins, follows; call once on the loop

  // What a client hands in, files of the message included: they are checked before the message is looked at, and
  // written once its signature was checked. If the bytes of one do not match its name, the whole message is refused.
  // The receipt comes after the durable commit; for want of room at once with status none.
  void publish(std::string_view payload, std::vector<Upload> uploads, ReceiptDone done);

  // A file that a client hands in without a message; that the bytes have this hash is for the caller to check. It is
  // kept for StoreOptions::file_grace unless a STORE names it. done: true when it is durable, false for want of room.
  void keep_file(const message::ItemHash& file, Bytes bytes, Callback<void(bool)> done) {
    pipeline_->keep_file(file, std::move(bytes), std::move(done));
  }

  // A file that came another way, and whose blob is durable: STOREs that wait for it are judged. bytes: its length; of
  // a directory its cumulative size (ipfs.md 13), and then the blob is no content that peers could ask for by name.
  void file_arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory);

  // Called for each change of a message's status, when it can be read; the call must not change anything here.
  void on_status(Callback<void(const store::StatusChange&)> call) { on_status_ = std::move(call); }

  // Called once when the node cannot go on (a disk that is full or damaged): the owner stops it.
  void on_fatal(Callback<void(const Error&)> call) { on_fatal_ = std::move(call); }

  // --- what an operator decides while it runs ------------------------------------------------------------------------

  // Paused, it takes in nothing new, of clients or peers, and still serves, spreads and finishes what it has; what
  // chains anchor is noted. For an owner whose disk is nearly full.
  void pause_intake(bool paused) { intake_paused_ = paused; }
  bool intake_paused() const { return intake_paused_; }
  // Dialled and kept like those of the configuration; no effect when it is one.
  void add_peer(const std::string& address) { peers_.start({address}); }
  // Identities whose connections are closed at once; in place of those banned before.
  void set_banned(std::set<std::string, std::less<>> identities);

  // --- queries and inspection; read only -----------------------------------------------------------------------------
  const store::Store& store() const { return *store_; }
  store::View view() const { return store::View(disk_.latest(), config_.store); }
  const NodeConfig& config() const { return config_; }
  const PeerBook& peers() const { return peers_; }
  const ReconcileLink* reconciliation() const { return reconcile_.get(); }  // null when the road is off
  const ChainLink* chain() const { return chain_.get(); }                   // null when the road is off
  const HeadLink* heads() const { return heads_.get(); }                    // null when the road is off
  const GossipLink* gossip() const { return gossip_.get(); }                // null when the road is off
  const RewardLink* rewards() const { return rewards_.get(); }              // null when nobody is rewarded
  // A long read as a job on a snapshot of the disk (lane queries). `read` is called once, perhaps on another thread,
  // and owns what it touches; cost: what it takes on the reference machine. done comes later on the loop. False, and no
  // call, when Limits::queries are under way.
  bool query(Duration cost, Callback<env::JobResult(const store::View&)> read, Callback<void(env::JobResult)> done);
  QueueGauge queue(trace::Queue queue) const;  // limit 0: its road is off
  // How long the one that waits longest has waited, 0 when nobody does; empty for queues that keep no times.
  std::optional<Duration> oldest(trace::Queue queue) const;
  std::uint64_t pending() const;                       // known and not applied, contents and files to fetch
  bool readable(const message::ItemHash& hash) const;  // a client could read the content now
  bool finally_confirmed(const message::ItemHash& hash, std::string_view chain_code) const;

 private:
  CoreNode(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk, env::Random& random,
           env::Executor& executor, trace::Sink& sink, NodeConfig config);

  // What the store traces while it works, but for moves of a status: the node tells those when readers see them.
  class StoreSink final : public trace::Sink {
   public:
    explicit StoreSink(trace::Sink& to) : to_(to) {}
    void record(const trace::Event& event) override;

   private:
    trace::Sink& to_;
  };

  std::optional<Error> wire(env::ChainGateway* chains);
  void publish_checked(std::string_view payload, UploadChecks::Files files, ReceiptDone done);
  void tick_later();
  void want_patiently(const message::ItemHash& archive);

  // PeerHandler
  void on_connected(env::PeerId peer, env::Direction direction) override;
  void on_lost(env::PeerId peer, env::CloseReason reason) override;
  void on_forgotten(env::PeerId peer) override;
  void on_dial_failed(std::string_view address, env::CloseReason reason) override;
  // GossipReceiver
  bool has_room(env::PeerId from) const override;
  gossip::Verdict on_gossip(const gossip::MessageRef& message, env::PeerId from) override;
  // ContentReceiver
  void on_content(const gossip::Arrival& arrival) override;
  void on_content_given_up(const gossip::GivenUp& given_up) override;
  void damaged_content(const Error& error) override { fatal(error); }
  // ChainSurroundings and HeadSurroundings
  void follow(const store::Outcome& outcome) override { pipeline_->follow(outcome, std::nullopt); }
  // ChainSurroundings
  void take_in(std::shared_ptr<const message::Envelope> envelope, Arrival arrival) override;
  void want_archive(const message::ItemHash& archive) override;
  void damaged(const Error& error) override { fatal(error); }
  // HeadSurroundings
  void take_in_archived(std::shared_ptr<const message::Envelope> envelope, ReceiptDone done) override;
  void want_head_content(const message::ItemHash& content) override;
  void damaged_by_heads(const Error& error) override { fatal(error); }
  // ReconcileSurroundings
  bool want_envelope(const message::ItemHash& hash, env::PeerId from) override;
  std::size_t inbox_room(env::PeerId from) const override;
  void damaged_by_reconciliation(const Error& error) override { fatal(error); }
  // Surroundings
  void spread(const message::Envelope& envelope, Origin origin) override;
  void gossip_verdict(const gossip::MessageRef& message, gossip::Verdict verdict) override;
  void content_at_hand(const message::ItemHash& content) override;
  bool want_content(const message::ItemHash& content, std::optional<env::PeerId> hint, gossip::Room room) override;
  void want_message(const message::ItemHash& message, std::optional<env::PeerId> hint) override;
  bool stands(store::Confirmation& confirmation) override;
  void status_changed(const store::StatusChange& change) override;
  void fatal(const Error& error) override;

  env::Clock& clock_;
  env::Timers& timers_;
  env::Network& network_;
  env::Disk& disk_;
  env::Random& random_;
  env::Executor& executor_;
  const NodeConfig config_;
  trace::Sink& sink_;
  StoreSink store_sink_;
  QueueGauges gauges_;
  HashingJobs jobs_;
  BlobReader blobs_;
  UploadChecks uploads_;
  PeerBook peers_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<GossipLink> gossip_;
  std::unique_ptr<ContentLink> content_;
  std::unique_ptr<sync::HeldSet> held_;
  std::unique_ptr<ReconcileLink> reconcile_;
  std::unique_ptr<ChainLink> chain_;
  std::unique_ptr<HeadLink> heads_;
  std::unique_ptr<RewardLink> rewards_;
  Callback<void(const Error&)> on_fatal_;
  Callback<void(const store::StatusChange&)> on_status_;
  std::set<std::string, std::less<>> banned_;
  bool intake_paused_ = false;
  bool failed_ = false;
};

}  // namespace lastmile::node
