// Small worlds for the tests of this room: messages made in one line, a node with a store on a disk in memory that
// watches every move of a status.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/store/layout.hpp"
#include "core/store/store.hpp"
#include "core/store/view.hpp"
#include "tests/unit/store/memory_disk.hpp"

namespace lastmile::store::test {

using message::ErrorCode;
using message::ItemHash;
using message::Status;
using message::Type;

// Ten million seconds and some, so that times read well: at(5) is five seconds later.
inline constexpr double kStart = 1'700'000'000;
inline Wall at(double seconds) { return *message::wall_of_seconds(kStart + seconds); }

struct Draft {
  Type type = Type::POST;
  std::string sender = "0xA";
  std::string owner;  // empty = sender
  double time = 0;    // content.time, seconds after kStart
  std::optional<double> envelope_time;
  std::string body;  // further members of the content, JSON without braces
  std::string channel = "TEST";
  std::string chain = "ETH";
  std::string signature = "0x00";
};

struct Made {
  ValidMessage message;
  ItemHash hash;
  double time = 0;
  operator const ItemHash&() const { return hash; }  // NOLINT(google-explicit-constructor)
};

Made make(const Draft& draft);
// The same content, fetched instead of inline.
Made make_fetched(const Draft& draft);
// Its envelope without content, as a peer who forgot it would send it.
std::shared_ptr<const message::Envelope> tombstone(const Made& made, std::vector<ItemHash> by,
                                                   std::optional<ItemHash> with = std::nullopt);

std::string json_text(std::string_view text);
ItemHash file_hash(int number);

// Drafts by type. `time` in seconds after kStart.
Made post(std::string_view sender, double time, std::string_view text, std::string_view type = "note");
Made amend(std::string_view sender, double time, const ItemHash& original, std::string_view text);
Made aggregate(std::string_view owner, double time, std::string_view key, std::string_view object);
Made store_file(std::string_view sender, double time, int file, std::string_view ref = {},
                std::string_view payment = {});
Made forget(std::string_view sender, double time, const std::vector<ItemHash>& hashes,
            const std::vector<std::string>& keys = {});
// Grants everything to these addresses; an empty list takes everything back.
Made grant(std::string_view owner, double time, const std::vector<std::string>& to);
struct ProgramDraft {
  std::string sender = "0xA";
  double time = 0;
  std::optional<ItemHash> code;
  std::optional<ItemHash> runtime;
  bool use_latest = false;
  bool allow_amend = true;
  std::string replaces;
  std::string volumes = "[]";
  std::string payment;  // "hold", "credit", "superfluid"; empty = absent
  bool persistent = false;
};
Made program(const ProgramDraft& draft);
Made balances(double time, std::uint64_t height, const std::map<std::string, std::string>& tokens,
              std::string_view chain = "ETH");
Made credits(double time, const std::map<std::string, int>& amounts);

inline const std::string kBalanceOwner = "0xB34f25f2c935bCA437C061547eA12851d719dEFb";
inline const std::string kCreditOwner = "0x2E4454fAD1906c0Ce6e45cBFA05cE898Ac3AC1dC";

// Fails the test on a move that is not legal, and on moves that do not fit together.
class MoveWatcher final : public trace::Sink {
 public:
  void record(const trace::Event& event) override;
  // Nobody is told when the code of a rejection is forgotten about (Limits::rejections).
  void may_begin_again(const ItemHash& hash, Status in_store) {
    if (in_store == Status::none) status.erase(hash.text());
  }
  std::map<std::string, Status> status;
  std::map<trace::Kind, int> seen;
};

// A world without payment rules of the past: everybody has to pay unless a test says otherwise.
StoreOptions free_world();
StoreOptions paying_world();
// The same, with the dates and heights of messages.md 7.5: old messages are free.
StoreOptions dated_world();

class Node {
 public:
  explicit Node(StoreOptions options = free_world());
  // The same disk, a new store object.
  void reopen();
  // After a crash: moves are watched from the statuses that are on the disk.
  void know_statuses();

  Outcome accept(const Made& made) { return accept(made, now); }
  Outcome accept(const Made& made, Wall when);
  Outcome accept(const Made& made, const Confirmation& confirmation);  // out of a transaction
  void accept_unfetched(const Made& made);
  // In this order; each must not be damaged.
  void accept_all(const std::vector<Made>& all) {
    for (const Made& made : all) accept(made);
  }
  Outcome tombstone(std::shared_ptr<const message::Envelope> envelope);
  void file(int number, std::uint64_t bytes = 100);
  // The same with its bytes: written, and at hand when the disk has answered.
  void write(const ItemHash& file, std::uint64_t bytes, Store::Keep keep = Store::Keep::grace);
  TickOutcome tick(Wall when);
  // Ticks until nothing is left to be judged.
  void finish();

  View view() const { return View(disk->latest(), options); }
  Status status(const ItemHash& hash) const;
  std::optional<ErrorCode> code(const ItemHash& hash) const;
  std::vector<ItemHash> forgotten_by(const ItemHash& hash) const;
  std::string signer(const ItemHash& hash) const;                       // whose copy stands for it, "" = not known
  std::vector<Confirmation> confirmations(const ItemHash& hash) const;  // as people see them
  std::string aggregate(std::string_view owner, std::string_view key) const;  // "" = absent
  std::string post(const ItemHash& original) const;                           // inner content; "" = absent
  Hash256 digest() const;
  // The running sum equals the one made anew; in the table of dependants stand those who may be judged again, for
  // what their last judgement looked at.
  void check_tables() const;
  // Rows of the table of dependants, of one kind of dependency or of all.
  std::size_t dependants(std::optional<Kind> kind = std::nullopt) const;

  StoreOptions options;
  std::unique_ptr<MemoryDisk> disk;
  MoveWatcher watcher;
  std::unique_ptr<Store> store;
  Wall now = at(1'000'000);
};

}  // namespace lastmile::store::test
