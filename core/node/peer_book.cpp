#include "core/node/peer_book.hpp"

#include <algorithm>

namespace lastmile::node {

void PeerBook::start(const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    Entry& entry = entries_[address];
    address_of_[address.substr(0, address.find('@'))] = address;
    if (entry.connected || entry.waiting) continue;
    entry.waiting = true;
    network_.dial(address);
  }
}

bool PeerBook::is_connected(env::PeerId peer) const {
  return std::binary_search(connected_.begin(), connected_.end(), peer);
}

void PeerBook::on_connected(env::PeerId peer) {
  const auto place = std::lower_bound(connected_.begin(), connected_.end(), peer);
  if (place == connected_.end() || *place != peer) connected_.insert(place, peer);
  if (Entry* entry = entry_of(peer)) *entry = {.failures = 0, .connected = true, .waiting = false};
}

PeerBook::Entry* PeerBook::entry_of(env::PeerId peer) {
  const auto address = address_of_.find(network_.identity(peer));
  return address == address_of_.end() ? nullptr : &entries_.at(address->second);
}

void PeerBook::on_lost(env::PeerId peer) {
  const auto place = std::lower_bound(connected_.begin(), connected_.end(), peer);
  if (place != connected_.end() && *place == peer) connected_.erase(place);
  Entry* entry = entry_of(peer);
  if (entry == nullptr) return;  // it had dialled us: it will again
  entry->connected = false;
  dial_later(address_of_.at(network_.identity(peer)), *entry);
}

void PeerBook::on_dial_failed(std::string_view address) {
  const auto entry = entries_.find(address);
  if (entry == entries_.end() || entry->second.connected) return;
  entry->second.waiting = false;
  ++entry->second.failures;
  dial_later(entry->first, entry->second);
}

void PeerBook::dial_later(const std::string& address, Entry& entry) {
  if (entry.waiting) return;
  entry.waiting = true;
  // Doubling from the smallest to the greatest pause, with a fifth of randomness so that islands do not dial in step.
  Duration pause = intervals_.dial_pause_min;
  for (int i = 0; i < entry.failures && pause < intervals_.dial_pause_max; ++i) pause = pause * 2;
  pause = std::min(pause, intervals_.dial_pause_max);
  pause = random_.uniform(pause * 4 / 5, pause * 6 / 5);
  timers_.after(pause, [this, address] {
    const auto due = entries_.find(address);
    if (due == entries_.end() || due->second.connected) return;
    network_.dial(address);  // still `waiting` until it answers
  });
}

}  // namespace lastmile::node
