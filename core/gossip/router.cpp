#include "core/gossip/router.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::gossip {
namespace {

void insert_sorted(std::vector<env::PeerId>& peers, env::PeerId peer) {
  peers.insert(std::lower_bound(peers.begin(), peers.end(), peer), peer);
}
void erase_sorted(std::vector<env::PeerId>& peers, env::PeerId peer) {
  const auto at = std::lower_bound(peers.begin(), peers.end(), peer);
  if (at != peers.end() && *at == peer) peers.erase(at);
}
// Groups are compared in 32 bits: two addresses in ten thousand million would have to meet by chance.
std::uint32_t fold(std::uint64_t group) {
  const auto folded = static_cast<std::uint32_t>(group ^ group >> 32);
  return group != 0 && folded == 0 ? 1 : folded;
}
std::vector<env::PeerId> sorted(std::vector<env::PeerId> peers) {
  std::sort(peers.begin(), peers.end());
  return peers;
}

}  // namespace

Router::Router(SharedParams params, std::shared_ptr<const Topics> topics, std::shared_ptr<MessageNumbers> numbers,
               std::uint64_t own_identity, Generator& random, Actions& actions)
    : seen_(params->seen_time),
      topic_count_(static_cast<std::uint16_t>(topics->size())),
      own_numbers_(numbers == nullptr),
      hot_params_(params.get()),
      records_(random.next()),
      actions_(actions),
      topic_states_(topics->size()),
      cache_(params->history_length, random.next()),
      own_identity_(own_identity),
      params_(std::move(params)),
      topics_(std::move(topics)),
      numbers_(std::move(numbers)),
      random_(random) {
  LM_CHECK(consistent(*params_));
  plain_weights_ = params_->score.app_weight >= 0;
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    const TopicScoreParams& score = topics_->score(TopicId{t});
    if (score.counts_mesh_deliveries()) counts_mesh_ |= 1u << t;
    plain_weights_ =
        plain_weights_ && score.weight >= 0 && score.time_in_mesh_weight >= 0 && score.first_deliveries_weight >= 0;
  }
  const std::uint64_t seed = random.next();  // drawn either way, so that sharing changes nobody's luck
  if (own_numbers_) numbers_ = std::make_shared<MessageNumbers>(seed);
}

PeerRecord* Router::find(env::PeerId peer) {
  return peer.value < peers_.size() && peers_[peer.value].connected ? &peers_[peer.value] : nullptr;
}
const PeerRecord* Router::find(env::PeerId peer) const {
  return peer.value < peers_.size() && peers_[peer.value].connected ? &peers_[peer.value] : nullptr;
}

void Router::on_connected(env::PeerId peer, const PeerOptions& options, Instant now) {
  LM_CHECK(peer.value < kPeerNumbersMax);
  if (find(peer) != nullptr) return;
  if (peer.value >= peers_.size()) {
    peers_.resize(peer.value + 1);
    topic_peers_.resize(peers_.size() * topic_count_);
  }
  PeerRecord& record = peers_[peer.value];
  if (Instant{seconds(record.retain_until_s).ns} <= now) forget_scores(peer);
  record.connected = true;
  record.blamed = false;
  record.outbound = options.direction == env::Direction::outbound;
  record.direct = options.direct;
  record.identity = options.identity;
  record.address_group = fold(options.address_group);
  record.decayed_at = ticks_;  // no decay while away
  insert_sorted(connected_, peer);
  if (options.direct) insert_sorted(direct_, peer);
  reconsider(peer, record);
  if (record.address_group != 0) change_address_group(record.address_group, +1);

  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    if (joined(TopicId{t})) collect(peer, {ControlItem::Kind::subscribe, TopicId{t}});
  }
  flush();
}

void Router::on_lost(env::PeerId peer, Instant now) {
  PeerRecord* const record = find(peer);
  if (record == nullptr) return;
  const double score = params_->scoring ? computed_score(peer, now) : 0;
  catch_up(peer, *record);
  for (std::uint16_t t = 0; t < topic_count_; ++t) {
    const TopicId topic{t};
    if ((record->mesh & topic_bit(topic)) != 0) remove_from_mesh(peer, topic, now);
    std::erase(topic_states_[t].fanout, peer);
    topic_peer(peer, topic).first_deliveries = 0;
  }
  if (score > 0) {
    forget_scores(peer);
  } else {
    const Instant until = now + params_->score.retain_score;
    record->retain_until_s = static_cast<std::uint32_t>((until.ns + seconds(1).ns - 1) / seconds(1).ns);
  }
  if (record->blamed) --blamed_;
  if (record->congested) --congested_;
  record->connected = record->direct = record->congested = record->blamed = false;
  record->subscribed = 0;
  record->extra.reset();
  erase_sorted(connected_, peer);
  erase_sorted(direct_, peer);
  if (record->address_group != 0) change_address_group(record->address_group, -1);
}

void Router::on_forgotten(env::PeerId peer) {
  if (peer.value >= peers_.size() || peers_[peer.value].connected) return;
  forget_scores(peer);
  peers_[peer.value] = PeerRecord{};
  backoffs_.forget(peer);
  records_.forget(peer);
  cache_.forget(peer);
  std::erase_if(promises_, [peer](const Promise& promise) { return promise.peer == peer; });
}

// Counters go, back-offs and what the application thinks of the peer stay.
void Router::forget_scores(env::PeerId peer) {
  PeerRecord& record = peers_[peer.value];
  record.behaviour = 0;
  record.score = 0;
  record.retain_until_s = 0;
  record.counted = 0;
  for (std::uint16_t t = 0; t < topic_count_; ++t) topic_peer(peer, TopicId{t}) = TopicPeer{};
}

// Everybody on this address changes score when somebody comes or goes.
void Router::change_address_group(std::uint32_t group, int by) {
  const auto at = std::lower_bound(address_groups_.begin(), address_groups_.end(), group,
                                   [](const auto& entry, std::uint32_t g) { return entry.first < g; });
  if (at == address_groups_.end() || at->first != group) {
    LM_CHECK(by > 0);
    address_groups_.insert(at, {group, 1});
  } else {
    at->second += static_cast<std::uint32_t>(by);
    if (at->second == 0) address_groups_.erase(at);
  }
  for (const env::PeerId peer : connected_) {
    PeerRecord& record = peers_[peer.value];
    if (record.address_group != group) continue;
    catch_up(peer, record);
    reconsider(peer, record);
  }
}

std::uint32_t Router::peers_in_group(std::uint32_t group) const {
  const auto at = std::lower_bound(address_groups_.begin(), address_groups_.end(), group,
                                   [](const auto& entry, std::uint32_t g) { return entry.first < g; });
  return at != address_groups_.end() && at->first == group ? at->second : 0;
}

void Router::join(TopicId topic, Instant now) {
  LM_CHECK(topic.value < topic_count_);
  if (joined(topic)) return;
  joined_ |= topic_bit(topic);
  for (const env::PeerId peer : connected_) collect(peer, {ControlItem::Kind::subscribe, topic});
  TopicState& state = topic_states_[topic.value];
  const std::vector<env::PeerId> fanout = std::exchange(state.fanout, {});
  const auto wanted = static_cast<std::size_t>(params_->mesh_wanted);
  for (const env::PeerId peer : fanout) {
    if (state.mesh.size() < wanted && eligible(peer, topic, now)) graft(peer, topic, now);
  }
  if (state.mesh.size() < wanted) graft_some(topic, wanted - state.mesh.size(), now, false, nullptr);
  flush();
}

void Router::leave(TopicId topic, Instant now) {
  LM_CHECK(topic.value < topic_count_);
  if (!joined(topic)) return;
  joined_ &= ~topic_bit(topic);
  for (const env::PeerId peer : connected_) collect(peer, {ControlItem::Kind::unsubscribe, topic});
  const std::vector<MeshPeer> members = topic_states_[topic.value].mesh;
  for (const MeshPeer& member : members) prune(member.peer, topic, params_->unsubscribe_backoff, now);
  topic_states_[topic.value].mesh = {};
  flush();
}

void Router::on_frame(env::PeerId from, const env::Frame& frame, Instant now) {
  PeerRecord* const peer = find(from);
  if (peer == nullptr) return;
  const RpcBody* const body = rpc_body(frame);
  if (body != nullptr) [[likely]] {
    if (const MessageRef* message = body->single()) [[likely]] {
      receive(from, *peer, *message, &frame, now);
      return;
    }
  }
  const std::size_t size = frame->wire_size();
  if (size <= params_->rpc_bytes_max) {
    if (body != nullptr) return on_rpc(from, *peer, body->rpc(), now);
    if (frame->kind() == env::FrameKind::bytes) {
      const auto& bytes = static_cast<const env::BytesBody&>(*frame).bytes();
      const Result<Rpc> rpc = decode_rpc(bytes, *topics_, params_->id_scheme);
      if (rpc) return on_rpc(from, *peer, *rpc, now);
    }
  }
  // The transport delivers what was sent: no honest peer sends what cannot be read, or what nobody reads. Between our
  // limit and that of the network others may.
  ++statistics_.malformed;
  if (size <= params_->rpc_bytes_max || size > kRpcBytesMaxKubo) add_behaviour(from, 1);
}

void Router::on_rpc(env::PeerId from, PeerRecord& peer, const Rpc& rpc, Instant now) {
  if (!rpc.subscriptions.empty()) on_subscriptions(from, peer, rpc.subscriptions, now);
  const std::size_t count = std::min(rpc.publish.size(), kRpcMessagesMax);
  for (std::size_t i = 0; i < count; ++i) receive(from, peer, rpc.publish[i], nullptr, now);
  if (rpc.control) on_control(from, peer, *rpc.control, now);
}

std::vector<env::PeerId> Router::mesh(TopicId topic) const {
  std::vector<env::PeerId> peers;
  for (const MeshPeer& member : topic_states_[topic.value].mesh) peers.push_back(member.peer);
  return sorted(std::move(peers));
}

std::vector<env::PeerId> Router::fanout(TopicId topic) const { return sorted(topic_states_[topic.value].fanout); }

std::vector<env::PeerId> Router::subscribers(TopicId topic) const {
  std::vector<env::PeerId> peers;
  for (const env::PeerId peer : connected_) {
    if ((peers_[peer.value].subscribed & topic_bit(topic)) != 0) peers.push_back(peer);
  }
  return peers;
}

bool Router::in_backoff(env::PeerId peer, TopicId topic, Instant now) const {
  const Backoff* const backoff = backoffs_.find(peer, topic);
  return backoff != nullptr && backoff->until > now;
}

bool Router::has_seen(MessageKey key, Instant now) const {
  const MessageNumber number = numbers_->find(key);
  return number != kNoNumber && seen_.contains(number, now);
}

std::size_t Router::queued(env::PeerId peer) const {
  const PeerRecord* const record = find(peer);
  if (record == nullptr || !record->extra) return 0;
  return record->extra->queue.size() + record->extra->queue.control.size();
}

std::size_t Router::longest_queue() const {
  std::size_t longest = 0;
  if (congested_ == 0) return longest;
  for (const env::PeerId peer : connected_) {
    if (const auto& extra = peers_[peer.value].extra) longest = std::max(longest, extra->queue.size());
  }
  return longest;
}

std::size_t Router::memory_bytes() const {
  std::size_t sum = sizeof *this + peers_.capacity() * sizeof(PeerRecord) +
                    topic_peers_.capacity() * sizeof(TopicPeer) + topic_states_.capacity() * sizeof(TopicState) +
                    seen_.memory_bytes() + cache_.memory_bytes() + records_.memory_bytes() +
                    connected_.capacity() * sizeof(env::PeerId) + direct_.capacity() * sizeof(env::PeerId) +
                    promises_.capacity() * sizeof(Promise) + outgoing_.capacity() * sizeof(Outgoing) +
                    backoffs_.memory_bytes() + address_groups_.capacity() * sizeof(address_groups_[0]);
  for (const TopicState& state : topic_states_) {
    sum += state.mesh.capacity() * sizeof(MeshPeer) + state.fanout.capacity() * sizeof(env::PeerId);
  }
  for (const PeerRecord& record : peers_) {
    if (!record.extra) continue;
    sum += sizeof(PeerExtra) + record.extra->unknown_topics.capacity() * sizeof(std::uint64_t);
  }
  if (own_numbers_) sum += numbers_->memory_bytes();
  return sum;
}

}  // namespace lastmile::gossip
