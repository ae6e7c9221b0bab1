#include "core/gossip/content_rooms.hpp"

namespace lastmile::gossip {

void FetchRooms::enter(FetchPlace& place, Room room, Instant now) {
  place = {room, Vain::no, now, next_number_++};
  ++of(room).taken;
}

void FetchRooms::leave(const ContentName& name, FetchPlace& place) {
  mark(name, place, Vain::no);
  --of(place.room).taken;
}

void FetchRooms::move(const ContentName& name, FetchPlace& place, Room to) {
  const Vain vain = place.vain;
  leave(name, place);
  place.room = to;
  ++of(to).taken;
  mark(name, place, vain);
}

FetchRooms::InVain FetchRooms::key(const ContentName& name, const FetchPlace& place) const {
  return {has_turns(place.room) ? Vain::some_peer : place.vain, place.number, place.since, name};
}

void FetchRooms::mark(const ContentName& name, FetchPlace& place, Vain vain) {
  if (place.vain == vain) return;
  std::set<InVain>& set = of(place.room).vain;
  if (place.vain != Vain::no) set.erase(key(name, place));
  place.vain = vain;
  if (vain != Vain::no) set.insert(key(name, place));
}

std::optional<ContentName> FetchRooms::gives_way(Room room, Instant now) const {
  const std::set<InVain>& vain = of(room).vain;
  if (vain.empty() || now - vain.begin()->since < params(room).turn) return std::nullopt;
  return vain.begin()->name;
}

std::optional<ContentName> FetchRooms::gives_headroom(Room room) const {
  const std::size_t places = params(room).places;
  const std::set<InVain>& vain = of(room).vain;
  if (taken(room) <= places - places / 8 || vain.empty() || vain.begin()->how != Vain::all_peers) return std::nullopt;
  return vain.begin()->name;
}

}  // namespace lastmile::gossip
