#include "core/node/peer_book.hpp"

#include <algorithm>

namespace lastmile::node {

namespace {

std::string_view identity_in(std::string_view address) { return address.substr(0, address.find('@')); }

// By identity, then by address: the order of the book.
bool before(std::string_view a, std::string_view b) {
  const int order = identity_in(a).compare(identity_in(b));
  return order != 0 ? order < 0 : a < b;
}

}  // namespace

PeerBook::Entry* PeerBook::find(std::string_view address) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), address,
                                   [](const Entry& e, std::string_view key) { return before(e.address, key); });
  return at != entries_.end() && at->address == address ? &*at : nullptr;
}

PeerBook::Entry* PeerBook::entry_of(env::PeerId peer) {
  const std::string identity = network_.identity(peer);
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), identity,
                                   [](const Entry& e, const std::string& key) { return identity_in(e.address) < key; });
  return at != entries_.end() && identity_in(at->address) == identity ? &*at : nullptr;
}

void PeerBook::start(const std::vector<std::string>& addresses) {
  entries_.reserve(entries_.size() + addresses.size());
  for (const std::string& address : addresses) entries_.push_back({.address = address});
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return before(a.address, b.address); });
  const auto same = [](const Entry& a, const Entry& b) { return a.address == b.address; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());  // the older stays
  for (const std::string& address : addresses) {
    Entry& entry = *find(address);
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
  Entry* entry = entry_of(peer);
  if (entry == nullptr) return;
  entry->failures = 0;
  entry->connected = true;
  entry->waiting = false;
}

void PeerBook::on_lost(env::PeerId peer) {
  const auto place = std::lower_bound(connected_.begin(), connected_.end(), peer);
  if (place != connected_.end() && *place == peer) connected_.erase(place);
  Entry* entry = entry_of(peer);
  if (entry == nullptr) return;  // it had dialled us: it will again
  entry->connected = false;
  dial_later(*entry);
}

bool PeerBook::on_dial_failed(std::string_view address) {
  Entry* entry = find(address);
  if (entry == nullptr || entry->connected) return false;
  entry->waiting = false;
  ++entry->failures;
  dial_later(*entry);
  return pause_after(entry->failures) == intervals_.dial_pause_max;
}

// Doubles from the smallest to the greatest.
Duration PeerBook::pause_after(std::uint32_t failures) const {
  Duration pause = intervals_.dial_pause_min;
  for (std::uint32_t i = 0; i < failures && pause < intervals_.dial_pause_max; ++i) pause = pause * 2;
  return std::min(pause, intervals_.dial_pause_max);
}

void PeerBook::dial_later(Entry& entry) {
  if (entry.waiting) return;
  entry.waiting = true;
  // With a fifth of randomness, so that islands do not dial in step.
  Duration pause = pause_after(entry.failures);
  pause = random_.uniform(pause * 4 / 5, pause * 6 / 5);
  timers_.after(pause, [this, address = entry.address] {
    const Entry* due = find(address);
    if (due == nullptr || due->connected) return;
    network_.dial(address);  // still `waiting` until it answers
  });
}

}  // namespace lastmile::node
