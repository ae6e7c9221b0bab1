// Plans who is asked for which hash, in which order, how many at once, and when again: pure, no sockets or timers. The
// owner carries out the orders and reports what became of them:
//
//   fetcher.want({ContentKind::bytes, hash}, Room::contents, {peer that mentioned it}, now);
//   for (FetchOrder& order : fetcher.plan(now)) ...   Network::request for `request`, Network::fetch for a range
//   Received r = fetcher.on_answer(order.id, answer, now);   or on_range / on_failed
//   for (ContentCheck& check : r.checks) ...                 hash the bytes somewhere (content_check.hpp), then
//   fetcher.on_checked(check.id, matches, now);              gives the arrival; then plan() again,
//   and plan() at next_plan() at the latest.
//
// Content is checked against its hash before it is handed out, an envelope proves itself later; a peer with wrong bytes
// is asked last from then on. What waits for its check, and what may still come in answers, is bounded: above it no
// further orders are planned. Every name has a place in one of the rooms (content_rooms.hpp); rooms take turns in a
// plan, and in each of them names that were never asked for take turns with the others. Who gives large items too
// slowly holds up neither them nor others (content_transfer.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/env/network.hpp"
#include "core/gossip/content.hpp"
#include "core/gossip/content_rooms.hpp"
#include "core/gossip/content_transfer.hpp"
#include "core/gossip/fetch_params.hpp"

namespace lastmile::gossip {

struct FetchOrder {
  OrderId id = 0;
  env::PeerId peer;
  Duration deadline{};
  ContentRequest request;  // empty when a range is to be fetched
  std::optional<env::ContentRange> range;
};

struct Arrival {
  ContentName name;
  env::Value bytes;
  env::PeerId from;
};

struct GivenUp {
  ContentName name;
  bool for_room = false;  // others needed its place, or it came another way; otherwise rounds_max is reached
  friend bool operator==(const GivenUp&, const GivenUp&) = default;
};

using CheckId = std::uint64_t;

// Bytes that came under a name: hash them and tell on_checked.
struct ContentCheck {
  CheckId id = 0;
  message::ItemHash name;
  env::Value bytes;
};

struct Received {
  std::vector<Arrival> arrivals;  // envelopes
  std::vector<ContentCheck> checks;
};

struct FetchPeerCounts {
  std::uint64_t asked = 0;  // names
  std::uint64_t delivered = 0;
  std::uint64_t absent = 0;
  std::uint64_t wrong = 0;   // bytes that do not match, answers to no question
  std::uint64_t failed = 0;  // orders without an answer
};

class ContentFetcher {
 public:
  ContentFetcher(const FetchParams& params, Generator& random);

  void on_connected(env::PeerId peer);
  void on_lost(env::PeerId peer);       // its orders must still be reported as failed
  void on_forgotten(env::PeerId peer);  // lost before, its orders reported: the number goes to another peer

  // Wanted from now on; hints: peers that probably have it, best first. More hints may be added later. False when the
  // room is full of names that may not go yet (nothing changes); else one that was asked for in vain goes for it. What
  // is wanted already stays in its room, unless it is wanted in Room::own now. retry_max: the longest pause for this
  // item, if shorter than the common one.
  bool want(const ContentName& name, Room room, std::span<const env::PeerId> hints, Instant now,
            std::optional<Duration> retry_max = std::nullopt);
  void forget(const ContentName& name);
  // It came another way. Told as given up for room: there may be others who want it than those it came to.
  void came_another_way(const ContentName& name);
  bool wanted(const ContentName& name) const { return items_.contains(name); }
  std::size_t taken(Room room) const { return rooms_.taken(room); }
  std::optional<Instant> oldest(Room room) const;  // since when the one wanted longest is; looks at every item
  int rounds(const ContentName& name) const;       // completed rounds over all peers, 0 when not wanted

  std::vector<FetchOrder> plan(Instant now);
  std::optional<Instant> next_plan() const;  // when a pause ends; empty: only an event can change something

  // All four ignore unknown ids. What arrived and matches is no longer wanted.
  Received on_answer(OrderId id, const ContentAnswer& answer, Instant now);
  Received on_range(OrderId id, ByteView bytes, Instant now);
  void on_failed(OrderId id, Instant now);
  // Empty when the bytes do not match, or the name was forgotten meanwhile, also when it is wanted anew.
  std::optional<Arrival> on_checked(CheckId id, bool matches, Instant now);

  std::vector<GivenUp> take_given_up() { return std::exchange(given_up_, {}); }
  const FetchPeerCounts& counts(env::PeerId peer) const;
  std::size_t orders_in_flight() const { return orders_.size(); }
  std::size_t checks_in_flight() const { return checks_.size(); }

 private:
  struct Item {
    FetchPlace place;
    std::vector<env::PeerId> hints;
    std::vector<env::PeerId> tried;  // connected peers asked in this round, ascending
    Instant not_before{};            // end of the pause after a round
    Instant ready_at{};              // place in its queue
    std::uint64_t turn = 0;
    bool asked = false;  // it was in flight before
    int rounds = 0;
    Duration retry_max{};
    bool paused = false;
    bool in_flight = false;            // asked for or being checked; then in no queue
    CheckId check = 0;                 // of its bytes, the newest; 0 = none
    std::optional<Transfer> transfer;  // somebody has it, and will give it in ranges
    std::vector<env::PeerId> slow;     // connected peers that gave it too slowly: asked last
  };
  using Items = std::map<ContentName, Item>;
  struct Ready {
    Instant at;
    std::uint64_t turn;
    ContentName name;
    friend auto operator<=>(const Ready&, const Ready&) = default;
  };
  using Queue = std::set<Ready>;
  struct Peer {
    bool connected = false;
    std::size_t orders = 0;
    std::size_t transfers = 0;
    FetchPeerCounts counts;
  };
  struct Order {
    env::PeerId peer;
    std::vector<ContentName> names;
    bool is_range = false;
    Instant since;
  };
  struct Check {
    ContentName name;
    env::PeerId from;
    env::Value bytes;
    bool teller_forgotten = false;  // the number is perhaps another peer's by now
  };
  struct Batch {  // an order in the making
    env::PeerId peer;
    std::vector<ContentName> names;
  };
  enum class Planned : std::uint8_t { done, must_wait };

  Peer& peer(env::PeerId id);
  // content_fetcher.cpp: places and queues
  bool make_room(Room room, Instant now);
  void keep_headroom();
  void give_up(Items::iterator item, bool for_room);
  void mark(const ContentName& name, Item& item);
  Queue& queue_of(const Item& item);
  void leave_queue(const ContentName& name, Item& item);
  void set_ready(const ContentName& name, Item& item, Instant at);
  void set_busy(const ContentName& name, Item& item);
  void erase(Items::iterator item);
  void tried(Items::iterator item, env::PeerId by, Instant now);
  void end_round(Items::iterator item, Instant now);
  Instant pause_end(Instant now, Duration pause) const;
  bool was_tried(const Item& item, env::PeerId id) const;
  bool all_tried(const Item& item) const;
  // content_fetcher_plan.cpp: whom to ask
  void ask_newcomers(Instant now);
  bool has_room(env::PeerId id, const std::vector<Batch>& batches) const;
  bool no_more(const std::vector<Batch>& batches) const;
  std::optional<env::PeerId> choose(const Item& item, const std::vector<Batch>& batches);
  Planned plan_item(Items::iterator item, std::vector<Batch>& batches, std::vector<FetchOrder>& out, Instant now);
  FetchOrder issue(Order order);
  // content_fetcher_transfers.cpp: large items
  bool has_place(const Transfer& transfer) const;
  std::optional<Planned> plan_transfer(Item& item, const ContentName& name, std::size_t batches,
                                       std::vector<FetchOrder>& out, Instant now);
  FetchOrder range_order(const ContentName& name, Item& item, Instant now);
  void begin_transfer(Item& item, env::PeerId source, std::uint64_t size, Instant now);
  void end_transfer(Item& item);
  bool is_slow(const Transfer& transfer) const;
  bool was_slow(const Item& item, env::PeerId id) const;
  bool may_go_on(const Item& item, Instant now);
  bool holds_up_its_content(const Item& item) const;
  bool holds_up_others(const Transfer& transfer, Instant now) const;
  // content_fetcher_answers.cpp: what became of it
  std::optional<Order> close(OrderId id);
  void on_item(Items::iterator item, const ContentItem& got, env::PeerId from, bool gave, Received& received,
               Instant now);
  Arrival arrive(Items::iterator item, env::Value bytes, env::PeerId from);
  ContentCheck begin_check(Items::iterator item, env::Value bytes, env::PeerId from);

  FetchParams params_;
  Generator& random_;
  Items items_;
  FetchRooms rooms_;
  Duration phase_;                        // of the ends of pauses, this node's own
  std::array<Queue, 2 * kRooms> queues_;  // of those not in flight: of each room those never asked for, and the others
  std::size_t next_queue_ = 0;            // whose turn it is
  std::map<OrderId, Order> orders_;
  std::map<CheckId, Check> checks_;
  std::size_t names_asked_ = 0;  // in orders
  std::size_t check_bytes_ = 0;
  std::size_t transfers_ = 0;  // running, and what they announced
  std::uint64_t transfer_bytes_ = 0;
  std::optional<Instant> gave_way_;  // when the last of them did
  CheckId next_check_ = 1;
  std::vector<Peer> peers_;             // by PeerId
  std::vector<env::PeerId> connected_;  // ascending
  std::vector<GivenUp> given_up_;
  OrderId next_order_ = 1;
  std::uint64_t next_turn_ = 0;
  Instant last_plan_{};
  bool new_peer_ = false;
};

}  // namespace lastmile::gossip
