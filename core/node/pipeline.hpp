// The road of a message through a node: inbox, signature, content, store, receipt.
//
//   arrive() -> parsed, copies without news dropped -> FairQueue -> executor (signature) -> files that came with it are
//   written
//            -> content by hash when not inline (missing_contents.hpp) -> Store::accept, one atomic batch -> after the
//            durable commit: receipt
//
// A message on its way is a flight, keyed by its statement (message::statement_of), so that a forged copy cannot block
// the real one; later copies join the flight. Nothing of a message touches the disk before its signature was found
// good. All queues are bounded (limits.hpp); a refusal is counted and told to who handed the message in.
//
// Nobody signs the channel and the time, and JSON has many spellings, so that anybody makes as many copies of a message
// as he likes, each new to gossip. One that can change nothing costs a look at the store; one that may is told on once
// it did (docs/decisions/0123).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/executor.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/gossip/actions.hpp"
#include "core/message/envelope.hpp"
#include "core/node/byte_tally.hpp"
#include "core/node/config.hpp"
#include "core/node/earlier_copies.hpp"
#include "core/node/fair_queue.hpp"
#include "core/node/missing_contents.hpp"
#include "core/node/queue_gauges.hpp"
#include "core/node/receipt.hpp"
#include "core/node/refused_messages.hpp"
#include "core/node/retry_book.hpp"
#include "core/node/upload_checks.hpp"
#include "core/store/store.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::node {

enum class Origin : std::uint8_t { client, gossip, peer, chain, archive };

enum class Admission : std::uint8_t {
  queued,
  known,
  full,
  invalid,
  forged_before,   // gossip only: a repeat of what was refused for its signature
  refused_before,  // gossip only: a repeat of what was refused for its format
};

// What gossip is told of a message that was not queued.
inline gossip::Verdict verdict_of(Admission admission) {
  return admission == Admission::forged_before ? gossip::Verdict::reject : gossip::Verdict::ignore;
}

struct Arrival {
  Origin origin = Origin::client;
  env::PeerId peer{};                               // gossip and peer only
  gossip::MessageRef gossip_message;                // gossip only: its verdict is owed
  std::optional<store::Confirmation> confirmation;  // chain only
  bool vouched = false;                             // born in a contract: the chain answers for the missing signature
  ReceiptDone receipt;                              // client, archive and chain; may be empty
  UploadChecks::Files uploads;                      // client only: written when the message turned out to be authentic
};

// What the pipeline asks of the rest of the node. None of these may call back into the pipeline at once.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // A valid message that came by another road than gossip, or a tombstone: tell the peers of it.
  virtual void spread(const message::Envelope& envelope, Origin origin) = 0;
  virtual void gossip_verdict(const gossip::MessageRef& message, gossip::Verdict verdict) = 0;
  // True: content_arrived() or content_unavailable() follows. False: there is no place for it in this room.
  virtual bool want_content(const message::ItemHash& content, std::optional<env::PeerId> hint, gossip::Room room) = 0;
  // It came another way than from the peers, and is on our disk. content_unavailable() may follow, for others.
  virtual void content_at_hand(const message::ItemHash& content) = 0;
  virtual void want_message(const message::ItemHash& message, std::optional<env::PeerId> hint) = 0;
  // A confirmation is about to be stored: does its block still stand?
  virtual bool stands(store::Confirmation& confirmation) = 0;
  virtual void status_changed(const store::StatusChange& change) = 0;
  // The disk or the store is damaged: the node must stop.
  virtual void fatal(const Error& error) = 0;
};

class Pipeline final : ContentWaiter {
 public:
  Pipeline(env::Clock& clock, env::Timers& timers, env::Executor& executor, env::Disk& disk, env::Random& random,
           store::Store& store, BlobReader& blobs, trace::Sink& sink, QueueGauges& gauges, const NodeConfig& config,
           Surroundings& surroundings);

  // A message as text. `known`: nothing new; `full`: refused for a limit; `invalid`: no envelope (a receipt follows for
  // known and invalid, none for full). Gossip verdicts follow only after `queued`.
  Admission arrive(std::string_view payload, Arrival arrival);
  Admission arrive(std::shared_ptr<const message::Envelope> envelope, Arrival arrival);

  std::size_t room(Origin origin, env::PeerId peer) const;  // in the inbox, for more messages of this source
  bool has_room(Origin origin, env::PeerId peer) const { return room(origin, peer) > 0; }

  // A file that a client hands in without a message; its hash was checked. Kept for StoreOptions::file_grace unless a
  // STORE names it. done: it is durable; false: there is no room for it.
  void keep_file(const message::ItemHash& file, Bytes bytes, Callback<void(bool)> done);

  // Bytes whose hash was checked: content of a message, or a file of one. Of no effect when nothing waits for it.
  void content_arrived(const message::ItemHash& content, const env::Value& bytes, env::PeerId from);
  // Given up: for others that needed its place, or because nobody has it.
  void file_came(const message::ItemHash& file) { missing_.file_at_hand(file); }  // another way, and is at hand
  void content_unavailable(const message::ItemHash& content, bool for_room) { missing_.unavailable(content, for_room); }

  // What a call of the store changed: told, and what is lacking asked for, from this peer first.
  void judge_on();  // what time alone changes, and what earlier calls of the store left
  void follow(const store::Outcome& outcome, std::optional<env::PeerId> hint) { follow(outcome, hint, false); }

  void start();  // once: messages that waited when the node went down are attempted again

  void tick();  // now and then: what time alone changes

  // When the one that waits longest entered the queue; empty when nobody waits. Looks at everything in it.
  std::optional<Instant> oldest(trace::Queue queue) const;
  std::uint64_t pending() const;  // in flight, and contents or files still to fetch
  std::uint64_t verified() const { return verified_; }

 private:
  using FlightKey = std::pair<message::ItemHash, std::string>;  // item hash, statement
  // Another dress of what is under way: it may say what the first does not.
  struct Other {
    std::shared_ptr<const message::Envelope> envelope;
    Arrival arrival;
  };
  struct Flight {
    std::shared_ptr<const message::Envelope> envelope;
    Origin origin = Origin::client;
    std::optional<env::PeerId> hint;  // who probably has what it needs
    bool vouched = false;
    bool signed_here = false;  // its signature was found good before
    bool copy = false;         // of what is known: told on when it changed something
    std::vector<gossip::MessageRef> gossip_messages;
    std::vector<store::Confirmation> confirmations;
    std::vector<ReceiptDone> receipts;
    std::vector<std::pair<UploadChecks::File, ByteTally>> uploads;
    std::shared_ptr<const message::Content> content;  // once it is here and read
    env::Value fetched;                               // its bytes, when it is not inline
    bool told = false;                                // others have the envelope from us
    bool again = false;                               // judged anew: the files it lacks are asked for in turn
    bool verifying = false;                           // handed to the executor
    std::vector<Other> others;                        // looked at when this one has come to its end
    Instant since;                                    // in the inbox or at the executor
  };
  struct KnownConfirmed {
    message::ItemHash message;
    message::Status status;
    store::Confirmation confirmation;
    ReceiptDone receipt;
  };
  struct OwedReceipt {
    std::uint64_t commit;  // durable once Store::durable() reaches it
    Receipt receipt;
    std::vector<ReceiptDone> to;
  };

  bool may_say_more(const Flight& flight, const message::Envelope& copy) const;
  void look_at(std::vector<Other> others);
  void answer_known(const message::Envelope& envelope, message::Status status, Arrival& arrival);
  bool stands(const message::Envelope& envelope);
  bool as_many(std::uint64_t under_way, std::uint64_t allowed, env::RarePath path);
  void pump();
  void pump_later();
  void verify(const FlightKey& key);
  void on_verdict(const FlightKey& key, crypto::Verdict verdict);
  Result<std::shared_ptr<const message::Content>, message::Refusal> inline_content(const Flight& flight);
  void with_content(const FlightKey& key);
  Result<Unit, message::Refusal> find_content(Flight& flight);
  Result<Unit, message::Refusal> read_content(Flight& flight, env::Value bytes);
  void write_uploads(const std::shared_ptr<Flight>& flight);
  void go_on(Flight flight);
  void await_content(Flight flight);
  void refuse_content(Flight flight, const message::Refusal& refusal);
  void accept(Flight flight);
  void drop_fallen(Flight& flight);
  bool confirm(const Flight& flight, std::size_t first);
  void refuse(Flight flight, message::ErrorCode code, const std::string& details);
  void tell_gossip(Flight& flight, gossip::Verdict verdict);
  Flight take(const FlightKey& key);
  void settle(Flight& flight, const store::Outcome& outcome);
  void confirm_later(KnownConfirmed known);
  void confirm_known();
  void owe(Receipt receipt, std::vector<ReceiptDone> to);
  void owe(Receipt receipt, ReceiptDone to);
  void pay_receipts();
  void remember_refused(const message::Envelope& envelope, message::ErrorCode code);
  void follow(const store::Outcome& outcome, std::optional<env::PeerId> hint, bool again);
  void give_up(const message::ItemHash& hash);
  void attempt(const message::ItemHash& hash);
  template <class T>
  bool usable(const Result<T>& result) {
    if (!result.ok()) surroundings_.fatal(result.error());
    return result.ok();
  }

  // ContentWaiter
  bool ask_peers(const message::ItemHash& content, std::optional<env::PeerId> hint, gossip::Room room) override {
    return surroundings_.want_content(content, hint, room);
  }
  void content_found(const message::ItemHash& content, std::vector<ReceiptDone> receipts, const env::Value& bytes,
                     std::optional<env::PeerId> from) override;
  void content_not_found(const message::ItemHash& content, std::vector<ReceiptDone> receipts, bool for_room) override;
  void file_found(const store::Outcome& outcome) override { follow(outcome, std::nullopt); }
  void missing_contents_damaged(const Error& error) override { surroundings_.fatal(error); }

  env::Clock& clock_;
  env::Timers& timers_;
  env::Executor& executor_;
  env::Disk& disk_;
  env::Random& random_;
  store::Store& store_;
  trace::Sink& sink_;
  QueueGauges& gauges_;
  const NodeConfig& config_;
  Surroundings& surroundings_;
  RetryBook retries_;
  MissingContents missing_;

  std::map<FlightKey, Flight> flights_;
  FairQueue<FlightKey> inbox_;
  std::size_t verifying_ = 0;
  std::size_t uploading_ = 0;  // flights whose uploads are being written
  std::shared_ptr<std::uint64_t> upload_bytes_ = std::make_shared<std::uint64_t>(0);  // in memory
  RefusedMessages refused_;
  EarlierCopies earlier_;
  std::deque<OwedReceipt> owed_;
  std::vector<KnownConfirmed> known_confirmed_;  // in this turn of the loop, at most feed_at_once
  bool pump_due_ = false;
  bool pay_due_ = false;
  bool tick_due_ = false;
  std::uint64_t verified_ = 0;
};

}  // namespace lastmile::node
