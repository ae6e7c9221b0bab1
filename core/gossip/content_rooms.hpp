// Who has a place among the fetches, and who gives way to a newcomer. Names that nobody has cost nothing to invent, so
// a place is not kept for ever: when a room is full, whoever was asked for in vain the longest goes
// (docs/decisions/0006).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

#include "core/base/time.hpp"
#include "core/gossip/content.hpp"

namespace lastmile::gossip {

// Rooms take no places from each other.
enum class Room : std::uint8_t {
  contents,        // contents of messages and files, asked for because a message has just come
  contents_again,  // contents of messages that wait, asked for in turn
  files_again,     // and files
  envelopes,
  own,  // archives and heads: who wants them bounds how many
};
inline constexpr std::size_t kRooms = 5;

struct RoomParams {
  std::size_t places = ~std::size_t{0};
  Duration turn{};              // how long a name keeps its place at least; zero: no longer than others need
  Duration pause = seconds(1);  // after all peers were asked in vain; doubles
  // Rounds before that: the last of them ends with half of the pause, the one before with a quarter. For what is
  // probably on its way to the peers, too.
  int early_rounds = 0;
};
using RoomsParams = std::array<RoomParams, kRooms>;  // by Room

// Was it asked for in vain?
enum class Vain : std::uint8_t { all_peers, some_peer, no };

// Of one name; changed by FetchRooms only.
struct FetchPlace {
  Room room = Room::own;
  Vain vain = Vain::no;
  Instant since;
  std::uint64_t number = 0;  // of all places ever taken
};

class FetchRooms {
 public:
  explicit FetchRooms(const RoomsParams& params) : params_(params) {}

  void enter(FetchPlace& place, Room room, Instant now);
  void leave(const ContentName& name, FetchPlace& place);
  void move(const ContentName& name, FetchPlace& place, Room to);
  // Vain::no also for what is on its way or being checked: it stays.
  void mark(const ContentName& name, FetchPlace& place, Vain vain);

  const RoomParams& params(Room room) const { return params_[static_cast<std::size_t>(room)]; }
  std::size_t taken(Room room) const { return of(room).taken; }
  bool full(Room room) const { return taken(room) >= params(room).places; }
  // Who goes for a newcomer: of those that all peers were asked for, or else of those that some peer was, who came
  // first. In a room of turns, who came first.
  std::optional<ContentName> gives_way(Room room, Instant now) const;
  // An eighth of a room without turns is kept free for those that come next, so long as somebody in it was asked for
  // everywhere.
  std::optional<ContentName> gives_headroom(Room room) const;

 private:
  struct InVain {
    Vain how;  // some_peer for all in a room of turns
    std::uint64_t number;
    Instant since;
    ContentName name;
    friend auto operator<=>(const InVain&, const InVain&) = default;
  };
  struct State {
    std::size_t taken = 0;
    std::set<InVain> vain;  // who goes first stands first
  };
  State& of(Room room) { return rooms_[static_cast<std::size_t>(room)]; }
  const State& of(Room room) const { return rooms_[static_cast<std::size_t>(room)]; }
  bool has_turns(Room room) const { return params(room).turn > Duration{}; }
  InVain key(const ContentName& name, const FetchPlace& place) const;

  RoomsParams params_;
  std::array<State, kRooms> rooms_;  // by Room
  std::uint64_t next_number_ = 0;
};

}  // namespace lastmile::gossip
