// Which heads a node knows, and the walk back from an unknown one: a pure planner. The node fetches what it asks for by
// hash, and checks signatures (head_check.hpp) between look() and on_head().
//
// Anybody may sign heads. Those of known signers (configured, or emitters of a followed chain) are always followed.
// Strangers share a small space: a peer that brings many displaces those that it brought itself, the least recently
// heard first, and nobody else's (docs/decisions/0005).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/env/network.hpp"
#include "core/sync/head.hpp"
#include "core/sync/limits.hpp"

namespace lastmile::sync {

class HeadBook {
 public:
  using Teller = std::optional<env::PeerId>;  // empty: ourselves, or the content store

  using IsKnown = std::function<bool(const std::string& signer)>;  // the same answer at all times

  explicit HeadBook(IsKnown is_known = {}, const HeadLimits& limits = {})
      : is_known_(std::move(is_known)), limits_(limits) {}

  bool is_stranger(const std::string& signer) const { return !is_known_ || !is_known_(signer); }

  enum class Seen : std::uint8_t {
    known,      // nothing new
    unchecked,  // look() only: worth the check of its signature
    accepted,   // on_head() only: see take_wanted_heads() and take_archives()
    full,       // of a stranger, and no room, or its teller has told too many
  };
  // Before anything is spent on it.
  Seen look(const Head& head, Teller from, Instant now);
  // A head whose signature is good. Never `unchecked`.
  Seen on_head(const Head& head, Teller from, Instant now);

  // The number of this peer may belong to another one from now on: nobody answers for the strangers it brought.
  void on_forgotten(env::PeerId peer);
  // A wanted head cannot be had now: the walk waits until retry().
  void unavailable(const message::ItemHash& head);
  // Asks again for everything that was unavailable; what was asked for longer than HeadLimits::patience waits for the
  // next head of its signer, and strangers not heard of for as long are forgotten.
  void retry(Instant now);

  // Heads to fetch, each named once.
  std::set<message::ItemHash> take_wanted_heads() { return std::exchange(to_fetch_, {}); }
  struct NamedArchive {
    message::ItemHash archive;
    std::string signer;
  };
  // Archives to fetch and take in, as heads were accepted.
  std::vector<NamedArchive> take_archives() { return std::exchange(archives_, {}); }
  // Signers whose record changed or went since the last call: what is to be written. A forgotten one has no saved().
  std::set<std::string> take_changed() { return std::exchange(changed_, {}); }

  // Newest head of every signer, by signer: what peers are told on connect.
  std::vector<Head> newest() const;
  std::optional<Head> newest_of(const std::string& signer) const;
  bool wants(const message::ItemHash& head) const;
  std::size_t signers() const { return signers_.size(); }
  std::size_t strangers() const { return strangers_; }
  std::uint64_t contradictions() const { return contradictions_; }  // heads that are not what a later one named

  // Sequences accepted without a gap; the walk goes on below `from`, with the head named here. No name: it began with
  // sequence 1, or the head named does not exist.
  struct Run {
    std::uint64_t from = 0;
    std::uint64_t until = 0;
    std::optional<message::ItemHash> previous;
    friend bool operator==(const Run&, const Run&) = default;
  };
  struct Saved {
    Head newest;
    std::vector<Run> runs;  // ascending, apart
  };
  std::optional<Saved> saved(const std::string& signer) const;
  // Restart. What cannot be is left out (Saved may come from a damaged disk).
  void restore(const std::vector<Saved>& saved, Instant now);

 private:
  enum class Asking : std::uint8_t { no, yes, in_vain, given_up };
  struct Stretch {  // a run that begins at its key
    std::uint64_t until = 0;
    std::optional<message::ItemHash> previous;
    Asking asking = Asking::no;
    Instant since;  // of asking
  };
  struct Signer {
    Head newest;
    std::map<std::uint64_t, Stretch> runs;
    bool stranger = false;
    Teller teller;           // of a stranger: who brought him, and answers for his place
    std::uint64_t turn = 0;  // of the newest head accepted: the order of forgetting
    Instant heard;
  };
  // A name, and who names it: two signers may name one head, and one of them lies.
  struct Wanted {
    message::ItemHash head;
    std::string signer;
    std::uint64_t above = 0;  // start of the run that names it
    friend auto operator<=>(const Wanted&, const Wanted&) = default;
  };
  struct Allowance {  // of a peer, for heads of strangers
    std::size_t heads = 0;
    Instant since;
  };
  using Signers = std::map<std::string, Signer>;

  Seen judge(const Head& head, const message::ItemHash& name);
  bool allowed(env::PeerId from, Instant now);
  void adopt(Signer& signer, Teller from);
  bool make_room();
  void forget(Signers::iterator signer);
  void ask_for(const std::string& address, std::uint64_t from, Stretch& run, Instant now);
  void stop_asking(const std::string& address, std::uint64_t from, Stretch& run);
  std::vector<Wanted> wanting(const message::ItemHash& head) const;

  IsKnown is_known_;
  HeadLimits limits_;
  Signers signers_;
  std::set<Wanted> wanted_;
  std::map<Teller, std::size_t> told_by_;  // strangers by who answers for them
  std::map<env::PeerId, Allowance> allowances_;
  std::size_t strangers_ = 0;
  std::uint64_t turn_ = 0;
  std::set<message::ItemHash> to_fetch_;
  std::vector<NamedArchive> archives_;
  std::set<std::string> changed_;
  std::uint64_t contradictions_ = 0;
};

}  // namespace lastmile::sync
