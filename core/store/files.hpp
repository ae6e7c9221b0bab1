// Files and who needs them (messages.md 4.3): records, pins of three kinds, tags and their latest version, grace pins.
#pragma once

#include "core/store/context.hpp"

namespace lastmile::store {

inline constexpr char kMessagePin = 'm';
inline constexpr char kContentPin = 'c';
inline constexpr char kTransactionPin = 't';

// The tag that a STORE moves: its own hash, the hash it refers to, or "owner/ref".
std::string tag_of(std::string_view owner, const message::ItemHash& store, std::string_view ref);

// The live version of a tag that holds at a content time: the greatest time up to it, else the earliest after it; at
// equal times the smaller hash. Empty when the tag has no live version.
std::optional<TimedHash> version_at(const Source& source, const StoreOptions& options, std::string_view tag, Wall time);

FileRecord file_record(const Source& source, const message::ItemHash& file);

// A file without pin is kept until `until`.
void pin(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind,
         std::string_view owner);
void unpin(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind,
           std::string_view owner, Wall until);

// The archive of a transaction: a pin of this node alone, which is no part of the state that nodes agree on.
void pin_silently(Context& context, const message::ItemHash& file);

void file_at_hand(Context& context, const message::ItemHash& file, std::uint64_t bytes, bool directory);
// Files whose grace is over; their records say that they are not at hand any more.
std::vector<message::ItemHash> collect_garbage(Context& context);

void apply_store(Context& context, Loaded& m);
void unapply_store(Context& context, Loaded& m, Wall keep_until);

}  // namespace lastmile::store
