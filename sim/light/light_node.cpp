#include "sim/light/light_node.hpp"

#include <algorithm>
#include <utility>

#include "core/gossip/limits.hpp"
#include "core/message/verification.hpp"

namespace lastmile::sim {

using message::Status;

namespace {

// Clients have a turn of their own beside every peer, as in node::Pipeline.
constexpr std::uint64_t kClients = 0;
std::uint64_t turn_of(env::PeerId peer) { return std::uint64_t{1} << 32 | peer.value; }

}  // namespace

LightNode::LightNode(const NodeEnv& env, const node::NodeConfig& config, std::vector<std::string> peers,
                     MessageTable& messages, trace::Sink& sink)
    : timers_(env.timers),
      executor_(env.executor),
      network_(env.network),
      config_(config),
      messages_(messages),
      sink_(sink),
      incarnation_(env.incarnation),
      addresses_(std::move(peers)),
      peers_(env.network, env.timers, env.random.stream("dial"), config.intervals),
      gossip_(env.clock, env.timers, env.network, env.random, sink, config, static_cast<node::GossipReceiver&>(*this)),
      inbox_({config.limits.inbox_messages, config.limits.inbox_messages_per_source}) {
  network_.listen_peers(*this);
}

void LightNode::start() {
  sink_.record({trace::Kind::node_started, {}, incarnation_, 0, 0});
  gossip_.start();
  peers_.start(std::exchange(addresses_, {}));
}

void LightNode::on_connected(env::PeerId peer, env::Direction direction) {
  peers_.on_connected(peer);
  gossip_.on_connected(peer, direction);
}

void LightNode::on_lost(env::PeerId peer, env::CloseReason) {
  gossip_.on_lost(peer);
  peers_.on_lost(peer);
}

// --- messages

void LightNode::publish(std::string_view payload, node::ReceiptDone done) {
  const MessageTable::Id id = messages_.read(payload);
  if (id == MessageTable::kNone || !messages_.envelope(id).has_signature())
    return done({std::nullopt, Status::rejected, message::ErrorCode::invalid_format, "no signed envelope"});
  if (inbox_.has_room(kClients)) {
    take_in(kClients, {id, nullptr, std::move(done)});
    return;
  }
  ++refused_;
  sink_.record({trace::Kind::queue_refused, messages_.envelope(id).item_hash.view(),
                static_cast<std::uint64_t>(trace::Queue::inbox), 0, 0});
  done({messages_.envelope(id).item_hash, Status::none, std::nullopt, "the inbox is full"});
}

bool LightNode::has_room(env::PeerId from) const { return inbox_.has_room(turn_of(from)); }

gossip::Verdict LightNode::on_gossip(const gossip::MessageRef& message, env::PeerId from) {
  const MessageTable::Id id = messages_.read(*message);
  if (id == MessageTable::kNone) return gossip::Verdict::ignore;
  if (!messages_.envelope(id).has_signature()) return gossip::Verdict::reject;
  if (holds(id)) {
    record(trace::Kind::message_received, id, 0);
    return gossip::Verdict::accept;
  }
  return take_in(turn_of(from), {id, message, {}}) ? gossip::Verdict::later : gossip::Verdict::ignore;
}

bool LightNode::take_in(std::uint64_t turn, Arrival arrival) {
  const MessageTable::Id id = arrival.id;
  const auto push = inbox_.push(turn, messages_.envelope(id).sender, std::move(arrival));
  if (push != node::FairQueue<Arrival>::Push::accepted) return false;
  inbox_most_ = std::max<std::uint64_t>(inbox_most_, inbox_.size());
  record(trace::Kind::message_received, id, 1);
  pump_later();
  return true;
}

void LightNode::pump_later() {
  if (pump_due_ || inbox_.empty()) return;
  pump_due_ = true;
  timers_.after(Duration{}, [this] {
    pump_due_ = false;
    pump();
  });
}

void LightNode::pump() {
  for (std::size_t turn = 0; turn < config_.limits.inbox_turn; ++turn) {
    if (verifying_ >= config_.limits.verify_in_flight) return;  // continued when an answer comes
    auto arrival = inbox_.pop();
    if (!arrival) break;
    verifying_most_ = std::max(verifying_most_, ++verifying_);
    env::Job job = messages_.verification(arrival->id);
    executor_.submit(env::Lane::signatures, std::move(job),
                     [this, arrival = *std::move(arrival)](const env::JobResult& result) mutable {
                       --verifying_;
                       conclude(arrival, !message::refusal_of(message::verdict_of(result)));
                       pump_later();
                     });
  }
  pump_later();
}

void LightNode::conclude(Arrival& arrival, bool is_good) {
  const MessageTable::Id id = arrival.id;
  if (arrival.message) {
    gossip_.verdict(arrival.message, is_good ? gossip::Verdict::accept : gossip::Verdict::reject);
  } else if (is_good && !holds(id)) {
    gossip_.publish(message::gossip_payload(messages_.envelope(id), config_.switches.percent_decoding));
  }
  if (is_good) hold(id);
  if (!arrival.receipt) return;
  arrival.receipt({messages_.envelope(id).item_hash,
                   is_good ? Status::processed : Status::rejected,
                   is_good ? std::nullopt : std::optional(message::ErrorCode::invalid_signature),
                   {}});
}

void LightNode::hold(MessageTable::Id id) {
  if (holds(id)) return;
  const bool is_first_copy = held_copy(messages_.envelope(id).item_hash) == MessageTable::kNone;
  if (id / 64 >= held_.size()) held_.resize(id / 64 + 1);
  held_[id / 64] |= std::uint64_t{1} << (id % 64);
  if (!is_first_copy) return;
  ++held_count_;
  record(trace::Kind::message_processed, id);
}

MessageTable::Id LightNode::held_copy(const message::ItemHash& hash) const {
  MessageTable::Id id = messages_.find(hash);
  while (id != MessageTable::kNone && !holds(id)) id = messages_.next_copy(id);
  return id;
}

void LightNode::record(trace::Kind kind, MessageTable::Id id, std::uint64_t a) {
  sink_.record({kind, messages_.envelope(id).item_hash.view(), a, 0, 0});
}

// --- inspection

node::QueueGauge LightNode::queue(trace::Queue queue) const {
  switch (queue) {
    case trace::Queue::inbox:
      return {inbox_.size(), inbox_most_, config_.limits.inbox_messages, refused_};
    case trace::Queue::verify:
      return {verifying_, verifying_most_, config_.limits.verify_in_flight, 0};
    case trace::Queue::outbound: {
      const gossip::Router& router = gossip_.router();
      return {.depth = router.longest_queue(),
              .peak = router.longest_queue_ever(),
              .limit = gossip::kOutboundMessagesMax,
              .refused = router.statistics().outbound_dropped};
    }
    default:
      return {};
  }
}

}  // namespace lastmile::sim
