#include "core/node/core_node.hpp"

#include <algorithm>

#include "core/base/present.hpp"
#include "core/gossip/content.hpp"
#include "core/gossip/limits.hpp"
#include "core/sync/store_held_set.hpp"

namespace lastmile::node {

namespace {

// The store keeps a list for each chain that this node writes into.
NodeConfig with_anchor_chains(NodeConfig config) {
  auto& written = config.store.anchor_chains;
  for (const FollowedChain& chain : config.chains) {
    if (!config.roads.chain || !chain.synchronizer || written.size() == store::kAnchorChainsMax) continue;
    if (std::find(written.begin(), written.end(), chain.code) == written.end()) written.push_back(chain.code);
  }
  return config;
}

std::optional<trace::RareState> rare_state_of(const store::StatusChange& change) {
  using message::Status;
  if (change.to == Status::removed) return trace::RareState::removed_unpaid;
  if (change.to == Status::removing) return trace::RareState::payment_ran_out;
  if (change.from == Status::rejected && change.to == Status::processed) return trace::RareState::rejected_came_good;
  return std::nullopt;
}

}  // namespace

bool readable(const store::View& view, const message::ItemHash& hash) {
  const auto row = view.message(hash);
  if (!row.ok()) return false;
  const auto& found = *row;
  return found && (found->status == message::Status::processed || found->status == message::Status::removing) &&
         !found->content.empty();
}

CoreNode::CoreNode(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk, env::Random& random,
                   env::Executor& executor, trace::Sink& sink, NodeConfig config)
    : clock_(clock),
      timers_(timers),
      network_(network),
      disk_(disk),
      random_(random),
      executor_(executor),
      config_(with_anchor_chains(std::move(config))),
      sink_(sink),
      store_sink_(sink),
      gauges_(sink),
      jobs_(executor, gauges_),
      blobs_(disk, jobs_, config_.limits.blob_reads),
      uploads_(jobs_, config_.limits),
      peers_(network, timers, random.stream("dial"), config_.intervals) {}

CoreNode::~CoreNode() = default;

void CoreNode::StoreSink::record(const trace::Event& event) {
  if (event.kind == trace::Kind::status_changed || event.kind == trace::Kind::message_processed) return;
  to_.record(event);
}

Result<std::unique_ptr<CoreNode>> CoreNode::open(env::Clock& clock, env::Timers& timers, env::Network& network,
                                                 env::Disk& disk, env::Random& random, env::Executor& executor,
                                                 env::ChainGateway* chains, trace::Sink& sink, NodeConfig config) {
  std::unique_ptr<CoreNode> node(new CoreNode(clock, timers, network, disk, random, executor, sink, std::move(config)));
  if (auto error = node->wire(chains)) return *error;
  return node;
}

std::optional<Error> CoreNode::wire(env::ChainGateway* chains) {
  const auto wrong = contradictions(config_.limits, config_.intervals);
  if (!wrong.empty()) return Error{wrong.front()};
  auto store = store::Store::open(disk_, config_.store, store_sink_);
  if (!store.ok()) return store.error();
  store_ = std::move(*store);
  blobs_.on_damaged([this](const message::ItemHash& file) {
    trace::mark(sink_, trace::RareState::file_damaged);
    if (const auto lost = store_->file_damaged(file, clock_.wall()); !lost.ok()) fatal(lost.error());
  });
  pipeline_ = std::make_unique<Pipeline>(clock_, timers_, executor_, disk_, random_, *store_, blobs_, sink_, gauges_,
                                         config_, static_cast<Surroundings&>(*this));
  content_ = std::make_unique<ContentLink>(clock_, timers_, network_, disk_, random_, *store_, jobs_, sink_, gauges_,
                                           config_, static_cast<ContentReceiver&>(*this));
  if (config_.roads.gossip) {
    gossip_ = std::make_unique<GossipLink>(clock_, timers_, network_, random_, sink_, config_,
                                           static_cast<GossipReceiver&>(*this));
    gossip_->check_authors_on(executor_);
  }
  if (config_.roads.reconciliation) {
    held_ = std::make_unique<sync::StoreHeldSet>(*store_);
    reconcile_ = std::make_unique<ReconcileLink>(clock_, timers_, network_, random_, *store_, *held_, peers_, sink_,
                                                 gauges_, config_, static_cast<ReconcileSurroundings&>(*this));
  }
  if (config_.roads.chain && chains != nullptr && !config_.chains.empty()) {
    chain_ = std::make_unique<ChainLink>(clock_, timers_, disk_, random_, *chains, *store_, sink_, gauges_, jobs_,
                                         config_, static_cast<ChainSurroundings&>(*this));
  }
  if (config_.roads.content_store) {
    heads_ = std::make_unique<HeadLink>(clock_, timers_, network_, disk_, random_, executor_, *store_, peers_, jobs_,
                                        blobs_, sink_, gauges_, config_, static_cast<HeadSurroundings&>(*this));
  }
  if (config_.rewards != nullptr && chain_ != nullptr) {
    const auto found = economy::contradictions(config_.rewards->terms);
    if (!found.empty()) return Error{"rewards: " + found.front()};
    rewards_ = std::make_unique<RewardLink>(
        config_.rewards, config_.store.well_known.balances,
        [this](Duration cost, auto read, auto done) { return query(cost, std::move(read), std::move(done)); },
        [this](const Error& error) { fatal(error); });
  }
  network_.listen_peers(*this);
  return std::nullopt;
}

void CoreNode::start() {
  if (gossip_) gossip_->start();
  peers_.start(config_.peers);
  if (reconcile_) reconcile_->start();
  if (chain_) chain_->start();
  if (heads_) heads_->start();
  pipeline_->start();
  pipeline_->tick();
  tick_later();
}

void CoreNode::tick_later() {
  timers_.after(config_.intervals.store_tick, [this] {
    if (failed_) return;
    pipeline_->tick();
    if (rewards_) rewards_->look(chain_->final_height(rewards_->config().chain));
    tick_later();
  });
}

void CoreNode::publish(std::string_view payload, std::vector<Upload> uploads, ReceiptDone done) {
  if (intake_paused_) {
    return done(
        {std::nullopt, message::Status::none, std::nullopt, "this node takes nothing in: its disk is nearly full"});
  }
  if (uploads.empty()) return publish_checked(payload, {}, std::move(done));
  if (!uploads_.has_room(uploads) || random_.happens(env::RarePath::uploads_full)) {
    gauges_.refuse(trace::Queue::hashing, {});
    return done({std::nullopt, message::Status::none, std::nullopt, "too many uploads are being checked"});
  }
  uploads_.check(std::move(uploads), [this, payload = std::string(payload),
                                      done = std::move(done)](Result<UploadChecks::Files> files) mutable {
    if (!files.ok()) {
      return done({std::nullopt, message::Status::rejected, message::ErrorCode::invalid_format, files.error().text});
    }
    publish_checked(payload, *std::move(files), std::move(done));
  });
}

void CoreNode::publish_checked(std::string_view payload, UploadChecks::Files files, ReceiptDone done) {
  Arrival arrival;
  arrival.origin = Origin::client;
  arrival.receipt = [this, done = std::move(done)](const Receipt& receipt) mutable {
    const bool kept = receipt.status != message::Status::rejected && receipt.status != message::Status::none;
    if (kept) sink_.record({trace::Kind::message_acknowledged, present(receipt.item_hash).view(), 0, 0, 0});
    if (done) done(receipt);
  };
  arrival.uploads = std::move(files);
  pipeline_->arrive(payload, std::move(arrival));
}

QueueGauge CoreNode::queue(trace::Queue queue) const {
  if (queue != trace::Queue::outbound) return gauges_.of(queue);
  if (gossip_ == nullptr) return {};
  // One queue for each peer: the longest stands for them.
  const gossip::Router& router = gossip_->router();
  return {.depth = router.longest_queue(),
          .peak = router.longest_queue_ever(),
          .limit = gossip::kOutboundMessagesMax,
          .refused = router.statistics().outbound_dropped};
}

std::optional<Duration> CoreNode::oldest(trace::Queue queue) const {
  switch (queue) {
    case trace::Queue::outbound:
    case trace::Queue::chain_archives:
    case trace::Queue::hashing:
    case trace::Queue::heads:
      return std::nullopt;
    default:
      break;
  }
  if (queue == trace::Queue::reconcile && !reconcile_) return std::nullopt;
  if (gauges_.of(queue).depth == 0) return Duration{};  // mostly, and the others look at all that wait
  const auto since = queue == trace::Queue::reconcile ? reconcile_->oldest()
                     : queue == trace::Queue::fetch   ? content_->oldest()
                                                      : pipeline_->oldest(queue);
  return since ? clock_.now() - *since : Duration{};
}

std::uint64_t CoreNode::pending() const { return pipeline_->pending(); }

bool CoreNode::query(Duration cost, Callback<env::JobResult(const store::View&)> read,
                     Callback<void(env::JobResult)> done) {
  if (executor_.in_flight(env::Lane::queries) >= config_.limits.queries) return false;
  env::Job job;  // no key: it asks about this moment of this node
  job.cost = cost;
  job.run = [snapshot = disk_.snapshot(), options = std::make_shared<const store::StoreOptions>(config_.store),
             read = std::move(read)]() mutable { return read(store::View(*snapshot, *options)); };
  executor_.submit(env::Lane::queries, std::move(job), std::move(done));
  return true;
}

bool CoreNode::readable(const message::ItemHash& hash) const { return node::readable(view(), hash); }

bool CoreNode::finally_confirmed(const message::ItemHash& hash, std::string_view chain_code) const {
  const auto row = view().message(hash);
  if (!row.ok()) return false;
  const auto& found = *row;
  if (!found) return false;
  for (const store::Confirmation& confirmation : found->confirmations) {
    if (confirmation.final && confirmation.chain == chain_code) return true;
  }
  return false;
}

// --- peers

void CoreNode::on_connected(env::PeerId peer, env::Direction direction) {
  peers_.on_connected(peer);
  content_->on_connected(peer);
  if (gossip_) gossip_->on_connected(peer, direction);
  if (heads_) heads_->on_connected(peer);
  if (chain_) chain_->on_connected();
  if (reconcile_) reconcile_->on_connected(peer, direction);
  if (!banned_.empty() && banned_.contains(network_.identity(peer))) network_.close(peer, env::CloseReason::refused);
}

void CoreNode::set_banned(std::set<std::string, std::less<>> identities) {
  banned_ = std::move(identities);
  const std::vector<env::PeerId> connected = peers_.connected();  // closing changes it
  for (const env::PeerId peer : connected) {
    if (banned_.contains(network_.identity(peer))) network_.close(peer, env::CloseReason::refused);
  }
}

void CoreNode::on_lost(env::PeerId peer, env::CloseReason reason) {
  if (reason == env::CloseReason::timeout) trace::mark(sink_, trace::RareState::connection_timed_out);
  if (gossip_) gossip_->on_lost(peer);
  if (reconcile_) reconcile_->on_lost(peer);
  content_->on_lost(peer);
  peers_.on_lost(peer);
}

void CoreNode::on_forgotten(env::PeerId peer) {
  if (heads_) heads_->on_forgotten(peer);
  if (gossip_) gossip_->on_forgotten(peer);
  if (reconcile_) reconcile_->on_forgotten(peer);
  content_->on_forgotten(peer);
}

void CoreNode::on_dial_failed(std::string_view address, env::CloseReason) {
  if (peers_.on_dial_failed(address)) trace::mark(sink_, trace::RareState::dial_pause_longest);
}

// --- between the parts

bool CoreNode::has_room(env::PeerId from) const { return !intake_paused_ && pipeline_->has_room(Origin::gossip, from); }

gossip::Verdict CoreNode::on_gossip(const gossip::MessageRef& message, env::PeerId from) {
  Arrival arrival;
  arrival.origin = Origin::gossip;
  arrival.peer = from;
  arrival.gossip_message = message;
  const Admission admission = pipeline_->arrive(message->fields().data.text(), std::move(arrival));
  return admission == Admission::queued ? gossip::Verdict::later : verdict_of(admission);
}

void CoreNode::on_content(const gossip::Arrival& arrival) {
  if (arrival.name.kind == gossip::ContentKind::bytes) {
    pipeline_->content_arrived(arrival.name.hash, arrival.bytes, arrival.from);
    if (chain_) chain_->archive_arrived(arrival.name.hash, arrival.bytes);
    if (heads_) heads_->content_arrived(arrival.name.hash, *arrival.bytes);
    return;
  }
  Arrival message;
  message.origin = Origin::peer;
  message.peer = arrival.from;
  const Admission admission = pipeline_->arrive(*arrival.bytes, std::move(message));
  if (!reconcile_) return;
  if (admission == Admission::full) {
    reconcile_->found_no_room(arrival.name.hash);
  } else {
    reconcile_->no_longer_wanted(arrival.name.hash);
  }
}

void CoreNode::on_content_given_up(const gossip::GivenUp& given_up) {
  const message::ItemHash& hash = given_up.name.hash;
  if (given_up.name.kind != gossip::ContentKind::bytes) {
    if (reconcile_) reconcile_->no_longer_wanted(hash);
    return;
  }
  pipeline_->content_unavailable(hash, given_up.for_room);
  if (chain_) chain_->archive_unavailable(hash);
  if (heads_) heads_->content_unavailable(hash);
}

void CoreNode::spread(const message::Envelope& envelope, Origin) {
  if (envelope.is_tombstone()) {
    if (reconcile_) reconcile_->tell(envelope.item_hash);
    return;
  }
  if (gossip_) gossip_->publish(message::gossip_payload(envelope, config_.switches.percent_decoding));
}

void CoreNode::gossip_verdict(const gossip::MessageRef& message, gossip::Verdict verdict) {
  if (gossip_) gossip_->verdict(message, verdict);
}

bool CoreNode::want_content(const message::ItemHash& content, std::optional<env::PeerId> hint, gossip::Room room) {
  return content_->want_content(content, hint, room);
}

void CoreNode::file_arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory) {
  const auto outcome = store_->file_arrived(file, bytes, directory, clock_.wall());
  if (!outcome.ok()) return fatal(outcome.error());
  pipeline_->file_came(file);
  content_->content_at_hand(file);
  pipeline_->follow(*outcome, std::nullopt);
}

void CoreNode::content_at_hand(const message::ItemHash& content) { content_->content_at_hand(content); }

void CoreNode::want_message(const message::ItemHash& message, std::optional<env::PeerId> hint) {
  // Asking for a message by name belongs to the road that compares what peers hold. If it finds no room, the next
  // attempt of the message that needs it asks again.
  if (config_.roads.reconciliation) content_->want_envelope(message, hint);
}

void CoreNode::take_in(std::shared_ptr<const message::Envelope> envelope, Arrival arrival) {
  pipeline_->arrive(std::move(envelope), std::move(arrival));
}

void CoreNode::want_archive(const message::ItemHash& archive) {
  const auto at_hand = store_->file_bytes(archive);
  if (!at_hand.ok()) return fatal(at_hand.error());
  if (!*at_hand) return want_patiently(archive);
  blobs_.read(archive, [this, archive](env::Value bytes) {
    if (bytes == nullptr) return want_patiently(archive);
    chain_->archive_arrived(archive, std::move(bytes));
  });
}

void CoreNode::want_patiently(const message::ItemHash& archive) {
  content_->want_archive(archive, config_.intervals.archive_retry_max);
}

void CoreNode::want_head_content(const message::ItemHash& content) { want_patiently(content); }

void CoreNode::take_in_archived(std::shared_ptr<const message::Envelope> envelope, ReceiptDone done) {
  Arrival arrival;
  arrival.origin = Origin::archive;
  arrival.receipt = std::move(done);
  pipeline_->arrive(std::move(envelope), std::move(arrival));
}

bool CoreNode::want_envelope(const message::ItemHash& hash, env::PeerId from) {
  return !intake_paused_ && content_->want_envelope(hash, from);
}

std::size_t CoreNode::inbox_room(env::PeerId from) const {
  return intake_paused_ ? 0 : pipeline_->room(Origin::peer, from);
}

bool CoreNode::stands(store::Confirmation& confirmation) { return chain_ == nullptr || chain_->stands(confirmation); }

void CoreNode::status_changed(const store::StatusChange& change) {
  const auto code =
      change.code ? static_cast<std::uint64_t>(static_cast<std::int64_t>(message::number(*change.code))) : 0;
  sink_.record({trace::Kind::status_changed, change.hash.view(), static_cast<std::uint64_t>(change.from),
                static_cast<std::uint64_t>(change.to), code});
  if (const auto state = rare_state_of(change)) trace::mark(sink_, *state);
  if (change.to == message::Status::processed && change.from == message::Status::pending) {
    sink_.record({trace::Kind::message_processed, change.hash.view(), 0, 0, 0});
  }
  if (on_status_) on_status_(change);
  content_->forget_envelope(change.hash);
  if (reconcile_) reconcile_->no_longer_wanted(change.hash);
  if (heads_ && (change.to == message::Status::processed || change.to == message::Status::forgotten)) {
    heads_->on_news(change.hash);
  }
}

void CoreNode::fatal(const Error& error) {
  if (failed_) return;
  failed_ = true;
  sink_.record({trace::Kind::node_failed, {}, 0, 0, 0});
  if (on_fatal_) on_fatal_(error);
}

}  // namespace lastmile::node
