// Connections: dialling, acceptance, loss, and what cuts do to them.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/sim_network.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {
namespace {

std::uint64_t change(std::uint8_t what, std::uint64_t detail) { return std::uint64_t{what} << 32 | detail; }
constexpr std::uint8_t kConnected = 1;
constexpr std::uint8_t kLost = 2;
constexpr std::uint8_t kDialFailed = 3;

}  // namespace

SimNetwork::Peer* SimNetwork::find_peer(NodeIndex node) {
  const auto at = std::lower_bound(by_node_.begin(), by_node_.end(), std::pair{node.value, 0U});
  return at != by_node_.end() && at->first == node.value ? &peers_[at->second] : nullptr;
}

std::uint32_t SimNetwork::peer_for(NodeIndex node) {
  const auto at = std::lower_bound(by_node_.begin(), by_node_.end(), std::pair{node.value, 0U});
  if (at != by_node_.end() && at->first == node.value) return at->second;
  const auto index = static_cast<std::uint32_t>(peers_.size());
  by_node_.insert(at, {node.value, index});
  Peer& peer = peers_.emplace_back();
  peer.remote = node.value;
  peer.latency = kernel_.latency(self_, node).ns;
  peer.jitter = static_cast<std::int64_t>(Wide(static_cast<std::uint64_t>(peer.latency)) *
                                          kernel_.config().network.jitter_share / kBillion);
  // Luck by (seed, from, incarnation, to): paths of other pairs are not shifted by this one.
  const std::uint64_t scope = std::uint64_t{kernel_.slot(self_).incarnation} << 32 | node.value;
  peer.luck = substream(substream(kernel_.config().seed, self_.value, "network"), scope, "path");
  peer.downlink_limited =
      kernel_.config().level != NetworkLevel::delay && kernel_.machine(node).spec.hardware.downlink_bits != 0;
  more_.emplace_back();
  refresh(index);
  return index;
}

void SimNetwork::refresh(std::uint32_t index) {
  Peer& peer = peers_[index];
  std::int64_t& silent_since = more_[index].silent_since;
  const LinkRules& rules = kernel_.links().rules();
  if (rules.count() == 0 && peer.fault == nullptr && !peer.reset && silent_since < 0) return;
  const auto out = rules.effect(self_, remote(peer));
  const auto in = rules.effect(remote(peer), self_);
  if (!out) {
    peer.fault.reset();
  } else {
    if (peer.fault == nullptr) peer.fault = std::make_unique<PathFault>();
    const bool same_limit = peer.fault->effect.quality.bandwidth_bits == out->quality.bandwidth_bits;
    peer.fault->effect = *out;
    if (!same_limit) peer.fault->limit = peer.fault->bulk_limit = AccessLink(out->quality.bandwidth_bits);
  }
  const auto cuts = [](const std::optional<LinkEffect>& effect, CutMode mode) {
    return effect && effect->cut == mode && effect->leak == 0;
  };
  peer.reset = cuts(out, CutMode::reset) || cuts(in, CutMode::reset);
  const bool silent = cuts(out, CutMode::stall) || cuts(in, CutMode::stall);
  if (!silent) {
    silent_since = -1;
  } else if (silent_since < 0) {
    silent_since = kernel_.now_ns();
  }
}

// Frames are let in by what stands in the slot (see FrameDoor).
void SimNetwork::set_state(std::uint32_t index, State state) {
  Peer& peer = peers_[index];
  peer.state = state;
  if (state == State::idle && kernel_.flows() != nullptr)
    counts_.frames_dropped += kernel_.flows()->end_connection(peer.connection);
  if (index < FrameDoor::kPeers) kernel_.slot(self_).door.live[index] = state == State::connected ? peer.connection : 0;
}

void SimNetwork::rules_changed() {
  for (std::uint32_t index = 0; index < peers_.size(); ++index) {
    Peer& peer = peers_[index];
    const bool was_silent = more_[index].silent_since >= 0;
    refresh(index);
    if (peer.reset && peer.state == State::connected) {
      forget_held(index);
      lose_later(index, env::CloseReason::reset);
    } else if (peer.reset && peer.state == State::dialing) {
      kernel_.post_own(self_, kernel_.now_ns(), EventKind::network_timer,
                       static_cast<std::uint8_t>(NetworkTimer::dial_failed), index,
                       std::uint64_t{peer.connection} << 8 | static_cast<std::uint8_t>(env::CloseReason::reset));
    }
    if (!was_silent && peer.state == State::connected) watch_silence(index);
  }
}

void SimNetwork::watch_silence(std::uint32_t index) {
  if (more_[index].silent_since < 0) return;
  const Peer& peer = peers_[index];
  kernel_.post_own(self_, kernel_.now_ns() + kernel_.config().network.keep_alive.ns, EventKind::network_timer,
                   static_cast<std::uint8_t>(NetworkTimer::keep_alive), index, peer.connection);
}

void SimNetwork::control(std::uint32_t index, ConnectionStep step, std::uint32_t connection, std::uint32_t extra,
                         std::uint64_t argument) {
  const HeldFrame frame{
      EventKind::connection, static_cast<std::uint8_t>(step), kControlLane, connection, extra, argument, 0};
  Peer& peer = peers_[index];
  if (step != ConnectionStep::dial || peer.fault != nullptr) return transmit(index, frame);
  launch(index, frame, kernel_.now_ns() + handshake(peer.latency) + peer.latency + draw_within(peer, peer.jitter));
}

std::int64_t SimNetwork::handshake(std::int64_t latency) const {
  return 2 * latency * kernel_.config().network.handshake_extra_round_trips;
}

// What both sides must know of each other: incarnation and our number for the peer.
std::uint64_t SimNetwork::hello(std::uint32_t index) const {
  return std::uint64_t{kernel_.slot(self_).incarnation} << 32 | index;
}

void SimNetwork::dial(std::string address) {
  const auto node = kernel_.find_node(address);
  if (!node || *node == self_) {
    kernel_.post_own(self_, kernel_.now_ns(), EventKind::network_timer,
                     static_cast<std::uint8_t>(NetworkTimer::unknown_address), 0,
                     reinterpret_cast<std::uint64_t>(new std::string(std::move(address))));
    return;
  }
  const std::uint32_t index = peer_for(*node);
  Peer& peer = peers_[index];
  if (peer.state != State::idle) return;
  set_state(index, State::dialing);
  peer.connection = kernel_.new_connection();
  peer.queued = 0;
  const std::int64_t now = kernel_.now_ns();
  if (peer.reset) {
    kernel_.post_own(self_, now + 2 * peer.latency, EventKind::network_timer,
                     static_cast<std::uint8_t>(NetworkTimer::dial_failed), index,
                     std::uint64_t{peer.connection} << 8 | static_cast<std::uint8_t>(env::CloseReason::reset));
    return;
  }
  kernel_.post_own(self_, now + kernel_.config().network.dial_timeout.ns, EventKind::network_timer,
                   static_cast<std::uint8_t>(NetworkTimer::dial_timeout), index, peer.connection);
  if (kernel_.happens(self_, env::RarePath::dial_unanswered)) return;
  control(index, ConnectionStep::dial, peer.connection, 0, hello(index));
}

void SimNetwork::close(env::PeerId to, env::CloseReason reason) {
  LM_CHECK(to.value < peers_.size());
  Peer& peer = peers_[to.value];
  if (peer.state != State::connected) return;
  control(to.value, ConnectionStep::close, peer.connection, peer.remote_peer,
          static_cast<std::uint64_t>(env::CloseReason::remote));
  lose_later(to.value, reason);
}

// The node learns of it by a later call; nothing passes from now on.
void SimNetwork::lose_later(std::uint32_t index, env::CloseReason reason) {
  Peer& peer = peers_[index];
  set_state(index, State::idle);
  peer.queued = 0;
  peer.lost_pending = true;
  more_[index].lost_reason = reason;
  --connected_;
  kernel_.post_own(self_, kernel_.now_ns(), EventKind::network_timer, static_cast<std::uint8_t>(NetworkTimer::lost),
                   index, peer.connection);
}

// What a cut still holds of this connection will never be wanted.
void SimNetwork::forget_held(std::uint32_t index) {
  const Peer& peer = peers_[index];
  counts_.frames_dropped += kernel_.links().purge(self_, remote(peer), peer.connection);
}

void SimNetwork::lose(std::uint32_t index, env::CloseReason reason) {
  Peer& peer = peers_[index];
  set_state(index, State::idle);
  peer.queued = 0;
  --connected_;
  tell_lost(index, reason);
}

void SimNetwork::tell_lost(std::uint32_t index, env::CloseReason reason) {
  peers_[index].lost_pending = false;
  kernel_.hand(self_, LoopKind::connection, remote(peers_[index]), change(kLost, static_cast<std::uint64_t>(reason)));
  if (peer_handler_ != nullptr) peer_handler_->on_lost({index}, reason);
  fail_all(index);
}

void SimNetwork::break_off(std::uint32_t index, env::CloseReason reason) {
  forget_held(index);
  const Peer& peer = peers_[index];
  control(index, ConnectionStep::close, peer.connection, peer.remote_peer,
          static_cast<std::uint64_t>(env::CloseReason::remote));
  lose(index, reason);
}

void SimNetwork::tell_dial_failed(std::string_view address, NodeIndex node, env::CloseReason reason) {
  kernel_.hand(self_, LoopKind::connection, node, change(kDialFailed, static_cast<std::uint64_t>(reason)));
  if (peer_handler_ != nullptr) peer_handler_->on_dial_failed(address, reason);
}

void SimNetwork::connected(std::uint32_t index, std::uint32_t connection, std::uint64_t hello_word,
                           env::Direction direction) {
  Peer& peer = peers_[index];
  peer.connection = connection;
  set_state(index, State::connected);
  peer.remote_peer = static_cast<std::uint32_t>(hello_word);
  more_[index].remote_incarnation = static_cast<std::uint32_t>(hello_word >> 32);
  peer.queued = 0;
  ++connected_;
  if (more_[index].silent_since >= 0) {
    more_[index].silent_since = kernel_.now_ns();
    watch_silence(index);
  }
  kernel_.hand(self_, LoopKind::connection, remote(peer), change(kConnected, static_cast<std::uint64_t>(direction)));
  if (peer_handler_ != nullptr) peer_handler_->on_connected({index}, direction);
}

void SimNetwork::on_connection(const Event& event) {
  const auto step = static_cast<ConnectionStep>(event.aux());
  if (step == ConnectionStep::dial) return on_dial(event);
  if (step == ConnectionStep::accept) return on_accept(event);
  if (event.extra >= peers_.size() || peers_[event.extra].connection != event.stamp) return;
  Peer& peer = peers_[event.extra];
  const auto reason = static_cast<env::CloseReason>(event.argument);
  if (step == ConnectionStep::close && peer.state == State::connected) {
    forget_held(event.extra);
    return lose(event.extra, reason);
  }
  if (step == ConnectionStep::refuse && peer.state == State::dialing) {
    set_state(event.extra, State::idle);
    tell_dial_failed(kernel_.machine(remote(peer)).spec.name, remote(peer), reason);
  }
}

void SimNetwork::on_dial(const Event& event) {
  const std::uint32_t index = peer_for(event.source());
  const auto their_number = static_cast<std::uint32_t>(event.argument);
  const auto their_incarnation = static_cast<std::uint32_t>(event.argument >> 32);
  if (peers_[index].reset) return;
  if (peers_[index].state == State::connected) {
    // Either a dial that crossed ours, which is settled, or a peer that died and came back before we noticed.
    if (more_[index].remote_incarnation == their_incarnation) return;
    forget_held(index);
    lose(index, env::CloseReason::reset);
  }
  if (peers_[index].lost_pending) tell_lost(index, more_[index].lost_reason);
  // Of two dials that cross, the one of the smaller index counts; both sides decide so.
  if (peers_[index].state == State::dialing && event.source().value > self_.value) return;
  if (peers_[index].state == State::connected) return;  // a handler above has run
  if (connected_ >= kernel_.config().network.connections_max) {
    control(index, ConnectionStep::refuse, event.stamp, their_number,
            static_cast<std::uint64_t>(env::CloseReason::limit));
    return;
  }
  control(index, ConnectionStep::accept, event.stamp, their_number, hello(index));
  connected(index, event.stamp, event.argument, env::Direction::inbound);
}

void SimNetwork::on_accept(const Event& event) {
  Peer* peer = event.extra < peers_.size() ? &peers_[event.extra] : nullptr;
  if (peer != nullptr && peer->state == State::dialing && peer->connection == event.stamp)
    return connected(event.extra, event.stamp, event.argument, env::Direction::outbound);
  // Given up in the meantime: the other side must not believe in it.
  const std::uint32_t index = peer_for(event.source());
  control(index, ConnectionStep::close, event.stamp, static_cast<std::uint32_t>(event.argument),
          static_cast<std::uint64_t>(env::CloseReason::reset));
}

void SimNetwork::farewell() {
  for (std::uint32_t index = 0; index < peers_.size(); ++index) {
    const Peer& peer = peers_[index];
    if (peer.state != State::connected) continue;
    control(index, ConnectionStep::close, peer.connection, peer.remote_peer,
            static_cast<std::uint64_t>(env::CloseReason::reset));
    if (kernel_.flows() != nullptr) counts_.frames_dropped += kernel_.flows()->end_connection(peer.connection);
  }
}

void SimNetwork::paused() {
  for (const Peer& peer : peers_) {
    if (peer.state != State::connected) continue;
    kernel_.post(remote(peer), self_, kernel_.now_ns() + kernel_.config().network.keep_alive.ns,
                 EventKind::network_timer, static_cast<std::uint8_t>(NetworkTimer::peer_paused),
                 kernel_.slot(remote(peer)).incarnation, peer.remote_peer,
                 static_cast<std::uint64_t>(kernel_.now_ns()));
  }
}

void SimNetwork::on_timer(const Event& event) {
  const auto timer = static_cast<NetworkTimer>(event.aux());
  const SlotRef ref{event.extra, static_cast<std::uint32_t>(event.argument)};
  switch (timer) {
    case NetworkTimer::unknown_address: {
      const std::unique_ptr<std::string> address(reinterpret_cast<std::string*>(event.argument));
      return tell_dial_failed(*address, self_, env::CloseReason::refused);
    }
    case NetworkTimer::request_deadline:
      return fail_request(ref, self_, "deadline has passed");
    case NetworkTimer::request_failed:
      return fail_request(ref, self_, "not connected");
    case NetworkTimer::fetch_deadline:
      return fail_fetch(ref, self_, "deadline has passed");
    case NetworkTimer::fetch_failed:
      return fail_fetch(ref, self_, "not connected");
    default:
      break;
  }
  Peer& peer = peers_[event.extra];
  switch (timer) {
    case NetworkTimer::dial_timeout:
    case NetworkTimer::dial_failed: {
      const bool timed_out = timer == NetworkTimer::dial_timeout;
      const std::uint64_t connection = timed_out ? event.argument : event.argument >> 8;
      if (peer.state != State::dialing || peer.connection != connection) return;
      set_state(event.extra, State::idle);
      const auto reason = timed_out ? env::CloseReason::timeout : static_cast<env::CloseReason>(event.argument & 0xff);
      return tell_dial_failed(kernel_.machine(remote(peer)).spec.name, remote(peer), reason);
    }
    case NetworkTimer::lost:
      if (peer.lost_pending) tell_lost(event.extra, more_[event.extra].lost_reason);
      return;
    case NetworkTimer::keep_alive: {
      const std::int64_t patience = kernel_.config().network.keep_alive.ns;
      if (peer.state != State::connected || peer.connection != event.argument || more_[event.extra].silent_since < 0)
        return;
      // Silent again after an interruption: a later timer is for that.
      if (kernel_.now_ns() - more_[event.extra].silent_since < patience) return;
      forget_held(event.extra);
      return lose(event.extra, env::CloseReason::timeout);
    }
    case NetworkTimer::peer_paused: {
      const Machine& other = kernel_.machine(remote(peer));
      const bool same = other.paused && other.paused_since.ns == static_cast<std::int64_t>(event.argument);
      if (peer.state == State::connected && same) break_off(event.extra, env::CloseReason::timeout);
      return;
    }
    default:
      LM_CHECK(false);
  }
}

}  // namespace lastmile::sim
