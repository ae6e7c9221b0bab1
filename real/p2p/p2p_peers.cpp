// Who is behind the connections: numbers, and what the node is told of them.
#include <algorithm>

#include "core/base/check.hpp"
#include "real/env/asio.hpp"
#include "real/env/os_clock.hpp"
#include "real/p2p/frames_out.hpp"
#include "real/p2p/p2p_core.hpp"

namespace lastmile::p2p {

std::optional<env::PeerId> P2pNetwork::Core::find(const std::string& identity) const {
  const auto found = by_identity_.find(identity);
  if (found == by_identity_.end()) return std::nullopt;
  return found->second;
}

std::optional<env::PeerId> P2pNetwork::Core::find(const Connection& connection) const {
  if (!connection.up()) return std::nullopt;
  const auto peer = find(connection.peer().text());
  if (!peer) return std::nullopt;
  const auto& all = at(*peer).connections;
  const auto same = [&](const auto& each) { return each.get() == &connection; };
  return std::any_of(all.begin(), all.end(), same) ? peer : std::nullopt;
}

Connection* P2pNetwork::Core::up(env::PeerId peer) const {
  LM_CHECK(peer.value < peers_.size());
  const auto& all = peers_[peer.value].connections;
  return all.empty() ? nullptr : all.front().get();
}

const std::string& P2pNetwork::Core::identity(env::PeerId peer) const {
  LM_CHECK(peer.value < peers_.size());
  return peers_[peer.value].identity;
}

// A number for somebody new: the next one, or the one of who was lost longest ago.
env::PeerId P2pNetwork::Core::number_for(const Connection& connection) {
  env::PeerId number{static_cast<std::uint32_t>(peers_.size())};
  const bool reuse = peers_.size() >= options.limits.known_peers_max && !lost_.empty();
  if (reuse) {
    number = lost_.begin()->second;
    lost_.erase(lost_.begin());
    by_identity_.erase(at(number).identity);
    at(number) = {};
  } else {
    peers_.emplace_back();
  }
  at(number).id = connection.peer();
  at(number).identity = connection.peer().text();
  at(number).lost_turn = ++last_lost_turn_;  // until it is connected
  lost_.emplace(at(number).lost_turn, number);
  by_identity_.emplace(at(number).identity, number);
  if (reuse && peer_handler != nullptr) peer_handler->on_forgotten(number);
  return number;
}

void P2pNetwork::Core::connect(env::PeerId peer, const std::shared_ptr<Connection>& connection) {
  tell_pending_loss(peer);
  if (dead_ || !connection->open()) return;
  if (at(peer).connections.size() >= options.limits.connections_per_peer_max) {
    return connection->end(env::CloseReason::limit);
  }
  // Whoever comes again may have lost the connections we still see. What it says now is for after they are known to be
  // dead, or alive: the node forgets what a lost peer has said.
  for (const auto& older : at(peer).connections) older->probe(real::OsClock().now());
  at(peer).connections.push_back(connection);
  if (at(peer).connections.size() == 1) return tell_connected(peer);
  connection->hold();
}

void P2pNetwork::Core::on_alive(Connection& connection) {
  if (const auto peer = find(connection)) release_held(*peer);
}

// Once no older connection owes an answer.
void P2pNetwork::Core::release_held(env::PeerId peer) {
  const auto all = at(peer).connections;
  if (std::any_of(all.begin(), all.end(), [](const auto& each) { return each->probed(); })) return;
  for (const auto& each : all) {
    each->release();
    if (dead_) return;
  }
}

void P2pNetwork::Core::disconnect(env::PeerId peer, const Connection& connection, env::CloseReason reason) {
  auto& all = at(peer).connections;
  const bool first = all.front().get() == &connection;
  std::erase_if(all, [&](const auto& each) { return each.get() == &connection; });
  if (first) {
    at(peer).out = {};
    at(peer).messages_out.reset();
    tell_lost(peer, reason);
    if (!dead_ && up(peer) != nullptr) tell_connected(peer);
  }
  if (!dead_) release_held(peer);
}

void P2pNetwork::Core::tell_connected(env::PeerId peer) {
  if (at(peer).told) return;
  at(peer).told = true;
  at(peer).gossip_hello.reset();
  at(peer).gossip_reopens = 0;
  lost_.erase(std::exchange(at(peer).lost_turn, 0));
  const auto direction = up(peer)->inbound() ? env::Direction::inbound : env::Direction::outbound;
  if (peer_handler != nullptr) peer_handler->on_connected(peer, direction);
  if (!dead_) look_whether_it_speaks(peer);
}

void P2pNetwork::Core::tell_lost(env::PeerId peer, env::CloseReason reason) {
  if (!at(peer).told) return;
  at(peer).told = false;
  fail_questions(peer);
  if (dead_) return;
  at(peer).lost_turn = ++last_lost_turn_;
  lost_.emplace(at(peer).lost_turn, peer);
  if (std::exchange(at(peer).speaks, false) && message_service != nullptr) message_service->on_gone(peer);
  if (peer_handler != nullptr) peer_handler->on_lost(peer, reason);
}

void P2pNetwork::Core::close(env::PeerId peer, env::CloseReason reason) {
  if (up(peer) == nullptr) return;
  if (reason == env::CloseReason::limit) ++figures_.closed_limit;
  const auto all = std::exchange(at(peer).connections, {});
  at(peer).out = {};
  at(peer).messages_out.reset();
  for (const auto& connection : all) {
    remove(*connection);
    connection->close();
  }
  at(peer).lost_pending = reason;
  loop_.post([weak = weak_from_this(), peer] {
    if (const auto self = weak.lock(); self != nullptr && !self->dead_) self->tell_pending_loss(peer);
  });
}

void P2pNetwork::Core::tell_pending_loss(env::PeerId peer) {
  if (const auto reason = std::exchange(at(peer).lost_pending, std::nullopt)) tell_lost(peer, *reason);
}

}  // namespace lastmile::p2p
