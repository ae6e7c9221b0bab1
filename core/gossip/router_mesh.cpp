// The heartbeat (libp2p.md 12.5) and changes of mesh and fanout.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/router.hpp"

namespace lastmile::gossip {
namespace {

constexpr std::uint64_t kExpireEvery = 16;  // heartbeats between two releases of seen-cache memory

// Moves `count` elements drawn without replacement to the front; all of them, undrawn, when there are no more.
template <class T>
void draw(std::vector<T>& items, std::size_t count, Generator& random) {
  if (count >= items.size()) return;
  for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + random.below(items.size() - i)]);
  items.resize(count);
}

}  // namespace

void Router::add_to_mesh(env::PeerId peer, TopicId topic, Instant now) {
  PeerRecord& record = peers_[peer.value];
  LM_CHECK((record.mesh & topic_bit(topic)) == 0);
  record.mesh |= topic_bit(topic);
  record.score_stale = true;
  topic_states_[topic.value].mesh.push_back({peer, static_cast<std::uint32_t>(record.identity)});
  TopicPeer& tp = topic_peer(peer, topic);
  tp.grafted_at = now;
  tp.mesh_deliveries_active = false;
}

void Router::remove_from_mesh(env::PeerId peer, TopicId topic, Instant now) {
  PeerRecord& record = peers_[peer.value];
  record.mesh &= ~topic_bit(topic);
  record.score_stale = true;
  std::erase_if(topic_states_[topic.value].mesh, [&](const MeshPeer& member) { return member.peer == peer; });
  TopicPeer& tp = topic_peer(peer, topic);
  const TopicScoreParams& params = topics_->score(topic);
  const bool active = tp.mesh_deliveries_active || now - tp.grafted_at > params.mesh_deliveries_activation;
  if (params_->scoring && active && tp.mesh_deliveries < params.mesh_deliveries_threshold) {
    const double deficit = params.mesh_deliveries_threshold - tp.mesh_deliveries;
    if (params.mesh_failure_weight != 0) tp.mesh_failures += static_cast<float>(deficit * deficit);
  }
  tp.mesh_deliveries_active = false;
}

// A running back-off is never shortened.
void Router::set_backoff(env::PeerId peer, TopicId topic, Duration backoff, Instant now) {
  TopicPeer& tp = topic_peer(peer, topic);
  tp.backoff_until = std::max(tp.backoff_until, now + backoff);
  tp.pruned_at = now;
}

void Router::graft(env::PeerId peer, TopicId topic, Instant now) {
  add_to_mesh(peer, topic, now);
  collect(peer, {ControlItem::Kind::graft, topic});
}

void Router::prune(env::PeerId peer, TopicId topic, Duration backoff, Instant now) {
  if ((peers_[peer.value].mesh & topic_bit(topic)) != 0) remove_from_mesh(peer, topic, now);
  set_backoff(peer, topic, backoff, now);
  collect(peer, {ControlItem::Kind::prune, topic, static_cast<std::uint32_t>(backoff.ns / seconds(1).ns)});
}

bool Router::eligible(env::PeerId peer, TopicId topic, Instant now) {
  PeerRecord& record = peers_[peer.value];
  const std::uint32_t bit = topic_bit(topic);
  if (!record.connected || record.direct || (record.subscribed & bit) == 0 || (record.mesh & bit) != 0) return false;
  const Instant backoff = topic_peer(peer, topic).backoff_until;
  if (backoff.ns != 0 && now < backoff + params_->heartbeat * params_->backoff_slack_heartbeats) return false;
  return current_score(peer, record, now) >= 0;
}

// Grafts up to `count` random eligible peers; with above_score only those that score more.
void Router::graft_some(TopicId topic, std::size_t count, Instant now, bool outbound_only, const double* above_score) {
  candidates_.clear();
  for (const env::PeerId peer : connected_) {
    if (outbound_only && !peers_[peer.value].outbound) continue;
    if (!eligible(peer, topic, now)) continue;
    if (above_score != nullptr && peers_[peer.value].score <= *above_score) continue;
    candidates_.push_back(peer);
  }
  draw(candidates_, count, random_);
  for (const env::PeerId peer : candidates_) graft(peer, topic, now);
}

void Router::heartbeat(Instant now) {
  ++heartbeats_;
  apply_promises(now);
  for (const env::PeerId peer : connected_) {
    peers_[peer.value].ids_asked = 0;
    peers_[peer.value].ihave_messages = 0;
  }
  decay(now);
  if (!records_.empty()) records_.expire(now);
  if (heartbeats_ % kExpireEvery == 0) {
    const MessageNumber lowest = seen_.expire(now);
    if (own_numbers_) numbers_->forget_before(lowest);
  }
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    if (joined(TopicId{t})) maintain_mesh(TopicId{t}, now);
  }
  std::vector<GossipTarget> targets;
  std::vector<SharedIds> ids;
  choose_gossip(targets, ids, now);
  for (std::uint16_t t = 0; t < topic_count_; ++t) maintain_fanout(TopicId{t}, now);
  if (!targets.empty() || !outgoing_.empty()) flush(std::move(targets), ids);
  if (!cache_.empty()) cache_.shift();
}

void Router::apply_promises(Instant now) {
  if (promises_.empty()) return;
  std::size_t due = 0;
  for (; due < promises_.size() && promises_[due].deadline <= now; ++due) {
    const Promise& promise = promises_[due];
    if (has_seen(promise.key, now) || records_.find(promise.key) != nullptr) continue;
    ++statistics_.promises_broken;
    add_behaviour(promise.peer, 1);
  }
  promises_.erase(promises_.begin(), promises_.begin() + static_cast<std::ptrdiff_t>(due));
}

void Router::maintain_mesh(TopicId topic, Instant now) {
  TopicState& state = topic_states_[topic.value];
  for (std::size_t i = state.mesh.size(); i > 0; --i) {
    const env::PeerId peer = state.mesh[i - 1].peer;
    PeerRecord& record = peers_[peer.value];
    // A GRAFT may come before its sender's subscription, but not for ever.
    const bool stranger =
        (record.subscribed & topic_bit(topic)) == 0 && now - topic_peer(peer, topic).grafted_at >= params_->heartbeat;
    if (stranger || current_score(peer, record, now) < 0) prune(peer, topic, params_->prune_backoff, now);
  }
  const auto low = static_cast<std::size_t>(params_->mesh_low);
  const auto wanted = static_cast<std::size_t>(params_->mesh_wanted);
  if (state.mesh.size() < low) graft_some(topic, wanted - state.mesh.size(), now, false, nullptr);
  if (state.mesh.size() > static_cast<std::size_t>(params_->mesh_high)) trim_mesh(topic, now);
  if (state.mesh.size() >= low) {
    const auto outbound = static_cast<std::size_t>(std::count_if(
        state.mesh.begin(), state.mesh.end(), [&](const MeshPeer& m) { return peers_[m.peer.value].outbound; }));
    const auto quota = static_cast<std::size_t>(params_->mesh_outbound);
    if (outbound < quota) graft_some(topic, quota - outbound, now, true, nullptr);
  }
  const int every = params_->opportunistic_graft_heartbeats;
  if (params_->scoring && every > 0 && heartbeats_ % static_cast<std::uint64_t>(every) == 0 && state.mesh.size() > 1) {
    std::vector<double> scores;
    for (const MeshPeer& member : state.mesh)
      scores.push_back(current_score(member.peer, peers_[member.peer.value], now));
    std::sort(scores.begin(), scores.end());
    const double median = scores[scores.size() / 2];
    if (median < params_->score.opportunistic_graft_threshold) {
      graft_some(topic, static_cast<std::size_t>(params_->opportunistic_graft_peers), now, false, &median);
    }
  }
}

// Keeps the best-scored and random others, with the quota of outbound connections.
void Router::trim_mesh(TopicId topic, Instant now) {
  std::vector<env::PeerId> order;
  for (const MeshPeer& member : topic_states_[topic.value].mesh) {
    (void)current_score(member.peer, peers_[member.peer.value], now);
    order.push_back(member.peer);
  }
  const auto wanted = static_cast<std::size_t>(params_->mesh_wanted);
  const auto best = static_cast<std::size_t>(params_->mesh_scored);
  random_.shuffle(order);  // so that equals are not kept by number
  std::stable_sort(order.begin(), order.end(),
                   [&](env::PeerId a, env::PeerId b) { return peers_[a.value].score > peers_[b.value].score; });
  for (std::size_t i = order.size(); i > best + 1; --i) std::swap(order[i - 1], order[best + random_.below(i - best)]);

  const auto is_outbound = [&](env::PeerId peer) { return bool{peers_[peer.value].outbound}; };
  auto kept = std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted), is_outbound);
  std::size_t give = wanted;  // the kept peer before this place is the next to make room
  for (std::size_t i = wanted; i < order.size() && kept < params_->mesh_outbound; ++i) {
    if (!is_outbound(order[i])) continue;
    while (give > 0 && is_outbound(order[give - 1])) --give;
    if (give == 0) break;
    std::swap(order[i], order[--give]);
    ++kept;
  }
  for (std::size_t i = wanted; i < order.size(); ++i) prune(order[i], topic, params_->prune_backoff, now);
}

void Router::fill_fanout(TopicId topic, Instant now) {
  TopicState& state = topic_states_[topic.value];
  const auto wanted = static_cast<std::size_t>(params_->mesh_wanted);
  if (state.fanout.size() >= wanted) return;
  candidates_.clear();
  for (const env::PeerId peer : connected_) {
    PeerRecord& record = peers_[peer.value];
    if ((record.subscribed & topic_bit(topic)) == 0 || record.direct) continue;
    if (std::find(state.fanout.begin(), state.fanout.end(), peer) != state.fanout.end()) continue;
    if (current_score(peer, record, now) >= params_->score.publish_threshold) candidates_.push_back(peer);
  }
  draw(candidates_, wanted - state.fanout.size(), random_);
  state.fanout.insert(state.fanout.end(), candidates_.begin(), candidates_.end());
}

void Router::maintain_fanout(TopicId topic, Instant now) {
  TopicState& state = topic_states_[topic.value];
  if (state.fanout.empty()) return;
  if (now - state.fanout_used > params_->fanout_lifetime) {
    state.fanout = {};
    return;
  }
  std::erase_if(state.fanout, [&](env::PeerId peer) {
    return current_score(peer, peers_[peer.value], now) < params_->score.publish_threshold;
  });
  fill_fanout(topic, now);
}

// IHAVE with the ids of the newest windows, per topic, for random peers outside mesh and fanout.
void Router::choose_gossip(std::vector<GossipTarget>& targets, std::vector<SharedIds>& ids, Instant now) {
  if (cache_.empty()) return;
  std::vector<std::shared_ptr<IdList>> lists(topic_count_);
  cache_.for_newest(params_->history_gossip, [&](const MessageCache::Entry& entry) {
    std::shared_ptr<IdList>& list = lists[entry.topic.value];
    if (!list) list = std::make_shared<IdList>();
    if (params_->id_scheme.kind == IdKind::content) {
      list->add(entry.key, own_numbers_ ? kNoNumber : entry.number);
    } else {
      const MessageFields& fields = rpc_body(entry.frame)->rpc().publish.front()->fields();
      list->add_wire(params_->id_scheme, wire_id(params_->id_scheme, fields), own_numbers_ ? kNoNumber : entry.number);
    }
  });
  ids.resize(topic_count_);
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    const TopicState& state = topic_states_[t];
    if (!lists[t] || (!joined(TopicId{t}) && state.fanout.empty())) continue;
    candidates_.clear();
    const std::uint32_t bit = topic_bit(TopicId{t});
    for (const env::PeerId peer : connected_) {
      PeerRecord& record = peers_[peer.value];
      if ((record.subscribed & bit) == 0 || (record.mesh & bit) != 0 || record.direct) continue;
      if (current_score(peer, record, now) < params_->score.gossip_threshold) continue;
      if (std::find(state.fanout.begin(), state.fanout.end(), peer) != state.fanout.end()) continue;
      candidates_.push_back(peer);
    }
    if (candidates_.empty()) continue;
    const auto share = static_cast<std::size_t>(params_->gossip_factor * static_cast<double>(candidates_.size()));
    draw(candidates_, std::max(static_cast<std::size_t>(params_->gossip_least), share), random_);
    IdList& list = *lists[t];
    for (std::size_t i = list.size(); i > 1; --i) list.swap_entries(i - 1, random_.below(i));
    list.truncate(kIdsPerEntryMax);
    ids[t] = lists[t];
    for (const env::PeerId peer : candidates_) targets.push_back({peer, TopicId{t}});
  }
}

}  // namespace lastmile::gossip
