// What leaves the router: control collected per peer, frames, and the queue of a peer whose transport is full (12.3).
#include <algorithm>

#include "core/gossip/router.hpp"

namespace lastmile::gossip {

PeerExtra& Router::extra_of(PeerRecord& record) {
  if (!record.extra) record.extra = std::make_unique<PeerExtra>();
  return *record.extra;
}

void Router::count_sent(const env::Frame& frame) {
  const auto& rpc = rpc_body(frame)->rpc();
  if (rpc.publish.empty()) {
    ++statistics_.control_frames_sent;
    statistics_.control_bytes_sent += frame->wire_size();
  } else {
    statistics_.messages_sent += rpc.publish.size();
    statistics_.message_bytes_sent += frame->wire_size();
  }
}

void Router::congest(PeerRecord& record) {
  if (record.congested) return;
  record.congested = true;
  ++congested_;
}

void Router::send_frame(env::PeerId peer, const env::Frame& frame, Class kind) {
  if (congested_ == 0 || !peers_[peer.value].congested) [[likely]] {
    if (actions_.send(peer, frame)) [[likely]] {
      count_sent(frame);
      return;
    }
    congest(peers_[peer.value]);
  }
  OutboundQueue& queue = extra_of(peers_[peer.value]).queue;
  const std::size_t dropped =
      kind == Class::gossip ? queue.add_gossip(frame) : queue.add_message(frame, kind == Class::own);
  if (dropped > 0) actions_.reached(trace::RareState::outbound_dropped);
  statistics_.outbound_dropped += dropped;
  longest_queue_ever_ = std::max(longest_queue_ever_, queue.size());
}

// An RPC of gossip, cut where it is too large.
void Router::send_rpc(env::PeerId peer, Rpc rpc, Class kind) {
  if (wire_size(rpc) <= params_->rpc_bytes_max) {
    send_frame(peer, RpcBody::of(std::move(rpc)), kind);
    return;
  }
  for (Rpc& part : split_rpc(std::move(rpc), params_->rpc_bytes_max)) {
    send_frame(peer, RpcBody::of(std::move(part)), kind);
  }
}

// One RPC of as many one-message frames as fit, from `first` on; returns how many.
std::size_t Router::merged(const std::vector<env::Frame>& frames, std::size_t first, env::Frame& out) const {
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (first + count < frames.size() && count < kRpcMessagesMax) {
    bytes += frames[first + count]->wire_size();
    if (count > 0 && bytes > params_->rpc_bytes_max) break;
    ++count;
  }
  if (count <= 1) {
    out = frames[first];
    return 1;
  }
  Rpc rpc;
  for (std::size_t i = 0; i < count; ++i) rpc.publish.push_back(rpc_body(frames[first + i])->rpc().publish.front());
  out = RpcBody::of(std::move(rpc));
  return count;
}

std::size_t Router::send_merged(env::PeerId peer, const std::vector<env::Frame>& frames, std::size_t first) {
  if (peers_[peer.value].congested) {  // queued one by one, so that they can be dropped one by one
    send_frame(peer, frames[first], Class::forwarded);
    return 1;
  }
  env::Frame frame;
  const std::size_t count = merged(frames, first, frame);
  if (actions_.send(peer, frame)) {
    count_sent(frame);
    return count;
  }
  congest(peers_[peer.value]);
  send_frame(peer, frames[first], Class::forwarded);
  return 1;
}

Rpc Router::control_rpc(std::span<const ControlItem> items) const {
  Rpc rpc;
  for (const ControlItem& item : items) {
    TopicRef topic = topic_ref(*topics_, item.topic);
    switch (item.kind) {
      case ControlItem::Kind::subscribe:
        rpc.subscriptions.push_back({true, std::move(topic)});
        break;
      case ControlItem::Kind::unsubscribe:
        rpc.subscriptions.push_back({false, std::move(topic)});
        break;
      case ControlItem::Kind::graft:
        if (!rpc.control) rpc.control.emplace();
        rpc.control->graft.push_back({std::move(topic)});
        break;
      case ControlItem::Kind::prune:
        if (!rpc.control) rpc.control.emplace();
        rpc.control->prune.push_back({std::move(topic), {}, item.backoff_s});
        break;
    }
  }
  return rpc;
}

// Control and gossip of one peer in one RPC where the size allows; where the transport is full, control waits in the
// queue as items and gossip as a frame that may be dropped.
void Router::send_control(env::PeerId peer, std::span<const ControlItem> items, std::vector<IHave> gossip) {
  PeerRecord& record = peers_[peer.value];
  if (!record.congested) {
    Rpc rpc = control_rpc(items);
    for (const IHave& ihave : gossip) {
      if (!rpc.control) rpc.control.emplace();
      rpc.control->ihave.push_back(ihave);
    }
    for (Rpc& part : split_rpc(std::move(rpc), params_->rpc_bytes_max)) {
      const env::Frame frame = RpcBody::of(std::move(part));
      if (!actions_.send(peer, frame)) {
        congest(record);
        break;
      }
      count_sent(frame);
    }
    if (!record.congested) return;
  }
  OutboundQueue& queue = extra_of(record).queue;
  for (const ControlItem& item : items) queue.add_control(item);
  if (gossip.empty()) return;
  Rpc rpc;
  rpc.control.emplace().ihave = std::move(gossip);
  send_rpc(peer, std::move(rpc), Class::gossip);
}

void Router::flush() {
  if (!outgoing_.empty()) flush({}, {});
}

// Everything collected, joined with the gossip of this heartbeat: one RPC per peer, in order of peers. Peers that get
// the same gossip and nothing else share one frame.
void Router::flush(std::vector<GossipTarget> gossip, const std::vector<SharedIds>& ids) {
  std::vector<Outgoing> items = std::exchange(outgoing_, {});
  std::stable_sort(items.begin(), items.end(), [](const Outgoing& a, const Outgoing& b) { return a.peer < b.peer; });
  std::stable_sort(gossip.begin(), gossip.end(),
                   [](const GossipTarget& a, const GossipTarget& b) { return a.peer < b.peer; });
  std::vector<std::pair<std::uint32_t, env::Frame>> made;  // topics of a gossip-only RPC
  std::vector<ControlItem> own;
  for (std::size_t i = 0, g = 0; i < items.size() || g < gossip.size();) {
    env::PeerId peer = i < items.size() ? items[i].peer : gossip[g].peer;
    if (g < gossip.size()) peer = std::min(peer, gossip[g].peer);
    own.clear();
    for (; i < items.size() && items[i].peer == peer; ++i) own.push_back(items[i].item);
    std::uint32_t topics = 0;
    for (; g < gossip.size() && gossip[g].peer == peer; ++g) topics |= topic_bit(gossip[g].topic);
    if (find(peer) == nullptr) continue;

    const auto known = std::find_if(made.begin(), made.end(), [&](const auto& m) { return m.first == topics; });
    if (own.empty() && known != made.end()) {
      send_frame(peer, known->second, Class::gossip);
      continue;
    }
    std::vector<IHave> ihave;
    for (std::uint16_t t = 0; t < topic_count_; ++t) {
      if ((topics >> t & 1) != 0) ihave.push_back({topic_ref(*topics_, TopicId{t}), ids[t]});
    }
    if (!own.empty()) {
      send_control(peer, own, std::move(ihave));
      continue;
    }
    Rpc rpc;
    rpc.control.emplace().ihave = std::move(ihave);
    if (wire_size(rpc) > params_->rpc_bytes_max) {
      send_rpc(peer, std::move(rpc), Class::gossip);
      continue;
    }
    made.emplace_back(topics, RpcBody::of(std::move(rpc)));
    send_frame(peer, made.back().second, Class::gossip);
  }
}

void Router::on_writable(env::PeerId peer, Instant) {
  PeerRecord* const record = find(peer);
  if (record == nullptr || !record->congested) return;
  record->congested = false;
  --congested_;
  if (!record->extra) return;
  OutboundQueue& queue = record->extra->queue;
  const auto try_send = [&](const env::Frame& frame) {
    if (actions_.send(peer, frame)) {
      count_sent(frame);
      return true;
    }
    congest(*record);
    return false;
  };
  if (!queue.control.empty()) {
    for (Rpc& part : split_rpc(control_rpc(queue.control), params_->rpc_bytes_max)) {
      if (!try_send(RpcBody::of(std::move(part)))) return;  // all of it again next time: repeating does no harm
    }
    queue.control.clear();
  }
  while (!queue.messages.empty()) {
    std::vector<env::Frame> frames;
    for (std::size_t i = 0; i < std::min(queue.messages.size(), kRpcMessagesMax); ++i) {
      frames.push_back(queue.messages[i].frame);
    }
    env::Frame frame;
    const std::size_t count = merged(frames, 0, frame);
    if (!try_send(frame)) return;
    for (std::size_t i = 0; i < count; ++i) {
      queue.bytes -= queue.messages.front().frame->wire_size();
      queue.messages.pop_front();
    }
  }
  while (!queue.gossip.empty()) {
    if (!try_send(queue.gossip.front())) return;
    queue.bytes -= queue.gossip.front()->wire_size();
    queue.gossip.pop_front();
  }
}

}  // namespace lastmile::gossip
