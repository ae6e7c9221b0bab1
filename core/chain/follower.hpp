// Following one public chain: from blocks to messages with confirmations (messages.md 6.6, architecture.md 8 road 2).
//
// A pure state machine: the node feeds it what env::ChainHandler tells (one follower per chain) and carries out the
// actions it asks for. It keeps every transaction until the node says that its messages are durable, and can be saved
// and restored: an older saved state is always good, the chain is then read again from there.
//
//   sync event     -> checked emitter -> queued by time -> archive fetched by hash -> take_in -> taken_in() -> done
//   message event  -> queued -> its block final -> take_in (one message without signature) -> taken_in() -> done
//   reorganisation -> queued transactions of the lost blocks vanish, take_back for their confirmations
//
// When the queue is full, transactions whose archive cannot be had give way, then new ones are not taken; either way
// the height is remembered and the chain read again from there when there is room. No event is lost for good.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/chain/archive.hpp"
#include "core/chain/archive_job.hpp"
#include "core/chain/confirmation.hpp"
#include "core/chain/limits.hpp"
#include "core/crypto/chain.hpp"
#include "core/env/chain_gateway.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/switches.hpp"

namespace lastmile::chain {

struct FollowConfig {
  std::string name;                         // as the chain gateway knows the chain
  crypto::Chain code = crypto::Chain::ETH;  // of its confirmations and of messages born there
  std::uint64_t start_height = 0;           // the first block of interest
  std::vector<std::string> emitters;        // addresses whose sync events count, ignoring case; empty = anybody
  bool message_events = true;               // read messages born in contracts
  bool tombstones = true;                   // archives may hold them (archive.hpp)
  // As reference: reorganisations are ignored and messages born in contracts do not wait for finality.
  message::Behaviour reorganisations = message::Behaviour::corrected;
  // As reference: a transaction without messages stays queued and is fetched again and again.
  message::Behaviour empty_transactions = message::Behaviour::corrected;
  FollowLimits limits;
};

// Names one event of the chain, ordered as transactions are handled: by time.
struct TransactionId {
  Wall time;
  std::uint64_t height = 0;
  std::uint32_t index = 0;  // of the event within its block
  std::string transaction;
  friend bool operator==(const TransactionId&, const TransactionId&) = default;
  friend std::strong_ordering operator<=>(const TransactionId&, const TransactionId&) = default;
};

// --- what the follower asks for, in order ----------------------------------------------------------------------------

// Call env::ChainGateway::follow with these.
struct Follow {
  env::Height from;
  std::string known_hash;
};
// Get this file, read it (archive_job.hpp) and answer archive_read or archive_unavailable, once.
struct FetchArchive {
  message::ItemHash archive;
};
// Hand these messages to intake in order, each with this confirmation; when all are durable (or refused) call
// taken_in(id). A message may be on its way while a reorganisation takes its transaction back: ask stands() before
// storing a confirmation.
struct TakeIn {
  TransactionId id;
  SharedArchive content;
  Confirmation confirmation;
  std::optional<message::ItemHash> archive;  // the file it came in; empty: in the transaction itself
  bool from_contract = false;                // no signature to check (messages.md 6.4)
};
// The confirmations of this chain from this height on are gone, except final ones. Commit a new save() with it or
// before it: an older state would believe that they are there.
struct TakeBack {
  std::uint64_t from_height = 0;
};
// The confirmations of this chain up to this height are final.
struct MakeFinal {
  std::uint64_t height = 0;
};
using FollowAction = std::variant<Follow, FetchArchive, TakeIn, TakeBack, MakeFinal>;

struct FollowCounters {
  std::uint64_t blocks = 0;
  std::uint64_t transactions = 0;     // accepted for handling
  std::uint64_t foreign = 0;          // sync events of others than the emitters
  std::uint64_t unreadable = 0;       // payloads, archives and message events that are none
  std::uint64_t refused_entries = 0;  // of archives
  std::uint64_t reorganisations = 0;
  std::uint64_t blocks_taken_back = 0;
  std::uint64_t unavailable = 0;  // archive fetches that failed
  std::uint64_t put_off = 0;      // transactions for which there was no room
  std::uint64_t rereads = 0;
};

class ChainFollower {
 public:
  explicit ChainFollower(FollowConfig config);

  // Continue from a saved state. Error: damaged, or of another chain; the follower is then as new. Before start().
  Result<Unit> restore(std::string_view saved);
  // Once. Confirmations above the saved height are taken back, since only the chain knows whether they still hold.
  void start(Instant now);

  // env::ChainHandler, without the name of the chain.
  void on_block(const env::ChainBlock& block, Instant now);
  void on_reorg(env::Height kept, Instant now);
  void on_final(env::Height height, Instant now);

  // Is an answer owed for this archive? Others are not worth reading.
  bool awaits(const message::ItemHash& archive) const;
  // The file came by another road: it is asked for at once, if it is wanted at all.
  void archive_at_hand(const message::ItemHash& archive, Instant now);
  // What the file of this name says; an error when it is no archive. Ignored when nothing waits for it any more.
  void archive_read(const message::ItemHash& archive, const Result<SharedArchive>& content, Instant now);
  void archive_unavailable(const message::ItemHash& archive, Instant now);
  void taken_in(const TransactionId& id, Instant now);

  // Somebody new can be asked: archives that were unavailable are due at once.
  void retry_archives(Instant now);
  // Retries that are due. Call at next_due() or now and then.
  void tick(Instant now);
  std::optional<Instant> next_due() const;

  // What is to be done, in order. Empties the list.
  std::vector<FollowAction> take_actions();

  // Between TakeIn and taken_in: is the transaction still in a block of the chain? False when it was taken back
  // meanwhile.
  bool stands(const TransactionId& id) const;
  // Is a transaction waiting for this archive?
  bool waits_for(const message::ItemHash& archive) const { return archives_.contains(archive); }
  bool is_final(std::uint64_t height) const { return final_ && height <= *final_; }

  // The state as text. An old one is good as long as no TakeBack was carried out after it (so save with each TakeBack,
  // and otherwise as rarely as one likes). What actions asked for before it must be durable before it, except that
  // messages on their way belong to the state until taken_in.
  std::string save() const;

  const FollowConfig& config() const { return config_; }
  std::uint64_t next_height() const { return next_; }  // of the block expected next
  std::optional<std::uint64_t> final_height() const { return final_; }
  std::size_t queued() const { return queue_.size(); }  // transactions not done yet
  // Archives being fetched, and transactions of archives whose messages are being taken in: at most
  // FollowLimits::archives_at_once.
  std::size_t archives_busy() const { return archives_busy_; }
  // Nothing is queued, put off or on its way: everything seen so far is done.
  bool idle() const { return queue_.empty() && !overflow_ && !stale_from_; }
  const FollowCounters& counters() const { return counters_; }

 private:
  enum class Phase : std::uint8_t { waiting_final, ready, taking_in };
  struct Transaction {
    std::string publisher;
    std::optional<message::ItemHash> archive;  // off chain
    std::string payload;                       // on chain, or the content of a message event
    std::string message_type;                  // message events only
    bool from_contract = false;
    Phase phase = Phase::ready;
    std::size_t bytes() const { return payload.size() + message_type.size() + publisher.size() + 160; }
  };
  struct Archive {
    std::set<TransactionId> transactions;  // that wait for it
    bool fetching = false;
    std::uint32_t attempts = 0;
    Instant next_attempt;
  };
  using Queue = std::map<TransactionId, Transaction>;
  using Position = std::pair<std::uint64_t, std::uint32_t>;  // height, index of the event

  void take_event(const env::ChainEvent& event, std::uint64_t height, std::uint32_t index);
  bool make_room(std::size_t bytes);
  void remove(Queue::iterator place);
  void take_back_from(std::uint64_t height);
  void remove_from(std::uint64_t height);
  Follow follow_from(std::uint64_t wanted);
  void pump(Instant now);
  void pump_archives(Instant now);
  void pump_in_place();
  void reread(Instant now);
  void hand_in(const TransactionId& id, SharedArchive content);
  std::optional<ArchiveContent> read_in_place(const TransactionId& id, const Transaction& transaction);
  void add(TransactionId id, Transaction transaction);
  bool expected(const env::ChainBlock& block);
  void remember_block(std::uint64_t height, const std::string& hash);
  bool authorised(std::string_view publisher) const;
  bool fresh(const Transaction& transaction) const;

  FollowConfig config_;
  std::set<std::string> emitters_;  // lower case
  std::uint64_t next_ = 0;
  std::optional<std::uint64_t> final_;
  std::map<std::uint64_t, std::string> window_;  // hashes of blocks, from the final one on
  Queue queue_;
  std::size_t bytes_ = 0;
  std::map<message::ItemHash, Archive> archives_;
  std::set<std::pair<std::uint64_t, TransactionId>> awaiting_final_;
  std::set<TransactionId> in_place_;  // ready, needs no archive
  std::size_t archives_busy_ = 0;     // fetching, and transactions of archives being taken in
  std::size_t in_place_busy_ = 0;
  // Events of blocks that are not final and on the chain now, by height: not to be done twice.
  std::map<std::uint64_t, std::set<std::pair<std::string, std::uint32_t>>> seen_;
  // The first event that found no room; it and all after it are left for the rereading.
  std::optional<Position> overflow_;
  bool left_since_overflow_ = false;  // a transaction left the queue: there is room that was not there then
  // Everything before was taken: when a final block is read again because of an overflow, only the rest counts.
  std::optional<Position> taken_until_;
  std::optional<std::uint64_t> stale_from_;  // lowest block of a transaction that gave way
  std::optional<std::uint64_t> pass_until_;  // the rereading for such transactions is not over before this height
  Instant last_reread_;
  bool started_ = false;
  bool astray_ = false;  // asked to follow anew after blocks that do not fit ours
  std::vector<FollowAction> actions_;
  FollowCounters counters_;
};

}  // namespace lastmile::chain
