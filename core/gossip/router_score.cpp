// Counting and decay of peer scores (libp2p.md 13). The formula itself is in score.cpp.
#include "core/gossip/router.hpp"

namespace lastmile::gossip {
namespace {

void shrink(float& counter, double factor, double to_zero) {
  if (counter == 0) return;
  counter = static_cast<float>(counter * factor);
  if (counter < to_zero) counter = 0;
}

void add_capped(float& counter, double cap) {
  counter += 1;
  if (counter > cap) counter = static_cast<float>(cap);
}

}  // namespace

double Router::computed_score(env::PeerId peer, Instant now) const {
  const PeerRecord& record = peers_[peer.value];
  double topics = 0;
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    const TopicPeer& tp = topic_peer(peer, TopicId{t});
    const bool in_mesh = (record.mesh >> t & 1) != 0;
    if (!in_mesh && tp.first_deliveries == 0 && tp.mesh_failures == 0 && tp.invalid_deliveries == 0 &&
        !tp.mesh_deliveries_active) {
      continue;
    }
    TopicCounters counters;
    counters.in_mesh = in_mesh;
    counters.mesh_time = now - tp.grafted_at;
    counters.first_deliveries = tp.first_deliveries;
    counters.mesh_deliveries = tp.mesh_deliveries;
    counters.mesh_deliveries_active = tp.mesh_deliveries_active;
    counters.mesh_failures = tp.mesh_failures;
    counters.invalid_deliveries = tp.invalid_deliveries;
    topics += topic_score(topics_->score(TopicId{t}), counters);
  }
  const double on_address = record.address_group == 0 ? 0 : peers_in_group(record.address_group);
  return peer_score(params_->score, topics, record.app_score, on_address, record.behaviour);
}

double Router::score(env::PeerId peer, Instant now) const {
  return params_->scoring && peer.value < peers_.size() ? computed_score(peer, now) : 0;
}

void Router::refresh(env::PeerId peer, PeerRecord& record, Instant now) {
  record.score_stale = false;
  record.score = params_->scoring ? computed_score(peer, now) : 0;
}

bool Router::scored(env::PeerId peer) const {
  if (!params_->scoring || peer.value >= peers_.size()) return false;
  const PeerRecord& record = peers_[peer.value];
  return record.connected || record.retain_until.ns != 0;
}

void Router::count_first_delivery(env::PeerId peer, TopicId topic) {
  if (!scored(peer)) return;
  PeerRecord& record = peers_[peer.value];
  if (!record.connected) return;
  const TopicScoreParams& params = topics_->score(topic);
  add_capped(topic_peer(peer, topic).first_deliveries, params.first_deliveries_cap);
  record.score_stale = true;
}

// Mesh peers only; others have no duty to deliver.
void Router::count_mesh_delivery(env::PeerId peer, TopicId topic) {
  if (!scored(peer) || (peers_[peer.value].mesh & topic_bit(topic)) == 0) return;
  add_capped(topic_peer(peer, topic).mesh_deliveries, topics_->score(topic).mesh_deliveries_cap);
  peers_[peer.value].score_stale = true;
}

void Router::count_invalid(env::PeerId peer, TopicId topic) {
  if (!scored(peer)) return;
  topic_peer(peer, topic).invalid_deliveries += 1;
  peers_[peer.value].score_stale = true;
}

void Router::add_behaviour(env::PeerId peer, double points) {
  if (!scored(peer)) return;
  peers_[peer.value].behaviour += static_cast<float>(points);
  peers_[peer.value].score_stale = true;
}

void Router::set_app_score(env::PeerId peer, double value) {
  if (peer.value >= peers_.size()) return;
  peers_[peer.value].app_score = value;
  peers_[peer.value].score_stale = true;
}

void Router::penalise(env::PeerId peer, double points) { add_behaviour(peer, points); }

void Router::decay(Instant now) {
  if (!params_->scoring) return;
  const Duration interval = params_->score.decay_interval;
  if (next_decay_.ns == 0) next_decay_ = now + interval;
  int steps = 0;
  for (; next_decay_ <= now && steps < kDecayCatchUpMax; ++steps) next_decay_ = next_decay_ + interval;
  if (next_decay_ <= now) next_decay_ = now + interval;
  for (const env::PeerId peer : connected_) decay_peer(peer, steps, now);
}

void Router::decay_peer(env::PeerId peer, int steps, Instant now) {
  PeerRecord& record = peers_[peer.value];
  const double to_zero = params_->score.decay_to_zero;
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    TopicPeer& tp = topic_peer(peer, TopicId{t});
    const TopicScoreParams& params = topics_->score(TopicId{t});
    for (int i = 0; i < steps; ++i) {
      shrink(tp.first_deliveries, params.first_deliveries_decay, to_zero);
      shrink(tp.mesh_deliveries, params.mesh_deliveries_decay, to_zero);
      shrink(tp.mesh_failures, params.mesh_failure_decay, to_zero);
      shrink(tp.invalid_deliveries, params.invalid_deliveries_decay, to_zero);
    }
    if ((record.mesh >> t & 1) != 0 && now - tp.grafted_at > params.mesh_deliveries_activation) {
      tp.mesh_deliveries_active = true;
    }
  }
  for (int i = 0; i < steps; ++i) shrink(record.behaviour, params_->score.behaviour_decay, to_zero);
  refresh(peer, record, now);
}

}  // namespace lastmile::gossip
