// The values of the tables (layout.hpp): structs and their spelling on the disk. A read function gives an empty
// optional for bytes that cannot be ours; the caller names the key (Source::damaged).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/time.hpp"
#include "core/economy/account.hpp"
#include "core/economy/cost.hpp"
#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/message/error_code.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/status.hpp"
#include "core/message/type.hpp"
#include "core/store/outcome.hpp"
#include "core/store/sum256.hpp"

namespace lastmile::store {

// What we think of a message. The small part that changes; the envelope stands beside it.
struct Entry {
  message::Status status = message::Status::none;
  message::ErrorCode code = message::ErrorCode::internal;  // pending, rejected; why of removing and removed
  message::Type type = message::Type::POST;

  // What of it is here.
  bool authentic = false;    // envelope kept (and valid); false: an early rejection or let go, only the code is known
  bool has_content = false;  // its content was here once: the fields below are facts, not guesses
  bool unproven = false;     // forgotten on the word of a peer that only content could check (docs/decisions/0121)
  // Forgotten in a way that nobody believes who never saw the content; of a FORGET: it cannot be judged by who has only
  // the tombstones of what it names (docs/decisions/0121). Such things are not part of the common state.
  bool unprovable = false;
  bool elsewhere = false;     // a POST listed in post_index instead of at its own envelope time
  bool amended = false;       // of a POST: amends of it may be applied
  bool committed = false;     // has a commitment row at `effective`
  bool applied_once = false;  // was live at some time
  bool copied = false;        // has a row in Table::copies
  bool nameless = false;      // its content leaves its owner to who signs

  Wall content_time;   // unknown content: the envelope's time
  Wall envelope_time;  // the earliest received
  Wall reception;
  std::uint64_t sequence = 0;  // order of arrival, for the reference's ties
  std::uint64_t size = 0;
  std::optional<std::string> owner;         // content.address; absent = equal to the sender, or unknown
  std::string subject;                      // POST: content.type; AGGREGATE: content.key
  std::string ref;                          // POST, STORE: ref; machines: replaces
  std::optional<message::ItemHash> file;    // STORE
  std::optional<economy::Payment> payment;  // as the content names it
  std::optional<std::uint64_t> file_bytes;  // STORE, once judged
  std::string details;                      // JSON text

  Wall effective;                               // of the commitment
  std::vector<std::string> dependencies;        // keys::dependency(): where this message stands in Table::dependant
  std::vector<message::ItemHash> forgotten_by;  // by (content time, hash)
  std::vector<message::ItemHash> unproved_by;   // those of them that convince nobody who never saw the content
  std::vector<message::ItemHash>
      claims;  // of a tombstone that came without the content: who is said to have forgotten it
  std::optional<message::ItemHash> forgotten_with;
  std::optional<Wall> ended_at;        // forgotten_at, removed_at
  std::optional<Wall> confirmed_time;  // earliest confirmation
  std::uint64_t confirmed_height = 0;
  std::vector<std::string> confirmed_on;  // codes of the chains with a confirmation, sorted; kept for what is forgotten

  bool live() const { return status == message::Status::processed || status == message::Status::removing; }
  bool over() const { return status == message::Status::forgotten || status == message::Status::removed; }
  // By its signer. Somebody else may have the copy of one who may (docs/decisions/0125).
  bool denied() const { return status == message::Status::rejected && code == message::ErrorCode::permission_denied; }
  // Part of what peers reconcile: valid, and worth telling to who lacks it.
  bool held() const {
    if (!authentic || denied()) return false;
    return status == message::Status::forgotten ? !unprovable : has_content || over();
  }
  // Part of the state that nodes agree on.
  bool counted() const { return (live() || over()) && !unprovable; }
  bool waiting() const {
    return authentic && (status == message::Status::pending || status == message::Status::rejected);
  }
  bool is_amend() const { return type == message::Type::POST && subject == "amend"; }
  bool is_machine() const {
    return type == message::Type::PROGRAM || type == message::Type::INSTANCE || type == message::Type::V_PROGRAM;
  }
};
std::string write_entry(const Entry& entry);
std::optional<Entry> read_entry(std::string_view bytes);

// The hash stands in the key.
std::string write_envelope(const message::Envelope& envelope, bool with_content);
std::optional<message::Envelope> read_envelope(const message::ItemHash& hash, std::string_view bytes);

std::string write_copies(const std::vector<message::Envelope>& copies);  // without content
std::optional<std::vector<message::Envelope>> read_copies(const message::ItemHash& hash, std::string_view bytes);

std::string write_confirmation(const Confirmation& confirmation);
std::optional<Confirmation> read_confirmation(std::string_view bytes);

struct AggregateHead {
  std::string owner;
  std::string key;
  Wall created;
  message::ItemHash first;
  Wall last_time;
  message::ItemHash last;
};
std::string write_aggregate(const AggregateHead& head);
std::optional<AggregateHead> read_aggregate(std::string_view bytes);

struct AggregateMember {
  Wall time;
  std::string tie;  // decides at equal times
  message::ItemHash message;
  std::string name;   // the top-level key
  std::string value;  // JSON text
};
std::string write_member(const AggregateMember& member);
std::optional<AggregateMember> read_member(std::string_view bytes);

// A file whose bytes are on the disk, or may be: written before the first byte, erased after the last one is gone.
struct FileRecord {
  std::uint64_t bytes = 0;
  bool directory = false;
  bool local = false;         // all bytes are there and will survive a crash
  bool removing = false;      // the disk was told to delete them; not local any more
  std::optional<Wall> grace;  // nothing pins it: deleted then; removing: deleted once more then

  // Counts towards Limits::unowned_bytes.
  std::uint64_t unowned_bytes() const { return grace && !removing ? bytes : 0; }
};
std::string write_file(const FileRecord& file);
std::optional<FileRecord> read_file(std::string_view bytes);

struct FileTag {
  std::string tag;
  std::string owner;
  message::ItemHash file;
  message::ItemHash message;
  Wall time;
};
std::string write_tag(const FileTag& tag);
std::optional<FileTag> read_tag(std::string_view bytes);

std::string write_cost(const economy::Cost& cost);
std::optional<economy::Cost> read_cost(std::string_view bytes);

// A paid message on its owner's timeline, and how it stands there.
struct CommitmentRow {
  economy::Payment payment = economy::Payment::hold;
  Amount cost;
  bool admission_free = false;
  bool removable = true;
  economy::Standing standing = economy::Standing::refused;
  int error = 0;
  Wall since;
  Amount required;
  Amount available;
  Wall content_time;  // of the message: work is ordered by it
};
std::string write_commitment(const CommitmentRow& row);
std::optional<CommitmentRow> read_commitment(std::string_view bytes);

struct AccountSummary {
  std::string owner;
  economy::AccountSide tokens;
  economy::AccountSide credits;
  // The last event of the timeline: whatever comes behind it is judged without looking at the rest.
  Wall last_time;
  message::ItemHash last_hash;
  std::optional<Wall> next_change;
};
std::string write_account(const AccountSummary& summary);
std::optional<AccountSummary> read_account(std::string_view bytes);

struct SenderCounts {
  std::string sender;
  std::array<std::uint64_t, message::kTypeCount> by_type{};
};
std::string write_counts(const SenderCounts& counts);
std::optional<SenderCounts> read_counts(std::string_view bytes);

struct HourSum {
  std::uint64_t count = 0;
  Sum256 sum;
};
std::string write_hour(const HourSum& hour);
std::optional<HourSum> read_hour(std::string_view bytes);

// Figures kept up with every write.
struct Meta {
  std::uint64_t sequence = 0;
  Sum256 state;
  HourSum held;
  std::array<std::uint64_t, message::kStatusCount> by_status{};
  std::uint64_t waiting = 0;
  std::uint64_t waiting_bytes = 0;  // sizes of their contents
  std::uint64_t unowned_bytes = 0;  // of files that only their grace keeps
  std::uint64_t rejections = 0;
  std::uint64_t let_go = 0;
  std::uint64_t late_revocations = 0;
  std::uint64_t unfinished = 0;  // rows of Table::unfinished
};
std::string write_meta(const Meta& meta);
std::optional<Meta> read_meta(std::string_view bytes);

// Byte codes of the closed sets, fixed for the disk.
std::uint8_t code_of(message::Status status);
std::optional<message::Status> status_of(std::uint8_t code);

}  // namespace lastmile::store
