// Files and who owns them (messages.md 4.3; docs/decisions/0122): records, pins, tags and their latest version, the
// grace of what nobody pins.
//
// Every blob that is on the disk, or may be, has a record, and either a pin or a grace after which it is deleted.
#pragma once

#include <vector>

#include "core/store/context.hpp"

namespace lastmile::store {

// Kinds of pins. Only the first is part of the state that nodes agree on: the others follow from what this node
// happened to fetch, and when.
inline constexpr char kMessagePin = 'm';      // of a live STORE
inline constexpr char kTransactionPin = 't';  // an archive, of a transaction of a chain
inline constexpr char kHeadPin = 'h';         // a head of the content store, or the archive that it names
inline constexpr char kChainHold = 'q';       // in use by this incarnation of the node, on its road of chains
inline constexpr char kHeadHold = 'u';        // and on its road of heads
inline bool is_hold(char kind) { return kind == kChainHold || kind == kHeadHold; }
// Not an owner: a pending STORE that names the file. Grace does not end while there is one.
inline constexpr char kClaim = 'w';

// The tag that a STORE moves: its own hash, the hash it refers to, or "owner/ref".
std::string tag_of(std::string_view owner, const message::ItemHash& store, std::string_view ref);

// The live version of a tag that holds at a content time: the greatest time up to it, else the earliest after it; at
// equal times the smaller hash. Empty when the tag has no live version.
std::optional<TimedHash> version_at(const Source& source, const StoreOptions& options, std::string_view tag, Wall time);

FileRecord file_record(const Source& source, const message::ItemHash& file);
std::uint64_t count_pins(const Source& source, const message::ItemHash& file);  // without those in use and claims

// A STORE's pin. What loses its last pin is kept until `until`.
void pin(Context& context, const message::ItemHash& file, const message::ItemHash& by, std::string_view owner);
void unpin(Context& context, const message::ItemHash& file, const message::ItemHash& by, std::string_view owner,
           Wall until);

// Pins of this node alone. Released ones leave the file its grace from now on.
void pin_locally(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind);
void unpin_locally(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind);
struct LocalPin {
  message::ItemHash file;
  message::ItemHash by;
  char kind;
};
std::vector<LocalPin> local_pins(const Source& source);  // reads every pin
// Of a head, by whom it names an archive; the pin of a file that is a head itself is not meant.
std::vector<message::ItemHash> heads_naming(const Source& source, const message::ItemHash& archive);
void claim_file(Context& context, const message::ItemHash& file, const message::ItemHash& by, bool there);

// The archive of a transaction. Not final: release_transaction_files() may take the pin back.
void pin_of_transaction(Context& context, const message::ItemHash& file, std::string_view chain, std::uint64_t height,
                        std::string_view transaction, bool final);
void release_transaction_files(Context& context, std::string_view chain, std::uint64_t from_height);
void finalize_transaction_files(Context& context, std::string_view chain, std::uint64_t height);

// Its bytes turned out not to be those of its name.
void file_lost(Context& context, const message::ItemHash& file);
// Bytes are about to be written: before the first one.
void expect_file(Context& context, const message::ItemHash& file, std::uint64_t bytes);
void file_at_hand(Context& context, const message::ItemHash& file, std::uint64_t bytes, bool directory);
// The disk has nothing left of it.
void file_deleted(Context& context, const message::ItemHash& file);

// Files whose grace is over go to Context::files_to_delete. True: there are more.
bool collect_garbage(Context& context);
// So do those beyond Limits::unowned_bytes.
void keep_file_limit(Context& context);

void apply_store(Context& context, Loaded& m);
void unapply_store(Context& context, Loaded& m, Wall keep_until);

}  // namespace lastmile::store
