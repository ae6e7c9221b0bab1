// What a node remembers: messages, what they make together (posts, aggregates, files, virtual machines, accounts), and
// why others were refused. On env::Disk; every call that changes something writes one atomic batch.
//
// The state is a function of the set of valid messages known, the files at hand, the confirmations and the clock, never
// of the order of arrival (architecture.md 8; docs/decisions/0120): each message is judged by pure rules against the
// state; what the judgement looked at is remembered, and when that changes the message is judged again, in order of
// (content.time, item hash), until nothing changes. Documented exceptions, where something cannot be brought back: what
// is forgotten stays forgotten, what is removed stays removed.
//
// Time: `now` is the node's wall clock. Clock-driven changes happen in tick() only.
// Threads: none; calls come from the node's loop and must not be nested. View (view.hpp) reads snapshots from anywhere.
// Errors: a Result that is an Error means that the disk gave back something that cannot be ours (the text names the
// key). The call changed nothing then, and the node should stop: its disk is damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/callback.hpp"
#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/economy/balances.hpp"
#include "core/economy/credits.hpp"
#include "core/env/disk.hpp"
#include "core/store/options.hpp"
#include "core/store/outcome.hpp"
#include "core/trace/event.hpp"

namespace lastmile::store {

struct HeldItem {
  std::int64_t second = 0;  // content.time, whole seconds, rounded down
  message::ItemHash hash;
  friend auto operator<=>(const HeldItem&, const HeldItem&) = default;
};

// Count and sum of item hashes (as big-endian numbers; of a CID the SHA-256 of its text) mod 2^256.
struct HeldSum {
  std::uint64_t count = 0;
  Uint256 sum;
  friend bool operator==(const HeldSum&, const HeldSum&) = default;
};

// A message that waits, in the order of reception.
struct WaitingSince {
  Wall reception;
  message::ItemHash hash;
};
struct WaitingPage {
  std::vector<WaitingSince> found;
  std::optional<WaitingSince> next;  // the last one looked at; empty: there are no more behind it
};

struct TickOutcome {
  std::vector<StatusChange> changes;
  // Nothing owns these files any more: the disk is told to delete them. They are no longer at hand.
  std::vector<message::ItemHash> files_deleted;
  std::optional<Wall> next;  // the earliest time at which tick() may have something to do, as known now
  bool unfinished = false;   // call again soon
};

struct AccountView {
  Amount tokens;             // sum over chains, without dapps
  Amount locked;             // hold costs of what runs
  economy::Credits credits;  // unexpired at the time asked for
  Amount credit_rate;        // credits per second (18 decimals) of what runs
};

class Store {
 public:
  // Reads what is on the disk. Error: not a store of this format, or damaged.
  // The disk and the sink must outlive the store.
  static Result<std::unique_ptr<Store>> open(env::Disk& disk, StoreOptions options,
                                             trace::Sink& sink = trace::null_sink());
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // --- messages ------------------------------------------------------------------------------------------------------

  // Judges and applies, stores or keeps waiting. A repeated message changes nothing, except that an earlier envelope
  // time is kept and a confirmation is added. Of copies that others signed the rules choose (docs/decisions/0125). A
  // rejected one is tried anew. `confirmation` set: it came in a transaction.
  virtual Result<Outcome> accept(const ValidMessage& message, Wall now, const Confirmation* confirmation = nullptr) = 0;

  // An authentic envelope (signature checked) without its content: not inline and not fetched yet. Shown as pending
  // with code 3; give_up() makes it rejected. accept() with the content follows, or
  // refuse_content(), or it is forgotten unread. Of a copy of what is here the earlier time is noted.
  virtual Result<Outcome> accept_unfetched(std::shared_ptr<const message::Envelope> envelope, Wall now,
                                           const Confirmation* confirmation = nullptr) = 0;

  // Envelopes known for a message, the one that stands for it first; without content. Empty: not known, or let go.
  virtual Result<std::vector<message::Envelope>> copies(const message::ItemHash& hash) const = 0;
  // What this copy of it, once its signature was checked, may change: who stands for the message (docs/decisions/0125),
  // its content, its time; of a tombstone, whether it names a FORGET that is not known to claim it. Of a message that
  // is not known everything is news. One read of the disk for most.
  virtual Result<CopyLook> look_at_copy(const message::Envelope& copy) const = 0;

  // An authentic envelope that a peer says is forgotten (envelope.forgotten_by; docs/decisions/0121). Forgotten at
  // once when a FORGET that is held proves it, otherwise it waits for that FORGET.
  virtual Result<Outcome> accept_tombstone(std::shared_ptr<const message::Envelope> envelope, Wall now) = 0;

  // Retries are exhausted: pending becomes rejected with its code. The message stays and is judged again when what it
  // lacks arrives. Does nothing unless pending.
  virtual Result<Outcome> give_up(const message::ItemHash& hash, Wall now) = 0;

  // The content of an envelope that accept_unfetched() took is here, and is none (code 0): only that is remembered.
  // Does nothing to others.
  virtual Result<Outcome> refuse_content(const message::ItemHash& hash, message::ErrorCode code,
                                         std::string_view details, std::string_view submitted, Wall now) = 0;

  // Refused before it got here (codes 0, 1, 3): remembered for those who ask. Does nothing when the hash is known in
  // any status but rejected. `submitted`: the object as it came, JSON text, may be empty; cut when too long.
  virtual Result<Outcome> record_rejected(const message::ItemHash& hash, message::ErrorCode code,
                                          std::string_view details, std::string_view submitted, Wall now) = 0;

  // --- files and contents (docs/decisions/0122) ----------------------------------------------------------------------
  //
  // The store is the only writer of the disk's blobs: each has an owner, or a grace after which it is deleted.

  // Writes bytes whose hash the caller has checked. That they may be on the disk is durable before the first of them
  // is; `done` comes when all are durable and the file is at hand, or with an error: of the disk, or damage. Nothing
  // else owns the file: it is kept for StoreOptions::file_grace; or, for a road that uses it, until that road's
  // release_file(), or the end of this store.
  enum class Keep : std::uint8_t { grace, for_chains, for_heads };
  // STOREs that waited for the file were judged. Empty: it is not here any more, deleted for Limits::unowned_bytes or
  // found to be damaged meanwhile.
  using Written = std::optional<Outcome>;
  virtual Result<Unit> put_file(const message::ItemHash& file, Bytes bytes, Keep keep, Wall now,
                                env::Done<Written> done) = 0;
  virtual Result<Unit> release_file(const message::ItemHash& file, Keep road, Wall now) = 0;  // never grace
  // The same for a file that is there and that put_file() did not write (a directory: its cumulative size).
  // No effect when it is being deleted.
  virtual Result<Outcome> file_arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory,
                                       Wall now) = 0;
  // Its bytes were read and are not those of its name: it is no longer at hand, and put_file() writes it again.
  virtual Result<Unit> file_damaged(const message::ItemHash& file, Wall now) = 0;
  // Its size when all of it is at hand, written to the last byte. Empty for a directory, whose blob is no content.
  virtual Result<std::optional<std::uint64_t>> file_bytes(const message::ItemHash& file) const = 0;

  // The archive of a transaction, kept for ever; not final: until remove_confirmations() takes the transaction back.
  // By name, whether its bytes are here or not.
  virtual Result<Unit> pin_transaction_file(const message::ItemHash& file, std::string_view chain, std::uint64_t height,
                                            std::string_view transaction, bool final, Wall now) = 0;
  // A head of the content store and its archive, kept as long as the head is known. `beside`: what else must be on the
  // disk together with that, in keys that are not ours.
  virtual Result<Unit> pin_head(const message::ItemHash& head, const message::ItemHash& archive, env::Batch beside,
                                Wall now) = 0;
  // What heads named turned out to be no archive.
  virtual Result<Unit> unpin_head_archive(const message::ItemHash& archive, Wall now) = 0;
  // Heads that are pinned and whose bytes are not at hand: a crash came before they were durable. Reads every pin.
  virtual Result<std::vector<message::ItemHash>> missing_heads() const = 0;

  // The content of a message that is not inline, as long as the message is kept; empty when it is not here.
  virtual Result<std::optional<std::uint64_t>> content_bytes(const message::ItemHash& message) const = 0;
  // As much of the range as there is.
  virtual Result<std::optional<std::string>> content(const message::ItemHash& message, std::uint64_t offset = 0,
                                                     std::uint64_t length = ~std::uint64_t{0}) const = 0;
  // Messages that wait, or were refused after their retries, and whose content was never here: among the next `look_at`
  // that wait for anything, behind `after`.
  virtual Result<WaitingPage> waiting_for_content(const std::optional<WaitingSince>& after,
                                                  std::size_t look_at) const = 0;
  // Files that waiting STOREs name and that are not at hand, each once: the first `limit` above `after`, by hash.
  virtual Result<std::vector<message::ItemHash>> wanted_files(const std::optional<message::ItemHash>& after,
                                                              std::size_t limit) const = 0;

  // --- confirmations -------------------------------------------------------------------------------------------------

  // Of messages that are known; remembered also for those that are not yet here, when they come later with accept().
  // All in one commit.
  virtual Result<Outcome> add_confirmations(const std::vector<Confirmed>& seen, Wall now) = 0;
  // A reorganisation took these blocks of a chain back: their confirmations and archives' pins vanish. Final ones stay
  // (finality is checked by the chain room).
  virtual Result<Outcome> remove_confirmations(std::string_view chain, std::uint64_t from_height, Wall now) = 0;
  // Confirmations of the chain at or below this height become final.
  virtual Result<Outcome> finalize_confirmations(std::string_view chain, std::uint64_t height) = 0;
  // What has no confirmation on this chain (one of StoreOptions::anchor_chains) and a signature, by reception time:
  // live messages, and forgotten or removed ones worth telling, since without them a FORGET would wait for ever where
  // the chain is the only road. What a synchronization node packs (tombstones by envelope_for_peer). At most `limit`.
  virtual Result<std::vector<message::ItemHash>> unconfirmed(std::string_view chain, std::size_t limit) const = 0;

  // --- the clock -----------------------------------------------------------------------------------------------------

  // What time alone changes: credits that expire, removing -> removed, files whose grace is over; and work left over.
  virtual Result<TickOutcome> tick(Wall now) = 0;

  // --- what others may have from us -------------------------------------------------------------------------------

  // What a peer that lacks this message gets: the whole envelope, or its tombstone when forgotten or removed. Null when
  // there is nothing to give (unknown, rejected for good).
  virtual Result<std::shared_ptr<const message::Envelope>> envelope_for_peer(const message::ItemHash& hash) const = 0;

  // Beside a FORGET in force, for who has only what is told here: the tombstones of what it erased whose contents lay
  // apart, and so are nowhere any more (docs/decisions/0121). looks: how many targets may be looked at; less by those
  // that were. A FORGET of a key may have erased very many.
  virtual Result<std::vector<std::shared_ptr<const message::Envelope>>> tombstones_beside(
      const message::ItemHash& forget, std::size_t& looks) const = 0;

  // Held = every valid message that is kept or remembered: processed, removing, waiting, refused but kept, forgotten,
  // removed. Ordered by (second, hash).
  virtual Result<HeldSum> held_sum(const HeldItem& from, const HeldItem& until) const = 0;  // from <= item < until
  virtual HeldSum held_total() const = 0;
  virtual Result<std::vector<HeldItem>> held_items(const HeldItem& from, const HeldItem& until,
                                                   std::size_t limit) const = 0;
  // The item at this position (0-based) counted from `from`; empty when there are fewer.
  virtual Result<std::optional<HeldItem>> held_at(const HeldItem& from, std::uint64_t position) const = 0;
  virtual Result<bool> holds(const message::ItemHash& hash) const = 0;

  // --- digests (scenario-format.md 7) -----------------------------------------------------------------------------

  // SHA-256 over the sorted entries of what users can read, credits evaluated at `at`. Reads everything. Call tick(at)
  // before.
  virtual Result<Hash256> state_digest(Wall at) const = 0;
  // The entries themselves, sorted: to see where two stores differ. Binary.
  virtual Result<std::vector<std::string>> state_entries(Wall at) const = 0;
  // Sum mod 2^256 of the SHA-256 of each entry (credits as lots instead of balances), kept up with every write: equal
  // for two stores exactly when their entries are equal.
  virtual Uint256 state_sum() const = 0;
  // The same, added up anew from the tables: state_sum() must equal it (tests, consistency checks).
  virtual Result<Uint256> recomputed_state_sum() const = 0;

  // --- accounts (messages.md 7.2, 7.6) ----------------------------------------------------------------------------

  // An address nobody has heard of has nothing. Error: the disk is damaged.
  virtual Result<AccountView> account(std::string_view address, Wall at) const = 0;
  virtual const economy::BalanceBook& balances() const = 0;
  virtual const economy::CreditBook& credits() const = 0;
  // The table that holds now: the aggregates of the price owner, or the defaults.
  virtual const economy::PriceTable& prices() const = 0;

  // --- figures ----------------------------------------------------------------------------------------------------

  struct Counts {
    std::uint64_t processed = 0;  // and removing
    std::uint64_t pending = 0;
    std::uint64_t rejected = 0;
    std::uint64_t forgotten = 0;
    std::uint64_t removed = 0;
    std::uint64_t let_go = 0;            // waiting messages dropped for the limit
    std::uint64_t waiting_bytes = 0;     // contents of waiting messages
    std::uint64_t unowned_bytes = 0;     // files that only their grace keeps
    std::uint64_t judgements = 0;        // since open
    std::uint64_t late_revocations = 0;  // delegated FORGETs whose right went after they took effect (kept forgotten)
  };
  virtual const Counts& counts() const = 0;

  // Commits handed to the disk and answered as durable; what was acknowledged must wait until committed() <= durable().
  virtual std::uint64_t committed() const = 0;
  virtual std::uint64_t durable() const = 0;
  // Set once the disk failed a commit: nothing after it is durable, the node must stop acknowledging.
  virtual const std::optional<Error>& disk_error() const = 0;
  // Called after every durable answer of the disk (and on its failure).
  virtual void on_durable(Callback<void()> callback) = 0;

  virtual const StoreOptions& options() const = 0;

 protected:
  Store() = default;
};

}  // namespace lastmile::store
