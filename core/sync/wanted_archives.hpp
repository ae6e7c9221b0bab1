// Archives that heads name and whose messages are not all here: which are asked for first, which are taken in next, and
// which are given up. A pure planner. Known signers go before strangers, what was asked for in vain goes behind the
// rest, and the shares of strangers are bounded, so that archives that somebody invented keep no other ones away.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/item_hash.hpp"
#include "core/sync/limits.hpp"

namespace lastmile::sync {

class WantedArchives {
 public:
  // asked_max: archives being fetched at once; a quarter of them, at least one, may be of strangers.
  WantedArchives(const HeadLimits& limits, std::size_t asked_max) : limits_(limits), asked_max_(asked_max) {}

  bool has_room(const std::string& signer, bool stranger) const;
  // False when it is wanted already, or there is no room. at_hand: its bytes are on our disk.
  bool add(const message::ItemHash& archive, const std::string& signer, bool stranger, bool at_hand, Instant now);
  bool contains(const message::ItemHash& archive) const { return entries_.contains(archive); }
  std::size_t size() const { return entries_.size(); }

  // To be fetched now; answer each with arrived() or unavailable().
  std::vector<message::ItemHash> take_to_ask();
  void arrived(const message::ItemHash& archive);      // its bytes are on our disk; ignored when not wanted
  void unavailable(const message::ItemHash& archive);  // nobody had it, or what we had was damaged

  // The next one at hand; it stays wanted until taken_in().
  std::optional<message::ItemHash> take_at_hand();
  void taken_in(const message::ItemHash& archive);

  // Given up: those of strangers that were wanted for longer than HeadLimits::patience, and all of a forgotten signer.
  std::vector<message::ItemHash> expire(Instant now);
  std::vector<message::ItemHash> drop(const std::string& signer);

 private:
  enum class State : std::uint8_t { missing, asked, at_hand, taken };
  struct Entry {
    std::string signer;
    bool stranger = false;
    State state = State::missing;
    std::uint32_t failures = 0;
    Instant since;
  };
  struct Place {  // in the order of asking
    bool stranger;
    std::uint32_t failures;
    message::ItemHash archive;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  using Entries = std::map<message::ItemHash, Entry>;
  void enter(const message::ItemHash& archive, Entry& entry, State state);
  void leave(const message::ItemHash& archive, const Entry& entry);
  void erase(Entries::iterator entry);

  const HeadLimits limits_;
  const std::size_t asked_max_;
  Entries entries_;
  std::set<Place> missing_;
  std::set<Place> at_hand_;
  std::map<std::string, std::size_t> of_stranger_;  // how many each one has
  std::size_t of_strangers_ = 0;
  std::size_t asked_ = 0;
  std::size_t strangers_asked_ = 0;
};

}  // namespace lastmile::sync
