// Counting and decay of peer scores (libp2p.md 13). The formula itself is in score.cpp.
#include <bit>
#include <utility>

#include "core/gossip/router.hpp"

namespace lastmile::gossip {
namespace {

void shrink(float& counter, double factor, double to_zero, std::uint32_t ticks) {
  for (; ticks > 0 && counter != 0; --ticks) {
    counter = static_cast<float>(counter * factor);
    if (counter < to_zero) counter = 0;
  }
}

// False when nothing is left.
bool shrink(TopicPeer& tp, const TopicScoreParams& params, double to_zero, std::uint32_t ticks) {
  shrink(tp.first_deliveries, params.first_deliveries_decay, to_zero, ticks);
  shrink(tp.mesh_deliveries, params.mesh_deliveries_decay, to_zero, ticks);
  shrink(tp.mesh_failures, params.mesh_failure_decay, to_zero, ticks);
  shrink(tp.invalid_deliveries, params.invalid_deliveries_decay, to_zero, ticks);
  return tp.first_deliveries != 0 || tp.mesh_deliveries != 0 || tp.mesh_failures != 0 || tp.invalid_deliveries != 0;
}

void add_capped(float& counter, double cap) {
  counter += 1;
  if (counter > cap) counter = static_cast<float>(cap);
}

}  // namespace

// Brings counters up to the present tick of decay.
void Router::catch_up(env::PeerId peer, PeerRecord& record) {
  const std::uint32_t ticks = ticks_ - std::exchange(record.decayed_at, ticks_);
  if (ticks == 0) return;
  shrink(record.behaviour, params_->score.behaviour_decay, params_->score.decay_to_zero, ticks);
  for (std::uint32_t left = record.counted; left != 0; left &= left - 1) {
    const TopicId topic{static_cast<std::uint16_t>(std::countr_zero(left))};
    if (!shrink(topic_peer(peer, topic), topics_->score(topic), params_->score.decay_to_zero, ticks)) {
      record.counted &= ~topic_bit(topic);
    }
  }
}

double Router::computed_score(env::PeerId peer, Instant now) const {
  const PeerRecord& record = peers_[peer.value];
  const std::uint32_t ticks = record.connected ? ticks_ - record.decayed_at : 0;
  double topics = 0;
  for (std::uint32_t left = record.counted | record.mesh; left != 0; left &= left - 1) {
    const TopicId topic{static_cast<std::uint16_t>(std::countr_zero(left))};
    const TopicScoreParams& params = topics_->score(topic);
    TopicPeer tp = topic_peer(peer, topic);
    shrink(tp, params, params_->score.decay_to_zero, ticks);
    TopicCounters counters;
    counters.in_mesh = (record.mesh & topic_bit(topic)) != 0;
    counters.mesh_time = now - tp.grafted_at;
    counters.first_deliveries = tp.first_deliveries;
    counters.mesh_deliveries = tp.mesh_deliveries;
    counters.mesh_deliveries_active = counters.in_mesh && counters.mesh_time > params.mesh_deliveries_activation;
    counters.mesh_failures = tp.mesh_failures;
    counters.invalid_deliveries = tp.invalid_deliveries;
    topics += topic_score(params, counters);
  }
  float behaviour = record.behaviour;
  shrink(behaviour, params_->score.behaviour_decay, params_->score.decay_to_zero, ticks);
  const double on_address = record.address_group == 0 ? 0 : peers_in_group(record.address_group);
  return peer_score(params_->score, topics, record.app_score, on_address, behaviour);
}

double Router::score(env::PeerId peer, Instant now) const {
  if (!params_->scoring || peer.value >= peers_.size()) return 0;
  const PeerRecord& record = peers_[peer.value];
  const bool forgotten = !record.connected && Instant{seconds(record.retain_until_s).ns} <= now;
  return forgotten ? peer_score(params_->score, 0, record.app_score, 0, 0) : computed_score(peer, now);
}

void Router::refresh(env::PeerId peer, PeerRecord& record, Instant now) {
  record.score_stale = false;
  record.score = computed_score(peer, now);
}

// Connected, or its score is retained.
bool Router::scored(env::PeerId peer) const {
  if (!params_->scoring || peer.value >= peers_.size()) return false;
  return peers_[peer.value].connected || peers_[peer.value].retain_until_s != 0;
}

void Router::blame(PeerRecord& record) {
  record.score_stale = true;
  if (record.blamed || !params_->scoring) return;
  record.blamed = true;
  if (record.connected) ++blamed_;
}

// May anything count against this peer now? Counters must be caught up.
void Router::reconsider(env::PeerId peer, PeerRecord& record) {
  bool blamed =
      !plain_weights_ || record.behaviour != 0 || record.app_score < 0 || (record.mesh & counts_mesh_) != 0 ||
      (record.address_group != 0 && peers_in_group(record.address_group) > params_->score.same_address_threshold);
  for (std::uint32_t left = record.counted; left != 0; left &= left - 1) {
    const TopicPeer& tp = topic_peer(peer, TopicId{static_cast<std::uint16_t>(std::countr_zero(left))});
    blamed = blamed || tp.mesh_failures != 0 || tp.invalid_deliveries != 0;
  }
  if (blamed) {
    blame(record);
  } else if (record.blamed) {
    record.blamed = false;
    if (record.connected) --blamed_;
    // It may be grafted again. A mesh that had nobody to take would otherwise never look.
    for (std::uint32_t left = record.subscribed; left != 0; left &= left - 1) {
      topic_states_[static_cast<std::size_t>(std::countr_zero(left))].settled = false;
    }
  }
}

// What speaks for a peer raises its score with the next heartbeat; what speaks against it lowers it at once.
void Router::count_first_delivery(env::PeerId peer, TopicId topic) {
  PeerRecord* const record = params_->scoring ? find(peer) : nullptr;
  if (record == nullptr) return;
  catch_up(peer, *record);
  add_capped(topic_peer(peer, topic).first_deliveries, topics_->score(topic).first_deliveries_cap);
  record->counted |= topic_bit(topic);
}

// Mesh peers only; others have no duty to deliver.
void Router::count_mesh_delivery(env::PeerId peer, TopicId topic) {
  if ((counts_mesh_ & topic_bit(topic)) == 0 || !scored(peer)) return;
  PeerRecord& record = peers_[peer.value];
  if ((record.mesh & topic_bit(topic)) == 0) return;
  catch_up(peer, record);
  add_capped(topic_peer(peer, topic).mesh_deliveries, topics_->score(topic).mesh_deliveries_cap);
  record.counted |= topic_bit(topic);
}

void Router::count_invalid(env::PeerId peer, TopicId topic) {
  if (!scored(peer)) return;
  PeerRecord& record = peers_[peer.value];
  if (record.connected) catch_up(peer, record);
  topic_peer(peer, topic).invalid_deliveries += 1;
  record.counted |= topic_bit(topic);
  blame(record);
}

void Router::add_behaviour(env::PeerId peer, double points) {
  if (!scored(peer)) return;
  PeerRecord& record = peers_[peer.value];
  if (record.connected) catch_up(peer, record);
  record.behaviour += static_cast<float>(points);
  blame(record);
}

void Router::set_app_score(env::PeerId peer, double value) {
  if (peer.value >= peers_.size()) return;
  PeerRecord& record = peers_[peer.value];
  record.app_score = value;
  if (!record.connected || !params_->scoring) return;
  catch_up(peer, record);
  reconsider(peer, record);
}

void Router::penalise(env::PeerId peer, double points) { add_behaviour(peer, points); }

// Counters of peers without blame are brought up to date when they are next touched, which for most is never.
void Router::decay(Instant now) {
  if (!params_->scoring) return;
  const Duration interval = params_->score.decay_interval;
  if (next_decay_.ns == 0) next_decay_ = now + interval;
  for (int steps = 0; next_decay_ <= now && steps < kDecayCatchUpMax; ++steps) {
    next_decay_ = next_decay_ + interval;
    ++ticks_;
  }
  if (next_decay_ <= now) next_decay_ = now + interval;
  if (blamed_ == 0) return;
  for (const env::PeerId peer : connected_) {
    PeerRecord& record = peers_[peer.value];
    if (!record.blamed) continue;
    catch_up(peer, record);
    reconsider(peer, record);
    refresh(peer, record, now);
  }
}

}  // namespace lastmile::gossip
