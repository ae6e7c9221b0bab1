// Range-based set reconciliation (Meyer, 2022; architecture.md 8, road 1). One side asks, the other answers without
// keeping anything; the asker ends up with both differences. Pure: the node sends the messages and fetches what was
// found.
//
//   Initiator session(salt);                              // salt: fresh random bits for every session
//   while (auto request = session.next(held)) { send it; session.on_answer(held, answer); }
//   session.lacking()  -> fetch them      session.other_lacks() -> make_offers() tell the other side
//
// The set may change while a session runs: what comes or goes meanwhile may or may not be found. An item that the two
// sides hold under different seconds (a relay changed the time of a non-inline message without own time) is found on
// both: ask the store before fetching.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "core/base/result.hpp"
#include "core/sync/held_set.hpp"
#include "core/sync/limits.hpp"
#include "core/sync/reconcile_message.hpp"

namespace lastmile::sync {

// The answer to a request: bounded work (limits.hpp), no state. An answer covers at least one entry. Never refuses a
// decoded request; an error means that the set cannot be read.
Result<Answer> answer(const HeldSet& held, const Request& request);

struct InitiatorOptions {
  std::size_t token_bytes = kTokenBytesDefault;  // 1 to kTokenBytesMax
  std::size_t round_trips_max = kRoundTripsMax;
  std::size_t differences_max = kDifferencesMax;  // on each side; the last range may bring some more
};

class Initiator {
 public:
  // Compares everything, or one range only.
  explicit Initiator(std::uint64_t salt, InitiatorOptions options = {});
  Initiator(std::uint64_t salt, InitiatorOptions options, const HeldItem& from, const HeldItem& until);

  // The next request; empty when the session is over. Not while an answer is awaited (checked).
  Result<std::optional<Request>> next(const HeldSet& held);

  enum class Taken : std::uint8_t {
    good,
    protocol_error,  // the answer does not belong to the request: the session is over
  };
  // Only after next() gave a request (checked).
  Result<Taken> on_answer(const HeldSet& held, const Answer& answer);

  bool over() const { return over_; }
  // All was settled; otherwise the session ended at a limit or an error, and another one (other salt) finds more.
  bool complete() const { return over_ && settled_until() == until_; }
  // All differences below this bound were found. After a session that ended at a limit, the next one may begin here
  // instead of finding again what is still being fetched. Valid at any time, also when an answer never came.
  HeldItem settled_until() const;
  std::size_t round_trips() const { return round_trips_; }

  // Held by the other side and not here; held here and not there. Ordered by hash.
  const std::set<message::ItemHash>& lacking() const { return lacking_; }
  const std::set<message::ItemHash>& other_lacks() const { return other_lacks_; }

 private:
  struct Range {
    HeldItem from;
    HeldItem until;
    bool differs = false;  // known; else compare it first
  };
  struct Asked {
    Range range;
    std::vector<HeldItem> listed;  // what the tokens stand for
    bool is_list = false;
  };

  class RequestBuilder;

  static bool belongs(const Asked& asked, const Finding& finding);

  Result<Unit> settle(const HeldSet& held, const Asked& asked, const Finding& finding, std::vector<Range>& reopened);
  Result<Unit> settle_none(const HeldSet& held, const Range& range, std::vector<Range>& reopened);
  Result<Unit> settle_split(const HeldSet& held, const Range& range, const Split& split, std::vector<Range>& reopened);
  void settle_difference(const Asked& asked, const Difference& difference, std::vector<Range>& reopened);
  void reopen(std::vector<Range> ranges);
  void leave(const HeldItem& from);
  bool full() const;

  std::uint64_t salt_;
  InitiatorOptions options_;
  std::deque<Range> open_;    // ascending
  std::vector<Asked> asked_;  // of the request under way
  bool awaiting_ = false;
  bool over_ = false;
  HeldItem until_;                     // of the whole session
  std::optional<HeldItem> left_from_;  // beside open_ something from here on was left to another session
  std::size_t round_trips_ = 0;
  std::set<message::ItemHash> lacking_;
  std::set<message::ItemHash> other_lacks_;
};

// The hashes as offers of at most kOfferMax.
std::vector<Offer> make_offers(const std::set<message::ItemHash>& hashes);

}  // namespace lastmile::sync
