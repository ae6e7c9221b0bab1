#include "core/ipfs/bitswap_client.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::ipfs::bitswap {
namespace {

Bytes block_key(const crypto::Cid& cid) { return {cid.multihash().begin(), cid.multihash().end()}; }

}  // namespace

void Client::on_connected(Peer peer) {
  const auto [place, is_new] = peers_.try_emplace(peer);
  if (!is_new) return;
  for (auto& [key, asked] : wants_) {
    if (!asked.from) ask_presence(asked, peer);
  }
}

void Client::on_lost(Peer peer) {
  peers_.erase(peer);
  for (auto& [id, session] : sessions_) session.holders.erase(peer);
  for (auto& [key, asked] : wants_) {
    if (asked.from == peer) asked.from.reset();
    asked.have.erase(peer);
    asked.told.erase(peer);
    asked.without.erase(peer);
  }
}

SessionId Client::open(Instant now) {
  sessions_[++last_session_].progress = now;
  return last_session_;
}

void Client::close(SessionId id) {
  const auto session = sessions_.extract(id);
  if (session.empty()) return;
  for (const Bytes& key : session.mapped().wants) {
    const auto at = wants_.find(key);
    if (at == wants_.end()) continue;
    at->second.sessions.erase(id);
    if (at->second.sessions.empty()) drop(at, std::nullopt);
  }
}

void Client::want(SessionId id, const crypto::Cid& cid, Instant now) {
  Session& session = sessions_.at(id);
  LM_CHECK(session.wants.size() < limits_.wants_per_session);
  Bytes key = block_key(cid);
  session.wants.insert(key);
  const auto [place, is_new] = wants_.try_emplace(std::move(key));
  Asked& asked = place->second;
  asked.sessions.insert(id);
  if (!is_new) return;
  asked.cid = cid;
  asked.since = now;
  ask(place->first, asked, now);
}

Instant Client::progress(SessionId session) const { return sessions_.at(session).progress; }

bool Client::usable(Peer peer) const {
  const auto found = peers_.find(peer);
  return found != peers_.end() && found->second.strikes < limits_.strikes_max &&
         found->second.blocks < limits_.blocks_per_peer;
}

// Who has said that it has the block, else who has others of the session; the one with the least to do.
std::optional<Peer> Client::best(const Asked& asked) const {
  std::optional<Peer> out;
  const auto consider = [&](Peer peer) {
    if (asked.without.contains(peer) || !usable(peer)) return;
    if (!out || peers_.at(peer).blocks < peers_.at(*out).blocks) out = peer;
  };
  for (const Peer peer : asked.have) consider(peer);
  if (out) return out;
  for (const SessionId id : asked.sessions) {
    for (const Peer peer : sessions_.at(id).holders) consider(peer);
  }
  return out;
}

void Client::ask(const Bytes&, Asked& asked, Instant now) {
  if (const auto peer = best(asked)) return ask_block(asked, *peer, now);
  // While a holder of the session has only no room, the others are left in peace.
  for (const SessionId id : asked.sessions) {
    for (const Peer peer : sessions_.at(id).holders) {
      if (!asked.without.contains(peer) && peers_.at(peer).strikes < limits_.strikes_max) return;
    }
  }
  for (auto& [peer, state] : peers_) ask_presence(asked, peer);
}

void Client::ask_block(Asked& asked, Peer peer, Instant now) {
  PeerState& state = peers_.at(peer);
  if (state.blocks == 0) state.last_block = now;
  ++state.blocks;
  asked.from = peer;
  asked.since = now;
  asked.told.insert(peer);
  state.out.wants.push_back({.cid = asked.cid, .type = WantType::block, .send_do_not_have = true});
}

void Client::ask_presence(Asked& asked, Peer peer) {
  PeerState& state = peers_.at(peer);
  if (state.strikes >= limits_.strikes_max || asked.told.contains(peer) || asked.without.contains(peer)) return;
  asked.told.insert(peer);
  state.out.wants.push_back({.cid = asked.cid, .type = WantType::have, .send_do_not_have = true});
}

void Client::unassign(Asked& asked, bool in_vain) {
  if (!asked.from) return;
  const Peer peer = *asked.from;
  asked.from.reset();
  asked.have.erase(peer);
  if (in_vain) asked.without.insert(peer);
  if (const auto found = peers_.find(peer); found != peers_.end()) --found->second.blocks;
}

void Client::drop(std::map<Bytes, Asked>::iterator at, std::optional<Peer> but) {
  Asked& asked = at->second;
  unassign(asked, false);
  for (const Peer peer : asked.told) {
    const auto found = peers_.find(peer);
    if (found == peers_.end() || peer == but) continue;
    found->second.out.wants.push_back({.cid = asked.cid, .cancel = true});
  }
  wants_.erase(at);
}

void Client::on_presences(Peer from, const std::vector<BlockPresence>& presences, Instant now) {
  if (!peers_.contains(from)) return;
  for (const BlockPresence& each : presences) {
    const auto at = wants_.find(block_key(each.cid));
    if (at == wants_.end()) continue;
    Asked& asked = at->second;
    if (each.presence == Presence::do_not_have) {
      asked.have.erase(from);
      asked.without.insert(from);
      asked.told.erase(from);
      if (asked.from != from) continue;
      unassign(asked, true);
      ask(at->first, asked, now);
      continue;
    }
    asked.have.insert(from);
    asked.without.erase(from);
    for (const SessionId id : asked.sessions) sessions_.at(id).holders.insert(from);
    if (!asked.from) ask(at->first, asked, now);
  }
}

std::size_t Client::expected(Peer from) const {
  const auto found = peers_.find(from);
  if (found == peers_.end() || found->second.strikes >= limits_.strikes_max) return 0;
  std::size_t presences = 0;  // a small block may come for a question whether it is there
  for (const auto& [key, asked] : wants_) presences += asked.told.contains(from) ? 1 : 0;
  return presences + (limits_.strikes_max - found->second.strikes);
}

void Client::on_unasked(Peer from, std::size_t count) {
  figures_.unasked += count;
  const auto found = peers_.find(from);
  if (found == peers_.end()) return;
  found->second.strikes = std::min(limits_.strikes_max, found->second.strikes + count);
  if (found->second.strikes < limits_.strikes_max) return;
  for (auto& [key, asked] : wants_) {
    if (asked.from == from) unassign(asked, true);
    asked.have.erase(from);
  }
  for (auto& [id, session] : sessions_) session.holders.erase(from);
}

std::vector<SessionId> Client::on_block(Peer from, const crypto::Cid& cid, std::size_t bytes, Instant now) {
  const Bytes key = block_key(cid);
  const auto at = wants_.find(key);
  if (at == wants_.end()) {
    if (!recent_.contains(key)) on_unasked(from, 1);
    return {};
  }
  ++figures_.blocks;
  figures_.block_bytes += bytes;
  std::vector<SessionId> out(at->second.sessions.begin(), at->second.sessions.end());
  for (const SessionId id : out) {
    Session& session = sessions_.at(id);
    session.progress = now;
    session.wants.erase(key);
    if (peers_.contains(from)) session.holders.insert(from);
  }
  if (const auto peer = peers_.find(from); peer != peers_.end()) peer->second.last_block = now;
  drop(at, from);
  if (recent_.insert(key).second) recent_order_.push_back(key);
  while (recent_order_.size() > limits_.recent_max) {
    recent_.erase(recent_order_.front());
    recent_order_.pop_front();
  }
  ask_those_without_peer(now);
  return out;
}

void Client::ask_those_without_peer(Instant now) {
  for (auto& [key, asked] : wants_) {
    if (asked.from) continue;
    if (const auto peer = best(asked)) ask_block(asked, *peer, now);
  }
}

void Client::tick(Instant now) {
  for (auto& [key, asked] : wants_) {
    if (asked.from) {
      const auto peer = peers_.find(*asked.from);
      LM_CHECK(peer != peers_.end());
      if (now - std::max(asked.since, peer->second.last_block) < limits_.block_timeout) continue;
      ++figures_.timeouts;
      unassign(asked, true);
      asked.since = now;
      ask(key, asked, now);
    } else if (now - asked.since >= limits_.round_pause) {
      asked.since = now;
      asked.without.clear();
      asked.told.clear();
      ask(key, asked, now);
    } else {
      ask(key, asked, now);  // who came since is asked too
    }
  }
  ask_those_without_peer(now);
}

std::optional<Instant> Client::next_tick() const {
  std::optional<Instant> first;
  for (const auto& [key, asked] : wants_) {
    const Instant at = asked.from ? std::max(asked.since, peers_.at(*asked.from).last_block) + limits_.block_timeout
                                  : asked.since + limits_.round_pause;
    first = std::min(first.value_or(at), at);
  }
  return first;
}

std::vector<std::pair<Peer, Message>> Client::take_output() {
  std::vector<std::pair<Peer, Message>> out;
  for (auto& [peer, state] : peers_) {
    if (!state.out.wants.empty()) out.emplace_back(peer, std::exchange(state.out, {}));
  }
  return out;
}

}  // namespace lastmile::ipfs::bitswap
