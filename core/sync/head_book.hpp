// Which heads a node knows, and the walk back from an unknown one: a pure planner. The node fetches what it asks for,
// by hash, and checks nothing itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/sync/head.hpp"

namespace lastmile::sync {

class HeadBook {
 public:
  // Signers that are followed, and heads on a walk at once; beyond them new ones are ignored and counted.
  static constexpr std::size_t kSignersMax = 1000;
  static constexpr std::size_t kWalkMax = 100'000;

  enum class Seen : std::uint8_t {
    known,     // nothing new
    accepted,  // new: see take_wanted_heads() and take_archives()
    refused,   // bad signature, or a sequence that contradicts the chain it stands in
    full,
  };
  // A head with its signature, from a peer or fetched.
  Seen on_head(const Head& head);
  // A wanted head cannot be had now: the walk waits until its signer's next head, or retry().
  void unavailable(const message::ItemHash& head);
  void retry();  // ask for everything that was unavailable again

  // Heads to fetch, each named once.
  std::vector<message::ItemHash> take_wanted_heads();
  // Archives to fetch and take in, oldest head of a walk last; each named once.
  std::vector<message::ItemHash> take_archives();

  // Newest head of every signer, by signer: what peers are told on connect.
  std::vector<Head> newest() const;
  std::optional<Head> newest_of(const std::string& signer) const;
  bool wants(const message::ItemHash& head) const { return wanted_.contains(head); }
  std::uint64_t refused() const { return refused_; }

  // Restart: what was walked already. Heads restored are known and are not asked for again.
  struct Saved {
    Head newest;
    std::vector<message::ItemHash> unlinked;  // heads still to fetch on the walk back
  };
  std::vector<Saved> save() const;
  void restore(const std::vector<Saved>& saved);

 private:
  struct Signer {
    Head newest;
    std::set<std::uint64_t> sequences;  // accepted; a run from 1 collapses into `linked_to`
    std::uint64_t linked_to = 0;        // all heads up to this sequence were accepted
  };
  struct Wanted {
    std::string signer;
    std::uint64_t sequence;
    bool available = true;
  };
  void collapse(Signer& signer);

  std::map<std::string, Signer> signers_;
  std::map<message::ItemHash, Wanted> wanted_;
  std::vector<message::ItemHash> to_fetch_;
  std::vector<message::ItemHash> archives_;
  std::uint64_t refused_ = 0;
};

}  // namespace lastmile::sync
