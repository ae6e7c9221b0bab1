// What people may ask (http-api.md 4, 6, 7, 9), answered from a frozen or the latest state of the disk. Pure reads: a
// View on a snapshot may be used in an executor job. Every answer is an Error when the disk holds something that cannot
// be ours.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/economy/cost.hpp"
#include "core/env/disk.hpp"
#include "core/message/type.hpp"
#include "core/store/filters.hpp"
#include "core/store/options.hpp"
#include "core/store/outcome.hpp"
#include "core/store/transaction.hpp"

namespace lastmile::store {

// Everything about one message. Which fields are set depends on the status (http-api.md 4).
struct MessageRow {
  message::Status status = message::Status::none;
  message::Envelope envelope;  // without item_content when forgotten or removed; time = the earliest received
  std::string content;         // JSON text, address and time filled in (messages.md 1.3); empty when not kept
  std::string owner;           // content.address; the sender when the content was never seen
  Wall content_time;
  Wall reception;                               // this node's clock
  std::uint64_t size = 0;                       // of the content as messages.md 1.3 counts it
  std::vector<Confirmation> confirmations;      // by (time, chain, transaction)
  std::optional<message::ErrorCode> code;       // pending, rejected; removing and removed: 5 or 6 as the reason
  std::string details;                          // JSON text or empty
  std::string submitted;                        // rejected before it got here: the object as it came, may be cut
  std::optional<economy::Payment> payment;      // of paid messages; absent when the content names none
  std::optional<std::uint64_t> file_bytes;      // STORE: size of its file
  std::vector<message::ItemHash> forgotten_by;  // by (content time, hash)
  std::optional<Wall> forgotten_at;             // envelope time of the first of them
  std::optional<Wall> removed_at;
};

struct PostRow {
  message::ItemHash original;
  message::ItemHash current;  // the amend that holds, or the original
  std::string original_type;
  std::string content;  // JSON text of the inner content.content of the current version; "null" when absent
  std::string owner;
  std::optional<std::string> ref;      // of the original
  std::optional<std::string> channel;  // of the original
  Wall created;                        // content.time of the original
  Wall last_updated;                   // content.time of the current version
};

struct AggregateRow {
  std::string owner;
  std::string key;
  std::string content;  // JSON text of the merged object
  Wall created;
  Wall last_updated;
  message::ItemHash first;
  message::ItemHash last_revision;
};

struct FileRow {
  message::ItemHash file;
  std::uint64_t bytes = 0;
  bool directory = false;
  bool local = false;
};

struct FileTagRow {
  std::string ref;  // content.ref or, without one, the message hash; of a tag its last part
  std::string owner;
  message::ItemHash message;  // the STORE whose version this is
  FileRow file;
};

struct AddressFileRow {
  FileRow file;
  Wall created;
  message::ItemHash message;
};

struct MessageCounts {
  std::uint64_t total = 0;
  std::array<std::uint64_t, message::kTypeCount> by_type{};
};

class View {
 public:
  // Both must live as long as the view.
  View(const env::Reader& reader, const StoreOptions& options) : source_(reader), options_(options) {}

  // --- messages (http-api.md 4) ---
  Result<std::optional<MessageRow>> message(const message::ItemHash& hash) const;
  Result<message::Status> status(const message::ItemHash& hash) const;
  // The copy that stands for the message, in whatever status it is; a content that is apart is not in it.
  Result<std::optional<message::Envelope>> envelope(const message::ItemHash& hash) const;
  Result<Page<MessageRow>> messages(const MessageFilter& filter, const PageRequest& page) const;
  struct ReceivedRow {
    message::ItemHash hash;
    message::Status status = message::Status::none;
    Wall reception;
  };
  Result<Page<ReceivedRow>> received(const ReceivedFilter& filter, const PageRequest& page) const;
  // Does a message match what a subscriber asked for? Dates and statuses are not looked at (http-api.md 5).
  static bool matches_live(const MessageFilter& filter, const message::Envelope& envelope,
                           const message::Content& content);

  // --- posts and aggregates (6) ---
  Result<Page<PostRow>> posts(const PostFilter& filter, const PageRequest& page) const;
  Result<std::optional<PostRow>> post(const message::ItemHash& original) const;
  // The owner's aggregates, by key; `keys` empty = all.
  Result<std::vector<AggregateRow>> aggregates(std::string_view owner, const std::vector<std::string>& keys) const;
  Result<Page<AggregateRow>> list_aggregates(const AggregateFilter& filter, const PageRequest& page) const;

  // --- files (7) ---
  Result<std::optional<FileRow>> file(const message::ItemHash& file) const;
  Result<std::optional<FileTagRow>> file_of_message(const message::ItemHash& store) const;
  // `tag`: a message hash, or "owner/ref".
  Result<std::optional<FileTagRow>> latest_file(std::string_view tag) const;
  Result<std::uint64_t> pin_count(const message::ItemHash& file) const;
  struct AddressFiles {
    Page<AddressFileRow> page;
    std::uint64_t total_bytes = 0;  // all files of the owner
    std::uint64_t total_files = 0;
  };
  Result<AddressFiles> address_files(std::string_view owner, const std::optional<message::ItemHash>& only, Order order,
                                     const PageRequest& page) const;

  // --- virtual machines ---
  // The version that holds among the original and its upgrades; empty when the original is not there.
  Result<std::optional<message::ItemHash>> current_vm(const message::ItemHash& original) const;
  // PROGRAMs with `on.message`, by message time.
  Result<std::vector<MessageRow>> programs_on_message(Order order) const;
  // Cost lines recorded for a live paid message.
  Result<std::optional<economy::Cost>> cost(const message::ItemHash& hash) const;

  // --- permissions, channels, addresses (9) ---
  // JSON text of the `authorizations` list of the owner's security aggregate; "[]" when there is none.
  Result<std::string> granted(std::string_view owner) const;
  // Owners whose security aggregate names this address (ignoring case), in order.
  Result<std::vector<std::string>> granters(std::string_view address) const;
  Result<std::vector<std::string>> channels() const;
  Result<std::vector<std::string>> channels_of(std::string_view address) const;
  Result<std::vector<std::string>> post_types_of(std::string_view address) const;
  // Processed messages by sender.
  Result<MessageCounts> message_counts(std::string_view address) const;
  Result<std::vector<std::pair<std::string, MessageCounts>>> all_message_counts() const;  // by address

  // Messages with recorded costs of an owner, by hash; empty owner = everybody.
  Result<std::vector<std::pair<message::ItemHash, economy::Cost>>> costs(std::string_view owner) const;

 private:
  Source source_;
  const StoreOptions& options_;
};

}  // namespace lastmile::store
