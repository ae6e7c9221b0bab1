#include "real/p2p/peer_store.hpp"

#include <algorithm>

#include "real/p2p/p2p_limits.hpp"

namespace lastmile::p2p {

PeerStore::Known& PeerStore::touch(const PeerId& peer, Instant now) {
  const auto found = known_.find(peer);
  if (found != known_.end()) {
    by_time_.erase({found->second.heard, peer});
  } else if (known_.size() >= kPeerStorePeersMax) {
    known_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
  Known& known = known_[peer];
  known.heard = now;
  by_time_.insert({now, peer});
  return known;
}

void PeerStore::add_address(Known& known, const Multiaddr& place, Instant now) {
  const auto same = [&](const Known::Address& each) { return each.place == place; };
  const auto found = std::find_if(known.addresses.begin(), known.addresses.end(), same);
  if (found != known.addresses.end()) {
    found->heard = now;
  } else if (known.addresses.size() < kPeerStoreAddressesMax) {
    known.addresses.push_back({place, now, false});
  }
}

void PeerStore::identified(const PeerId& peer, const Identify& identify, Instant now) {
  Known& known = touch(peer, now);
  known.agent = identify.agent_version;
  known.protocols = identify.protocols;
  std::vector<Multiaddr> places = identify.listen_addresses;
  if (identify.signed_record) {
    const auto record = open_peer_record(*identify.signed_record);
    if (record.ok() && record->peer == peer && record->sequence >= known.record_sequence) {
      known.record_sequence = record->sequence;
      places.insert(places.end(), record->addresses.begin(), record->addresses.end());
    }
  }
  for (const Multiaddr& place : places) {
    const auto named = place.peer();
    if (!named || *named == peer) add_address(known, place.without_peer(), now);
  }
}

void PeerStore::reached(const PeerId& peer, const Multiaddr& place, Instant now) {
  Known& known = touch(peer, now);
  add_address(known, place.without_peer(), now);
  for (auto& each : known.addresses) each.confirmed = each.confirmed || each.place == place.without_peer();
}

const PeerStore::Known* PeerStore::find(const PeerId& peer) const {
  const auto found = known_.find(peer);
  return found == known_.end() ? nullptr : &found->second;
}

std::vector<Multiaddr> PeerStore::addresses(const PeerId& peer) const {
  std::vector<Multiaddr> out;
  const Known* const known = find(peer);
  if (known == nullptr) return out;
  for (const bool confirmed : {true, false}) {
    for (const auto& each : known->addresses) {
      if (each.confirmed == confirmed) out.push_back(each.place.with_peer(peer));
    }
  }
  return out;
}

void PeerStore::forget_old(Instant now) {
  for (auto& [peer, known] : known_) {
    std::erase_if(known.addresses, [now](const Known::Address& each) {
      return !each.confirmed && now - each.heard > kPeerStoreUnconfirmed;
    });
  }
}

}  // namespace lastmile::p2p
