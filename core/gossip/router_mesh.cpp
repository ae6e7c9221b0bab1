// The heartbeat (libp2p.md 12.5) and changes of mesh and fanout.
#include <algorithm>
#include <map>
#include <utility>

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
  topic_states_[topic.value].mesh.push_back({peer, static_cast<std::uint32_t>(record.identity)});
  topic_states_[topic.value].settled = false;
  topic_peer(peer, topic).grafted_at = now;
  if (!plain_weights_ || (counts_mesh_ & topic_bit(topic)) != 0) blame(record);  // P3 may come to count against it
}

void Router::remove_from_mesh(env::PeerId peer, TopicId topic, Instant now) {
  PeerRecord& record = peers_[peer.value];
  record.mesh &= ~topic_bit(topic);
  record.score_stale = true;
  topic_states_[topic.value].settled = false;
  std::erase_if(topic_states_[topic.value].mesh, [&](const MeshPeer& member) { return member.peer == peer; });
  if (record.extra) {  // a GRAFT that still waits for the transport would come into a back-off
    std::erase_if(record.extra->queue.control, [&](const ControlItem& item) {
      return item.kind == ControlItem::Kind::graft && item.topic == topic;
    });
  }
  const TopicScoreParams& params = topics_->score(topic);
  if (!params_->scoring || params.mesh_failure_weight == 0) return;
  catch_up(peer, record);
  TopicPeer& tp = topic_peer(peer, topic);
  const bool active = now - tp.grafted_at > params.mesh_deliveries_activation;
  if (!active || tp.mesh_deliveries >= params.mesh_deliveries_threshold) return;
  const double deficit = params.mesh_deliveries_threshold - tp.mesh_deliveries;
  tp.mesh_failures += static_cast<float>(deficit * deficit);
  record.counted |= topic_bit(topic);
  blame(record);
}

void Router::graft(env::PeerId peer, TopicId topic, Instant now) {
  add_to_mesh(peer, topic, now);
  collect(peer, {ControlItem::Kind::graft, topic});
}

void Router::prune(env::PeerId peer, TopicId topic, Duration backoff, Instant now) {
  if ((peers_[peer.value].mesh & topic_bit(topic)) != 0) remove_from_mesh(peer, topic, now);
  backoffs_.set(peer, topic, backoff, now);
  collect(peer, {ControlItem::Kind::prune, topic, static_cast<std::uint32_t>(backoff.ns / seconds(1).ns)});
}

bool Router::eligible(env::PeerId peer, TopicId topic, Instant now) {
  PeerRecord& record = peers_[peer.value];
  const std::uint32_t bit = topic_bit(topic);
  if (!record.connected || record.direct || (record.subscribed & bit) == 0 || (record.mesh & bit) != 0) return false;
  const Backoff* const backoff = backoffs_.find(peer, topic);
  if (backoff != nullptr && now < backoff->until + params_->heartbeat * params_->backoff_slack_heartbeats) return false;
  return reaches(peer, record, 0, now);
}

// Is anybody connected who wants the topic and is not in its mesh?
bool Router::has_others(TopicId topic) const {
  const std::uint32_t bit = topic_bit(topic);
  return std::any_of(connected_.begin(), connected_.end(), [&](env::PeerId peer) {
    const PeerRecord& record = peers_[peer.value];
    return (record.subscribed & bit) != 0 && (record.mesh & bit) == 0 && !record.direct;
  });
}

// Grafts up to `count` random eligible peers; with above_score only those that score more. False when there is none.
bool Router::graft_some(TopicId topic, std::size_t count, Instant now, bool outbound_only, const double* above_score) {
  std::vector<env::PeerId> candidates;
  for (const env::PeerId peer : connected_) {
    if (outbound_only && !peers_[peer.value].outbound) continue;
    if (!eligible(peer, topic, now)) continue;
    if (above_score != nullptr && computed_score(peer, now) <= *above_score) continue;
    candidates.push_back(peer);
  }
  draw(candidates, count, random_);
  for (const env::PeerId peer : candidates) graft(peer, topic, now);
  return !candidates.empty();
}

void Router::heartbeat(Instant now) {
  ++heartbeats_;
  if (!backoffs_.empty()) backoffs_.expire(now, params_->heartbeat * params_->backoff_slack_heartbeats);
  apply_promises(now);
  if (std::exchange(heard_ihave_, false)) {
    for (const env::PeerId peer : connected_) {
      peers_[peer.value].ids_asked = 0;
      peers_[peer.value].ihave_messages = 0;
    }
  }
  decay(now);
  if (!records_.empty()) records_.expire(now);
  if (heartbeats_ % kExpireEvery == 0) {
    const MessageNumber lowest = seen_.expire(now);
    if (own_numbers_) {
      numbers_->forget_before(lowest);
      if (numbers_->next() >= params_->renumber_at) seen_.renumber(numbers_->renumber());
    }
  }
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    if (joined(TopicId{t})) maintain_mesh(TopicId{t}, now);
  }
  std::vector<GossipTarget> targets;
  std::vector<SharedIds> ids;  // by TopicId
  if (!cache_.empty()) choose_gossip(targets, ids, now);
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
    actions_.reached(trace::RareState::promise_broken);
    add_behaviour(promise.peer, 1);
  }
  promises_.erase(promises_.begin(), promises_.begin() + static_cast<std::ptrdiff_t>(due));
}

void Router::maintain_mesh(TopicId topic, Instant now) {
  TopicState& state = topic_states_[topic.value];
  const auto every = static_cast<std::uint64_t>(params_->opportunistic_graft_heartbeats);
  const bool opportunity = params_->scoring && every > 0 && heartbeats_ % every == 0 && state.mesh.size() > 1;
  if (state.settled && blamed_ == 0 && !opportunity) return;

  bool strangers = false;
  for (std::size_t i = state.mesh.size(); i > 0; --i) {
    const env::PeerId peer = state.mesh[i - 1].peer;
    PeerRecord& record = peers_[peer.value];
    const bool stranger = (record.subscribed & topic_bit(topic)) == 0;
    strangers = strangers || stranger;
    // A GRAFT may come before its sender's subscription, but not for ever.
    const bool overdue = stranger && now - topic_peer(peer, topic).grafted_at >= params_->heartbeat;
    const bool blamed = !reaches(peer, record, 0, now);
    if (blamed) actions_.reached(trace::RareState::peer_dropped_for_score);
    if (overdue || blamed) prune(peer, topic, params_->prune_backoff, now);
  }
  const auto low = static_cast<std::size_t>(params_->mesh_low);
  const auto wanted = static_cast<std::size_t>(params_->mesh_wanted);
  const auto quota = static_cast<std::size_t>(params_->mesh_outbound);
  const auto outbound = [&] {
    return static_cast<std::size_t>(std::count_if(state.mesh.begin(), state.mesh.end(),
                                                  [&](const MeshPeer& m) { return peers_[m.peer.value].outbound; }));
  };
  bool stuck = backoffs_.empty();  // nobody is eligible, and time alone will not change that
  if (state.mesh.size() < low) {
    const bool grafted = graft_some(topic, wanted - state.mesh.size(), now, false, nullptr);
    if (!grafted && has_others(topic)) actions_.reached(trace::RareState::mesh_starved);
    stuck = !grafted && stuck;
  }
  if (state.mesh.size() > static_cast<std::size_t>(params_->mesh_high)) trim_mesh(topic, now);
  if (state.mesh.size() >= low && outbound() < quota) {
    stuck = !graft_some(topic, quota - outbound(), now, true, nullptr) && stuck;
  }
  if (opportunity) graft_better(topic, now);
  const bool enough = state.mesh.size() >= low && outbound() >= quota;
  state.settled = !strangers && state.mesh.size() <= static_cast<std::size_t>(params_->mesh_high) && (enough || stuck);
}

// A mesh of mediocre peers gets two that are better than its median.
void Router::graft_better(TopicId topic, Instant now) {
  std::vector<double> scores;
  for (const MeshPeer& member : topic_states_[topic.value].mesh) scores.push_back(computed_score(member.peer, now));
  if (scores.empty()) return;
  std::sort(scores.begin(), scores.end());
  const double median = scores[scores.size() / 2];
  if (median >= params_->score.opportunistic_graft_threshold) return;
  graft_some(topic, static_cast<std::size_t>(params_->opportunistic_graft_peers), now, false, &median);
}

// Keeps the best-scored and random others, with the quota of outbound connections.
void Router::trim_mesh(TopicId topic, Instant now) {
  std::vector<env::PeerId> order;
  std::map<env::PeerId, double> scores;
  for (const MeshPeer& member : topic_states_[topic.value].mesh) {
    scores[member.peer] = params_->scoring ? computed_score(member.peer, now) : 0;
    order.push_back(member.peer);
  }
  const auto wanted = static_cast<std::size_t>(params_->mesh_wanted);
  const auto best = static_cast<std::size_t>(params_->mesh_scored);
  random_.shuffle(order);  // so that equals are not kept by number
  std::stable_sort(order.begin(), order.end(), [&](env::PeerId a, env::PeerId b) { return scores[a] > scores[b]; });
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
  std::vector<env::PeerId> candidates;
  for (const env::PeerId peer : connected_) {
    PeerRecord& record = peers_[peer.value];
    if ((record.subscribed & topic_bit(topic)) == 0 || record.direct) continue;
    if (std::find(state.fanout.begin(), state.fanout.end(), peer) != state.fanout.end()) continue;
    if (reaches(peer, record, params_->score.publish_threshold, now)) candidates.push_back(peer);
  }
  draw(candidates, wanted - state.fanout.size(), random_);
  state.fanout.insert(state.fanout.end(), candidates.begin(), candidates.end());
}

void Router::maintain_fanout(TopicId topic, Instant now) {
  TopicState& state = topic_states_[topic.value];
  if (state.fanout.empty()) return;
  if (now - state.fanout_used > params_->fanout_lifetime) {
    state.fanout = {};
    return;
  }
  std::erase_if(state.fanout, [&](env::PeerId peer) {
    return !reaches(peer, peers_[peer.value], params_->score.publish_threshold, now);
  });
  fill_fanout(topic, now);
}

// IHAVE with the ids of the newest windows, per topic, for random peers outside mesh and fanout.
void Router::choose_gossip(std::vector<GossipTarget>& targets, std::vector<SharedIds>& ids, Instant now) {
  std::vector<env::PeerId> candidates;
  candidates.reserve(connected_.size());
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    const TopicState& state = topic_states_[t];
    if (!joined(TopicId{t}) && state.fanout.empty()) continue;
    candidates.clear();
    const std::uint32_t bit = topic_bit(TopicId{t});
    for (const env::PeerId peer : connected_) {
      PeerRecord& record = peers_[peer.value];
      if ((record.subscribed & bit) == 0 || (record.mesh & bit) != 0 || record.direct) continue;
      if (!reaches(peer, record, params_->score.gossip_threshold, now)) continue;
      if (std::find(state.fanout.begin(), state.fanout.end(), peer) != state.fanout.end()) continue;
      candidates.push_back(peer);
    }
    if (candidates.empty()) continue;
    SharedIds list = newest_ids(TopicId{t});
    if (!list) continue;
    const auto share = static_cast<std::size_t>(params_->gossip_factor * static_cast<double>(candidates.size()));
    draw(candidates, std::max(static_cast<std::size_t>(params_->gossip_least), share), random_);
    ids.resize(topic_count_);
    ids[t] = std::move(list);
    for (const env::PeerId peer : candidates) targets.push_back({peer, TopicId{t}});
  }
}

// The ids of the windows to gossip about, shuffled and cut; null when there are none.
SharedIds Router::newest_ids(TopicId topic) {
  const std::size_t most = cache_.count_of_newest(params_->history_gossip);
  if (most == 0) return nullptr;
  auto list = std::make_shared<IdList>();
  list->reserve(most);
  cache_.for_newest(params_->history_gossip, [&](const MessageCache::Entry& entry) {
    if (entry.topic != topic) return;
    const MessageNumber number = own_numbers_ ? kNoNumber : entry.number;
    if (params_->id_scheme.kind == IdKind::content) {
      list->add(entry.key, number);
    } else {
      const MessageFields& fields = rpc_body(entry.frame)->rpc().publish.front()->fields();
      list->add_wire(params_->id_scheme, wire_id(params_->id_scheme, fields), number);
    }
  });
  if (list->empty()) return nullptr;
  for (std::size_t i = list->size(); i > 1; --i) list->swap_entries(i - 1, random_.below(i));
  list->truncate(kIdsPerEntryMax);
  return list;
}

}  // namespace lastmile::gossip
