#include "core/sync/wanted_archives.hpp"

#include <algorithm>

namespace lastmile::sync {

bool WantedArchives::has_room(const std::string& signer, bool stranger) const {
  if (!stranger) return entries_.size() - of_strangers_ < limits_.archives_of_known;
  const auto his = of_stranger_.find(signer);
  return of_strangers_ < limits_.archives_of_strangers &&
         (his == of_stranger_.end() || his->second < limits_.archives_of_stranger);
}

bool WantedArchives::add(const message::ItemHash& archive, const std::string& signer, bool stranger, bool at_hand,
                         Instant now) {
  const auto known = entries_.find(archive);
  if (known != entries_.end()) {
    // A known signer stands for it now.
    if (stranger || !known->second.stranger || !has_room(signer, false)) return false;
    const State state = known->second.state;
    const std::uint32_t failures = known->second.failures;
    erase(known);
    Entry& entry = entries_.emplace(archive, Entry{signer, false, state, failures, now}).first->second;
    enter(archive, entry, state);
    return true;
  }
  if (!has_room(signer, stranger)) return false;
  Entry& entry = entries_.emplace(archive, Entry{signer, stranger, State::missing, 0, now}).first->second;
  if (stranger) {
    ++of_stranger_[signer];
    ++of_strangers_;
  }
  enter(archive, entry, at_hand ? State::at_hand : State::missing);
  return true;
}

void WantedArchives::enter(const message::ItemHash& archive, Entry& entry, State state) {
  entry.state = state;
  if (state == State::missing) missing_.insert({entry.stranger, entry.failures, archive});
  if (state == State::at_hand) at_hand_.insert({entry.stranger, entry.failures, archive});
  if (state != State::asked) return;
  ++asked_;
  if (entry.stranger) ++strangers_asked_;
}

void WantedArchives::leave(const message::ItemHash& archive, const Entry& entry) {
  if (entry.state == State::missing) missing_.erase({entry.stranger, entry.failures, archive});
  if (entry.state == State::at_hand) at_hand_.erase({entry.stranger, entry.failures, archive});
  if (entry.state != State::asked) return;
  --asked_;
  if (entry.stranger) --strangers_asked_;
}

void WantedArchives::erase(Entries::iterator entry) {
  leave(entry->first, entry->second);
  if (entry->second.stranger) {
    --of_strangers_;
    const auto his = of_stranger_.find(entry->second.signer);
    if (--his->second == 0) of_stranger_.erase(his);
  }
  entries_.erase(entry);
}

std::vector<message::ItemHash> WantedArchives::take_to_ask() {
  std::vector<message::ItemHash> ask;
  const std::size_t strangers_max = std::max<std::size_t>(1, asked_max_ / 4);
  while (asked_ < asked_max_ && !missing_.empty()) {
    const Place place = *missing_.begin();  // strangers come last
    if (place.stranger && strangers_asked_ >= strangers_max) break;
    Entry& entry = entries_.at(place.archive);
    leave(place.archive, entry);
    enter(place.archive, entry, State::asked);
    ask.push_back(place.archive);
  }
  return ask;
}

void WantedArchives::arrived(const message::ItemHash& archive) {
  const auto entry = entries_.find(archive);
  if (entry == entries_.end() || entry->second.state == State::taken) return;
  leave(archive, entry->second);
  enter(archive, entry->second, State::at_hand);
}

void WantedArchives::unavailable(const message::ItemHash& archive) {
  const auto entry = entries_.find(archive);
  if (entry == entries_.end() || entry->second.state == State::missing || entry->second.state == State::at_hand) return;
  leave(archive, entry->second);
  ++entry->second.failures;
  enter(archive, entry->second, State::missing);
}

std::optional<message::ItemHash> WantedArchives::take_at_hand() {
  if (at_hand_.empty()) return std::nullopt;
  const message::ItemHash archive = at_hand_.begin()->archive;
  Entry& entry = entries_.at(archive);
  leave(archive, entry);
  enter(archive, entry, State::taken);
  return archive;
}

void WantedArchives::taken_in(const message::ItemHash& archive) {
  if (const auto entry = entries_.find(archive); entry != entries_.end()) erase(entry);
}

std::vector<message::ItemHash> WantedArchives::expire(Instant now) {
  std::vector<message::ItemHash> gone;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto entry = it++;
    const Entry& e = entry->second;
    if (!e.stranger || e.state == State::taken || now - e.since <= limits_.patience) continue;
    gone.push_back(entry->first);
    erase(entry);
  }
  return gone;
}

std::vector<message::ItemHash> WantedArchives::drop(const std::string& signer) {
  std::vector<message::ItemHash> gone;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto entry = it++;
    if (entry->second.signer != signer || entry->second.state == State::taken) continue;
    gone.push_back(entry->first);
    erase(entry);
  }
  return gone;
}

}  // namespace lastmile::sync
