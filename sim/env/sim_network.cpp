// Sending and receiving frames: the hot path of a run.
#include "sim/env/sim_network.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {
namespace {

std::int64_t high_part(std::uint64_t draw, std::uint64_t bound) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(Wide{draw} * bound >> 64));
}

}  // namespace

SimNetwork::SimNetwork(Kernel& kernel, NodeIndex self) : kernel_(kernel), self_(self) {
  if (kernel.config().level == NetworkLevel::delay) return;
  const Hardware& hardware = kernel.machine(self).spec.hardware;
  uplink_ = bulk_uplink_ = AccessLink(hardware.uplink_bits);
  downlink_ = bulk_downlink_ = AccessLink(hardware.downlink_bits);
}

SimNetwork::~SimNetwork() = default;

void SimNetwork::listen(env::Protocol protocol, env::FrameHandler& handler) {
  auto& entry = handlers_[static_cast<std::size_t>(protocol)];
  LM_CHECK(entry == nullptr);
  entry = &handler;
  if (protocol == env::Protocol::gossip) kernel_.slot(self_).door.gossip = &handler;
}

// splitmix64: each path has luck of its own, eight bytes of it.
std::uint64_t SimNetwork::draw(Peer& peer) {
  std::uint64_t z = peer.luck += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::int64_t SimNetwork::draw_within(Peer& peer, std::int64_t most) {
  return most <= 0 ? 0 : high_part(draw(peer), static_cast<std::uint64_t>(most) + 1);
}

bool SimNetwork::hit(Peer& peer, std::uint64_t share) {
  return share != 0 && high_part(draw(peer), kBillion) < static_cast<std::int64_t>(share);
}

void SimNetwork::settle_departures() const {
  departures_.leave(kernel_.now_ns(), [this](const DepartureQueue::Departure& departure) {
    Peer& peer = peers_[departure.peer];
    if (peer.connection == departure.connection) peer.queued -= std::min(peer.queued, departure.bytes);
  });
}

bool SimNetwork::accept_bytes(std::uint32_t index, std::uint64_t bytes) {
  if (uplink_.limited()) settle_departures();
  if (peers_[index].queued + bytes <= kernel_.config().network.send_buffer_bytes) return true;
  ++counts_.frames_dropped;
  return false;
}

bool SimNetwork::is_transfer(const HeldFrame& frame) const {
  return frame.lane == kBulkLane && kernel_.flows() != nullptr &&
         frame.bytes >= kernel_.config().network.transfer_bytes_min;
}

void SimNetwork::transfer(std::uint32_t index, HeldFrame frame, std::int64_t latency) {
  frame.kind = EventKind::transfer;
  const bool is_awaited = kernel_.now_ns() < reinterpret_cast<const Parcel*>(frame.argument)->deadline;
  if (!is_awaited || !kernel_.flows()->send(self_, remote(peers_[index]), frame, {latency})) drop(frame);
}

std::int64_t SimNetwork::departure(std::uint32_t index, const HeldFrame& frame) {
  const std::int64_t now = kernel_.now_ns();
  if (frame.lane >= kControlLane || !uplink_.limited()) {
    if (frame.lane != kBulkLane) return now;
    const std::int64_t begins = bulk_uplink_.free_at(now);  // the receiver is told how long it goes on
    bulk_uplink_.pass(now, frame.bytes);
    return begins;
  }
  const std::int64_t leaves = uplink_.pass(now, frame.bytes);
  if (leaves > now) {
    peers_[index].queued += frame.bytes;
    departures_.push({leaves, index, frame.connection, frame.bytes});
  }
  return leaves;
}

void SimNetwork::launch(std::uint32_t index, const HeldFrame& frame, std::int64_t arrival, bool in_order) {
  Peer& peer = peers_[index];
  if (frame.lane == kGossipLane && in_order) {
    if (arrival < peer.last_gossip) arrival = peer.last_gossip;
    peer.last_gossip = arrival;
  } else if (frame.lane < kControlLane && in_order) {
    PeerMore& more = more_[index];
    if (more.last_arrival == nullptr) {
      more.last_arrival = std::make_unique<PeerMore::Lanes>();
      more.last_arrival->fill(more.last_control);
    }
    std::int64_t& last = (*more.last_arrival)[frame.lane];
    if (arrival < last) arrival = last;
    last = arrival;
  } else if (frame.lane == kControlLane) {
    // A step of the connection comes after everything sent before it and before everything sent after it.
    PeerMore& more = more_[index];
    arrival = std::max({arrival, peer.last_gossip, more.last_control});
    if (more.last_arrival != nullptr) {
      for (const std::int64_t last : *more.last_arrival) arrival = std::max(arrival, last);
      more.last_arrival->fill(arrival);
    }
    peer.last_gossip = more.last_control = arrival;
  }
  EventKind kind = frame.kind;
  if (frame.lane == kBulkLane)
    kind = EventKind::parcel_downlink;
  else if (peer.downlink_limited && frame.lane < kControlLane)
    kind = kind == EventKind::frame ? EventKind::frame_downlink : EventKind::parcel_downlink;
  kernel_.post(remote(peer), self_, arrival, kind, frame.aux, frame.connection, frame.extra, frame.argument);
}

void SimNetwork::transmit(std::uint32_t index, const HeldFrame& frame) {
  Peer& peer = peers_[index];
  if (peer.fault != nullptr) [[unlikely]] {
    transmit_faulty(index, frame);
    return;
  }
  if (is_transfer(frame)) return transfer(index, frame, peer.latency + draw_within(peer, peer.jitter));
  const std::int64_t leaves = departure(index, frame);
  launch(index, frame, leaves + peer.latency + draw_within(peer, peer.jitter));
}

void SimNetwork::transmit_faulty(std::uint32_t index, HeldFrame frame) {
  Peer& peer = peers_[index];
  PathFault& fault = *peer.fault;
  const LinkEffect& effect = fault.effect;
  const LinkQuality& quality = effect.quality;
  const bool is_control = frame.lane == kControlLane;
  const bool is_dial = is_control && static_cast<ConnectionStep>(frame.aux) == ConnectionStep::dial;
  if (effect.cut != CutMode::none) {
    const bool lossy = effect.leak != 0;
    // A cut that leaks lets the stream's own repair work for the steps of a connection.
    const bool passes = lossy && ((is_control && !is_dial) || hit(peer, effect.leak));
    if (!passes) {
      if (!is_control) kernel_.links().rules().count_stopped(effect.cut_rule);
      const bool keeps = !lossy && (effect.cut == CutMode::hold || (effect.cut == CutMode::stall && !is_dial));
      if (!keeps) return drop(frame);
      if (frame.lane != kBulkLane) peer.queued += frame.bytes;
      kernel_.links().hold(self_, remote(peer), frame);
      return;
    }
  }
  const bool is_frame = frame.lane < kControlLane;
  if (is_frame && hit(peer, quality.loss)) return drop(frame);
  if (is_frame && hit(peer, quality.corrupt)) frame.aux |= kCorrupt;
  const std::int64_t latency = latency_with(quality, {peer.latency}).ns;
  const auto on_the_way = [&] {
    return latency + draw_within(peer, peer.jitter) + draw_within(peer, quality.jitter.ns);
  };
  if (is_transfer(frame)) return transfer(index, frame, on_the_way());
  std::int64_t leaves = departure(index, frame);
  if (is_frame && fault.limit.limited()) leaves = fault.limit.pass(leaves, frame.bytes);
  if (frame.lane == kBulkLane && fault.bulk_limit.limited()) {
    const std::int64_t begins = fault.bulk_limit.free_at(leaves);
    auto& parcel = *reinterpret_cast<Parcel*>(frame.argument);
    parcel.sending = std::max(parcel.sending, fault.bulk_limit.pass(leaves, frame.bytes) - begins);
    leaves = begins;
  }
  const bool twice = frame.kind == EventKind::frame && hit(peer, quality.duplicate);
  const bool strays = is_frame && hit(peer, quality.reorder);
  if (twice) {
    env::Frame copy(reinterpret_cast<const env::FrameBody*>(frame.argument));
    copy.detach();  // one more owner: the second event
  }
  if (is_dial) leaves += handshake(latency);
  launch(index, frame, leaves + on_the_way() + (strays ? draw_within(peer, 2 * latency) : 0), !strays);
  if (twice) launch(index, frame, leaves + on_the_way());
}

void SimNetwork::send(env::PeerId to, env::Protocol protocol, env::Frame frame) {
  LM_CHECK(to.value < peers_.size() && frame);
  Peer& peer = peers_[to.value];
  const std::uint64_t bytes = frame->wire_size();
  LM_CHECK(bytes <= env::kFrameBytesMax);
  if (peer.state != State::connected) {
    ++counts_.frames_dropped;
    return;
  }
  if (!accept_bytes(to.value, bytes)) return;
  ++counts_.frames_sent;
  const auto lane = static_cast<std::uint8_t>(protocol);
  counts_.bytes_sent[lane] += bytes;
  transmit(to.value, {EventKind::frame, lane, lane, peer.connection, peer.remote_peer,
                      reinterpret_cast<std::uint64_t>(frame.detach()), bytes});
}

// Only what this node still sends: a crash leaves the rest to LinkPlane.
void SimNetwork::resend(NodeIndex to, const HeldFrame& frame) {
  const std::uint32_t index = peer_for(to);
  Peer& peer = peers_[index];
  if (peer.connection == frame.connection && frame.lane != kBulkLane) peer.queued -= std::min(peer.queued, frame.bytes);
  transmit(index, frame);
}

void SimNetwork::drop(const HeldFrame& frame) {
  if (frame.lane != kControlLane) ++counts_.frames_dropped;
  Kernel::release(frame);
}

SimNetwork::Peer* SimNetwork::live(const Event& event) {
  if (event.extra >= peers_.size()) return nullptr;
  Peer& peer = peers_[event.extra];
  return peer.connection == event.stamp && peer.state == State::connected ? &peer : nullptr;
}

void SimNetwork::on_downlink(const Event& event) {
  const std::int64_t now = kernel_.now_ns();
  if (event.kind() == EventKind::frame_downlink) {
    const std::uint64_t bytes = reinterpret_cast<const env::FrameBody*>(event.argument)->wire_size();
    return kernel_.repost(event, downlink_.pass(now, bytes), EventKind::frame);
  }
  const auto& parcel = *reinterpret_cast<const Parcel*>(event.argument);
  if (!parcel.bulk) return kernel_.repost(event, downlink_.pass(now, parcel.wire_bytes), EventKind::parcel);
  // The first byte is here; the last comes when both links have passed everything.
  kernel_.repost(event, std::max(bulk_downlink_.pass(now, parcel.wire_bytes), now + parcel.sending),
                 EventKind::transfer);
}

void SimNetwork::on_frame(const Event& event) {
  env::Frame frame = env::Frame::adopt(reinterpret_cast<const env::FrameBody*>(event.argument));
  if (live(event) == nullptr) {
    ++counts_.frames_dropped;
    return;
  }
  if ((event.aux() & kCorrupt) != 0) [[unlikely]] {
    ++counts_.frames_dropped;
    break_off(event.extra, env::CloseReason::protocol_error);
    return;
  }
  env::FrameHandler* handler = handlers_[event.aux()];
  if (handler == nullptr) {
    ++counts_.frames_dropped;
    return;
  }
  ++counts_.frames_received;
  counts_.bytes_received += frame->wire_size();
  kernel_.hand(self_, LoopKind::frame, event.source(), frame->digest());
  handler->on_frame({event.extra}, frame);
}

TrafficCounts SimNetwork::counts() const {
  TrafficCounts counts = counts_;
  const FrameDoor& door = kernel_.slot(self_).door;
  counts.frames_received += door.frames;
  counts.bytes_received += door.bytes;
  return counts;
}

std::size_t SimNetwork::queued_bytes(env::PeerId peer) const {
  LM_CHECK(peer.value < peers_.size());
  if (uplink_.limited()) settle_departures();
  return peers_[peer.value].queued;
}

std::string SimNetwork::identity(env::PeerId peer) const {
  LM_CHECK(peer.value < peers_.size());
  return kernel_.machine({peers_[peer.value].remote}).spec.name;
}

std::string SimNetwork::own_identity() const { return kernel_.machine(self_).spec.name; }

}  // namespace lastmile::sim
