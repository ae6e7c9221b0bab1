#include "sim/adversary/eclipser.hpp"

#include <algorithm>
#include <utility>

namespace lastmile::sim {

void EclipserNode::began() {
  keep_connected_to(orders_.victims);
  look();
}

void EclipserNode::ended() {
  for (auto& [peer, victim] : victims_) {
    if (!victim.in_mesh) continue;
    victim.in_mesh = false;
    gossip::Rpc leave;
    leave.control.emplace().prune.push_back({topic(), {}, std::nullopt});
    tell(peer, gossip::RpcBody::of(std::move(leave)));
  }
}

void EclipserNode::met(env::PeerId peer) {
  const auto& names = orders_.victims;
  std::string name = env_.network.identity(peer);
  if (std::find(names.begin(), names.end(), name) == names.end()) return;
  victims_[peer] = {.name = std::move(name)};
  if (orders_.active) look();
}

void EclipserNode::heard(env::PeerId from, const gossip::Rpc& rpc) {
  const auto victim = victims_.find(from);
  if (victim == victims_.end() || !rpc.control) return;
  if (!rpc.control->graft.empty()) victim->second.in_mesh = true;
  for (const gossip::Prune& prune : rpc.control->prune) {
    const auto wait = static_cast<std::int64_t>(std::min(prune.backoff_s.value_or(60), gossip::kBackoffSecondsMax));
    victim->second.in_mesh = false;
    not_before_[victim->second.name] = env_.clock.now() + seconds(wait) + seconds(2);
  }
}

// Asks to be taken in wherever it is not and may ask.
void EclipserNode::look() {
  const Instant now = env_.clock.now();
  for (auto& [peer, victim] : victims_) {
    if (victim.in_mesh || now < not_before_[victim.name]) continue;
    victim.in_mesh = true;
    gossip::Rpc rpc;
    rpc.control.emplace().graft.push_back({topic()});
    tell(peer, gossip::RpcBody::of(std::move(rpc)));
    ++orders_.acts;
  }
  look_later();
}

void EclipserNode::look_later() {
  if (looking_) return;
  looking_ = true;
  env_.timers.after(config_.gossip->heartbeat, [this] {
    looking_ = false;
    if (orders_.active) look();
  });
}

// A message of its own that nobody else brings: each raises its score with the victim.
void EclipserNode::act() {
  if (victims_.empty()) return;
  const crypto::Account& sender = accounts_.account(turn_);
  const Wall now = env_.clock.wall();
  const message::Envelope note =
      write_message(sender, message::Type::POST, note_of(sender.address(), now, turn_++), now);
  orders_.signed_rightly(note.item_hash);
  const env::Frame frame = gossip::RpcBody::of(publication(message::gossip_payload(note)));
  for (const auto& [peer, victim] : victims_) tell(peer, frame);
  ++orders_.acts;
}

}  // namespace lastmile::sim
