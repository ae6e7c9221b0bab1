// Names with their places and queues.
#include "core/gossip/content_fetcher.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/limits.hpp"

namespace lastmile::gossip {

ContentFetcher::ContentFetcher(const FetchParams& params, Generator& random)
    : params_(params), random_(random), rooms_(params_.rooms), phase_(random.uniform({}, params.retry_max)) {
  LM_CHECK(params_.transfer_bytes_max >= params_.item_bytes_max);  // or the largest could never begin
}

// --- peers

ContentFetcher::Peer& ContentFetcher::peer(env::PeerId id) {
  LM_CHECK(id.value < kPeerNumbersMax);
  if (id.value >= peers_.size()) peers_.resize(id.value + 1);
  return peers_[id.value];
}

void ContentFetcher::on_connected(env::PeerId id) {
  if (peer(id).connected) return;
  peer(id).connected = true;
  connected_.insert(std::lower_bound(connected_.begin(), connected_.end(), id), id);
  new_peer_ = true;
}

// Who comes back is a newcomer: what it could not be asked for while it was away is asked again.
void ContentFetcher::on_lost(env::PeerId id) {
  if (!peer(id).connected) return;
  peer(id).connected = false;
  std::erase(connected_, id);
  for (auto& [name, item] : items_) {
    std::erase(item.tried, id);
    std::erase(item.slow, id);
  }
}

void ContentFetcher::on_forgotten(env::PeerId id) {
  if (id.value >= peers_.size() || peers_[id.value].connected) return;
  for (auto& [_, check] : checks_) check.teller_forgotten = check.teller_forgotten || check.from == id;
  for (auto& [name, item] : items_) {
    std::erase(item.hints, id);
    if (!item.transfer || item.transfer->source != id) continue;
    end_transfer(item);
    mark(name, item);
  }
  peers_[id.value].counts = {};
}

const FetchPeerCounts& ContentFetcher::counts(env::PeerId id) const {
  static const FetchPeerCounts none;
  return id.value < peers_.size() ? peers_[id.value].counts : none;
}

// --- places

bool ContentFetcher::make_room(Room room, Instant now) {
  if (!rooms_.full(room)) return true;
  const auto goes = rooms_.gives_way(room, now);
  if (!goes) return false;
  give_up(items_.find(*goes), true);
  return true;
}

void ContentFetcher::keep_headroom() {
  for (std::size_t i = 0; i < kRooms; ++i) {
    while (const auto goes = rooms_.gives_headroom(static_cast<Room>(i))) give_up(items_.find(*goes), true);
  }
}

void ContentFetcher::give_up(Items::iterator item, bool for_room) {
  given_up_.push_back({item->first, for_room});
  erase(item);
}

// What is on its way keeps its place.
void ContentFetcher::mark(const ContentName& name, Item& item) {
  const bool stays = item.in_flight || (item.transfer && item.transfer->running) || !item.asked;
  rooms_.mark(name, item.place, stays ? Vain::no : item.rounds > 0 ? Vain::all_peers : Vain::some_peer);
}

std::optional<Instant> ContentFetcher::oldest(Room room) const {
  std::optional<Instant> first;
  for (const auto& [name, item] : items_) {
    if (item.place.room == room) first = std::min(first.value_or(item.place.since), item.place.since);
  }
  return first;
}

// --- queues

ContentFetcher::Queue& ContentFetcher::queue_of(const Item& item) {
  return queues_[2 * static_cast<std::size_t>(item.place.room) + (item.asked ? 1 : 0)];
}

void ContentFetcher::leave_queue(const ContentName& name, Item& item) {
  if (!item.in_flight) queue_of(item).erase({item.ready_at, item.turn, name});
}

void ContentFetcher::set_ready(const ContentName& name, Item& item, Instant at) {
  leave_queue(name, item);
  item.in_flight = false;
  item.ready_at = at;
  item.turn = next_turn_++;
  queue_of(item).insert({item.ready_at, item.turn, name});
  mark(name, item);
}

void ContentFetcher::set_busy(const ContentName& name, Item& item) {
  leave_queue(name, item);
  item.in_flight = true;
  item.asked = true;
  mark(name, item);
}

// --- names

bool ContentFetcher::want(const ContentName& name, Room room, std::span<const env::PeerId> hints, Instant now,
                          std::optional<Duration> retry_max) {
  auto found = items_.find(name);
  if (found == items_.end()) {
    if (!make_room(room, now)) return false;
    found = items_.try_emplace(name).first;
    rooms_.enter(found->second.place, room, now);
    found->second.in_flight = true;  // in no queue yet
    found->second.retry_max = params_.retry_max;
    set_ready(name, found->second, now);
  }
  Item& item = found->second;
  if (room == Room::own && item.place.room != Room::own) {
    leave_queue(name, item);
    rooms_.move(name, item.place, Room::own);
    if (!item.in_flight) queue_of(item).insert({item.ready_at, item.turn, name});
  }
  if (retry_max) item.retry_max = std::min(item.retry_max, *retry_max);
  for (const env::PeerId hint : hints) {
    if (item.hints.size() >= params_.hints_max) break;
    if (std::find(item.hints.begin(), item.hints.end(), hint) != item.hints.end()) continue;
    item.hints.push_back(hint);
    std::erase(item.tried, hint);
    if (!item.in_flight) set_ready(name, item, now);  // worth asking now, also in a pause
  }
  return true;
}

void ContentFetcher::forget(const ContentName& name) {
  const auto found = items_.find(name);
  if (found != items_.end()) erase(found);
}

void ContentFetcher::came_another_way(const ContentName& name) {
  const auto found = items_.find(name);
  if (found != items_.end()) give_up(found, true);
}

void ContentFetcher::erase(Items::iterator found) {
  Item& item = found->second;
  end_transfer(item);
  leave_queue(found->first, item);
  rooms_.leave(found->first, item.place);
  items_.erase(found);
}

int ContentFetcher::rounds(const ContentName& name) const {
  const auto found = items_.find(name);
  return found == items_.end() ? 0 : found->second.rounds;
}

// --- rounds over all peers

bool ContentFetcher::was_tried(const Item& item, env::PeerId id) const {
  return std::binary_search(item.tried.begin(), item.tried.end(), id);
}

bool ContentFetcher::all_tried(const Item& item) const {
  return std::includes(item.tried.begin(), item.tried.end(), connected_.begin(), connected_.end());
}

void ContentFetcher::tried(Items::iterator found, env::PeerId by, Instant now) {
  Item& item = found->second;
  end_transfer(item);
  const auto at = std::lower_bound(item.tried.begin(), item.tried.end(), by);
  const bool noted = at != item.tried.end() && *at == by;
  if (!noted && peer(by).connected) item.tried.insert(at, by);
  std::erase(item.hints, by);
  if (!all_tried(item) || connected_.empty()) {
    set_ready(found->first, item, now);
  } else if (item.paused) {  // the newcomer had nothing either: back into the pause
    set_ready(found->first, item, std::max(item.not_before, now));
  } else {
    end_round(found, now);
  }
}

// Up to a quarter earlier: pauses of one node end together, so that one question asks for many names, and those of
// nodes that lack the same thing do not.
Instant ContentFetcher::pause_end(Instant now, Duration pause) const {
  const std::int64_t slot = pause.ns / 4;
  const Instant first = now + pause - nanoseconds(slot);
  if (slot == 0) return first;
  const std::int64_t since = (first.ns - phase_.ns) % slot;
  return first + nanoseconds(since > 0 ? slot - since : -since);
}

void ContentFetcher::end_round(Items::iterator found, Instant now) {
  Item& item = found->second;
  ++item.rounds;
  const RoomParams& room = rooms_.params(item.place.room);
  const int full_rounds = item.rounds - room.early_rounds;
  if (params_.rounds_max > 0 && full_rounds >= params_.rounds_max) return give_up(found, false);
  Duration pause = room.pause;
  for (int i = 1; i < full_rounds && pause < item.retry_max; ++i) pause = pause * 2;
  for (int i = full_rounds; i < 1; ++i) pause = pause / 2;
  item.paused = true;
  item.not_before = pause_end(now, std::min(pause, item.retry_max));
  set_ready(found->first, item, item.not_before);
}

}  // namespace lastmile::gossip
