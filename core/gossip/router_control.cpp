// Subscriptions, GRAFT, PRUNE, IHAVE, IWANT as they arrive (libp2p.md 12.4).
#include <algorithm>
#include <bit>

#include "core/base/siphash.hpp"
#include "core/gossip/router.hpp"

namespace lastmile::gossip {
namespace {

constexpr SipKey kTopicNameKey{0x746f7069636e616dU, 0x6500000000000000U};

}  // namespace

void Router::on_subscriptions(env::PeerId from, PeerRecord& peer, const std::vector<Subscription>& list, Instant now) {
  for (const Subscription& s : list) {
    if (!s.topic.name) continue;
    const bool subscribe = s.subscribe.value_or(false);
    if (s.topic.id.value < topic_count_) {
      set_subscribed(from, peer, s.topic.id, subscribe, now);
      continue;
    }
    if (!subscribe && !peer.extra) continue;
    std::vector<std::uint64_t>& unknown = extra_of(peer).unknown_topics;
    const std::uint64_t name = siphash_2_4(kTopicNameKey, as_bytes(*s.topic.name));
    const auto at = std::lower_bound(unknown.begin(), unknown.end(), name);
    const bool known = at != unknown.end() && *at == name;
    if (subscribe && !known && topics_of(peer) < kTopicsPerPeerMax) unknown.insert(at, name);
    if (!subscribe && known) unknown.erase(at);
  }
}

std::size_t Router::topics_of(const PeerRecord& peer) const {
  return static_cast<std::size_t>(std::popcount(peer.subscribed)) +
         (peer.extra ? peer.extra->unknown_topics.size() : 0);
}

void Router::set_subscribed(env::PeerId from, PeerRecord& peer, TopicId topic, bool subscribe, Instant now) {
  const std::uint32_t bit = topic_bit(topic);
  topic_states_[topic.value].settled = false;
  if (subscribe) {
    if (topics_of(peer) < kTopicsPerPeerMax) peer.subscribed |= bit;
    return;
  }
  peer.subscribed &= ~bit;
  if ((peer.mesh & bit) != 0) remove_from_mesh(from, topic, now);
  std::erase(topic_states_[topic.value].fanout, from);
}

void Router::on_control(env::PeerId from, PeerRecord& peer, const Control& control, Instant now) {
  for (const Graft& graft : control.graft) on_graft(from, peer, graft, now);
  for (const Prune& prune : control.prune) on_prune(from, peer, prune, now);
  flush();
  if (!control.ihave.empty()) on_ihave(from, peer, control.ihave, now);
  if (!control.iwant.empty()) on_iwant(from, peer, control.iwant, now);
}

void Router::on_graft(env::PeerId from, PeerRecord& peer, const Graft& graft, Instant now) {
  const TopicId topic = graft.topic.id;
  if (topic.value >= topic_count_ || !joined(topic)) return;
  if ((peer.mesh & topic_bit(topic)) != 0) return;
  bool refuse = peer.direct;
  const Backoff* const backoff = backoffs_.find(from, topic);
  if (!refuse && backoff != nullptr && backoff->until > now) {
    actions_.reached(trace::RareState::graft_in_backoff);
    const bool flood = now - backoff->since < params_->graft_flood_threshold;
    add_behaviour(from, flood ? 2 : 1);
    refuse = true;
  }
  if (!refuse && !reaches(from, peer, 0, now)) refuse = true;
  if (!refuse && !peer.outbound &&
      topic_states_[topic.value].mesh.size() >= static_cast<std::size_t>(params_->mesh_high)) {
    refuse = true;
  }
  if (refuse) {
    ++statistics_.grafts_refused;
    actions_.reached(trace::RareState::graft_refused);
    prune(from, topic, params_->prune_backoff, now);
    return;
  }
  add_to_mesh(from, topic, now);
}

void Router::on_prune(env::PeerId from, PeerRecord& peer, const Prune& prune, Instant now) {
  const TopicId topic = prune.topic.id;
  if (topic.value >= topic_count_) return;
  if ((peer.mesh & topic_bit(topic)) != 0) {
    actions_.reached(trace::RareState::pruned_by_peer);
    remove_from_mesh(from, topic, now);
  }
  const Duration backoff = prune.backoff_s
                               ? seconds(static_cast<std::int64_t>(std::min(*prune.backoff_s, kBackoffSecondsMax)))
                               : params_->prune_backoff;
  backoffs_.set(from, topic, backoff, now);
}

// An id we have, or are just checking.
bool Router::knows(const IdList& ids, std::size_t i, Instant now) {
  MessageNumber number = own_numbers_ ? kNoNumber : ids.number(i);
  if (number == kNoNumber) number = numbers_->find(ids.key(i));
  if (number != kNoNumber && seen_.contains(number, now)) return true;
  return !records_.empty() && records_.find(ids.key(i)) != nullptr;
}

void Router::on_ihave(env::PeerId from, PeerRecord& peer, const std::vector<IHave>& list, Instant now) {
  heard_ihave_ = true;
  if (!reaches(from, peer, params_->score.gossip_threshold, now)) {
    statistics_.ihave_ignored += list.size();
    return;
  }
  IdList wanted;
  for (const IHave& ihave : list) {
    if (peer.ihave_messages >= params_->ihave_messages_max) {
      ++statistics_.ihave_ignored;
      continue;
    }
    ++peer.ihave_messages;
    if (ihave.topic.id.value >= topic_count_ || !joined(ihave.topic.id)) {
      ++statistics_.ihave_ignored;
      continue;
    }
    for (std::size_t i = 0; i < ihave.ids->size(); ++i) {
      if (!knows(*ihave.ids, i, now)) wanted.add_from(*ihave.ids, i);
    }
  }
  const std::size_t room = static_cast<std::size_t>(params_->ids_asked_max) - peer.ids_asked;
  if (wanted.empty() || room == 0) return;
  wanted.drop_repeated();
  for (std::size_t i = wanted.size(); i > 1; --i) wanted.swap_entries(i - 1, random_.below(i));
  wanted.truncate(room);
  peer.ids_asked = static_cast<std::uint16_t>(peer.ids_asked + wanted.size());
  statistics_.ids_asked += wanted.size();
  if (promises_.size() < kPromisesMax) {
    promises_.push_back({now + params_->iwant_followup, wanted.key(random_.below(wanted.size())), from});
  }
  Rpc rpc;
  rpc.control.emplace().iwant.push_back({std::make_shared<const IdList>(std::move(wanted))});
  send_rpc(from, std::move(rpc), Class::gossip);
}

void Router::on_iwant(env::PeerId from, PeerRecord& peer, const std::vector<IWant>& list, Instant now) {
  if (!reaches(from, peer, params_->score.gossip_threshold, now)) return;
  for (const IWant& iwant : list) {
    std::vector<env::Frame> frames;
    for (std::size_t i = 0; i < iwant.ids->size(); ++i) {
      env::Frame frame = cache_.take_for(iwant.ids->key(i), from, params_->retransmissions_max);
      if (frame) frames.push_back(std::move(frame));
    }
    statistics_.ids_served += frames.size();
    for (std::size_t i = 0; i < frames.size();) i += send_merged(from, frames, i);
  }
}

}  // namespace lastmile::gossip
