// What a store is told when it is made: the rules that are parameters of a network, and its limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/economy/account.hpp"
#include "core/economy/cost.hpp"
#include "core/economy/credits.hpp"
#include "core/economy/prices.hpp"
#include "core/economy/rules.hpp"
#include "core/message/switches.hpp"

namespace lastmile::store {

// messages.md 7.1. Addresses compare exactly.
struct WellKnown {
  // Owner of the aggregates `pricing` and `settings`, which replace StoreOptions::prices.
  std::string prices = "0xFba561a84A537fCaa567bb7A2257e7142701ae2A";
  // Senders and owners of the posts `balances-update`.
  std::vector<std::string> balances = {"0xB34f25f2c935bCA437C061547eA12851d719dEFb",
                                       "0xa1B3bb7d2332383D96b7796B908fB7f7F3c2Be10"};
  // Owners whose aggregate elements are recorded but never folded (messages.md 4.2).
  std::vector<std::string> unfolded_aggregates = {"0x51A58800b26AA1451aaA803d1746687cB88E0501"};
};

struct Limits {
  // Valid messages kept although they wait for a dependency, a file or money, and the bytes of their contents. Above
  // either the one received first is let go: its content is dropped, it shows as rejected with its code and leaves the
  // held set.
  std::size_t waiting_messages = 50000;
  std::uint64_t waiting_bytes = std::uint64_t{1} << 30;
  // Rejections of which only the code is remembered (codes 0, 1, 3 and those let go). Above it the first received is
  // forgotten about entirely.
  std::size_t rejections = 50000;
  // Envelopes that others signed for one message, kept beside the one that stands for it.
  std::size_t copies = 8;
  // Judgements in one call. What is left is written down and goes on in the next call (Outcome::unfinished).
  std::size_t judgements_per_call = 100000;
  // Bytes of the files that nothing pins and that only their grace keeps. Above it the one whose grace ends first is
  // deleted; only the one that is just being written may stand above it.
  std::uint64_t unowned_bytes = std::uint64_t{8} << 30;
  // Files whose grace is over that one call deletes; the rest follows in the next.
  std::size_t files_deleted_per_call = 1000;
  // Elements a query may look at before it answers "too much": bounds the work of one request.
  std::size_t query_rows = 5'000'000;
};

inline constexpr std::size_t kAnchorChainsMax = 32;

struct StoreOptions {
  message::Switches switches;
  WellKnown well_known;
  // What holds while no `pricing` and `settings` aggregates are known.
  economy::PriceTable prices;
  economy::CostRules cost_rules;
  economy::PaymentRules payment_rules;
  economy::AccountRules account_rules;  // its grace is the way from removing to removed
  economy::CreditRules credit_rules;
  // How long a file without any pin is kept (messages.md 4.3, 7.8; docs/decisions/0122).
  Duration file_grace = hours(24);
  // When the disk is asked again to delete a file, if it has not answered by then (a crash in between).
  Duration file_deletion_retry = minutes(10);
  // False: nobody has to pay (a world without economy). Costs are still recorded.
  bool charge = true;
  // False: a STORE does not wait for its file and is judged without knowing the size (nodes that keep no files).
  bool files = true;
  // False: no indexes for people's queries are written, about half the keys. Queries still answer, by looking at
  // everything.
  bool query_indexes = true;
  // True: with the indexes it is counted how many messages stand under each of their values, so that the total of a
  // page costs no walk. The same for the life of a disk: one that was in use without has no counts and walks.
  bool query_counts = false;
  // Codes of the chains this node writes into, each once, at most kAnchorChainsMax: unconfirmed() answers for these.
  // One added to a disk that is in use begins with what comes after.
  std::vector<std::string> anchor_chains;
  Limits limits;
};

}  // namespace lastmile::store
