// The keys of the store: one byte that names the table, then fixed-size parts. Texts that people choose (addresses,
// channels, keys, tags) stand in keys as the first bytes of their SHA-256, so that no key is long; the text itself is
// in the value where it must be given back.
//
// name20: where two texts under one key would mix their data. name8: in indexes, whose readers look at the message
// itself again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "core/message/item_hash.hpp"
#include "core/store/codec.hpp"

namespace lastmile::store {

enum class Table : char {
  meta = 'D',             //                                       -> Meta
  entry = 'm',            // hash                                  -> Entry: what we think of the message
  envelope = 'e',         // hash                                  -> the envelope, with its inline content
  copies = 'n',           // hash                                  -> other envelopes of the same message (copies.hpp)
  fetched = 'c',          // hash, part                            -> content that was fetched (contents.hpp)
  submitted = 'J',        // hash                                  -> the object as submitted, of early rejections
  held = 'h',             // second, hash                          -> empty
  held_hour = 's',        // hour                                  -> HeldSum
  waiting = 'W',          // reception, hash                       -> empty: valid, kept, not applied
  rejection = 'X',        // reception, hash                       -> empty: only the code is kept
  unfinished = 'q',       // time, hash                            -> empty: to be judged
  confirmation = 'k',     // hash, chain, transaction              -> Confirmation
  chain_height = 'K',     // chain, height, hash, transaction      -> empty
  unconfirmed = 'U',      // name8 of a chain, reception, hash     -> empty: to be written into it
  dependant = 'w',        // kind, name, time, hash                -> empty: judge again when the named thing changes
  amend = 'a',            // original, time, hash                  -> empty: applied amends
  element = 'g',          // aggregate20, time, hash               -> flags: every known element
  aggregate = 'G',        // owner20, key20                        -> AggregateHead
  member = 'V',           // aggregate20, name20 of top-level key  -> AggregateMember
  key_forget = 'f',       // aggregate20, time, hash of the FORGET -> empty
  grant = 'S',            // name20 of lower-case grantee, owner20 -> owner
  file = 'F',             // file                                  -> FileRecord
  file_grace = 'Q',       // time, file                            -> empty
  pin = 'p',              // file, message or name, kind           -> owner (files.hpp)
  transaction_pin = 'P',  // chain, height, file, name          -> empty: those that a reorganisation may take back
  version = 'y',          // tag20, time, hash                     -> file: live STOREs of a tag
  file_tag = 'Y',         // tag20                                 -> FileTag
  owner_file = 'o',       // owner20, time, hash                   -> file
  file_use = 'v',         // STORE hash, VM hash                   -> empty: live machines
  upgrade = 'z',          // original, time, hash                  -> empty: upgrades that may act for the owner
  machine = 'Z',          // original                              -> current version
  cost = 'C',             // hash                                  -> economy::Cost
  owner_cost = 'O',       // owner20, hash                         -> empty
  commitment = 'u',       // owner20, effective time, hash         -> CommitmentRow
  account = 'A',          // owner20                               -> AccountSummary
  account_due = 'E',      // time, owner20                         -> owner
  balance_post = 'b',     // time, hash                            -> empty: live `balances-update` posts
  credit_post = 'l',      // time, hash                            -> empty: credit messages of the book
  index = 'i',            // facet, name8, time, hash              -> flags
  post_index = 'I',      // facet, name8, last update, original   -> empty: posts whose place is not that of the message
  aggregate_time = 'x',  // 0 created / 1 modified, time, owner20, key20 -> empty
  received = 'r',        // reception, hash                       -> empty
  sender_count = '#',    // sender20                              -> counts by type, sender
  index_count = 'N',  // messages / posts, field, value20       -> count: how many a filter matches (index_counts.hpp)
};

// Every table of the store lies below; keys from here on belong to who shares its disk (the node's own tables).
inline constexpr unsigned char kTablesEnd = 0x80;

// What the indexes of live messages are sorted under.
enum class Facet : char {
  all = 'a',
  address = 'd',  // sender and owner; flags say which
  channel = 'c',
  post_type = 'p',
  key = 'k',  // AGGREGATE
  ref = 'r',
  file = 'f',  // STORE's item_hash
  tag = 't',
  type = 'T',       // message type, but POST, which is nearly everything
  forgotten = 'F',  // by termination time
  removed = 'R',
};
inline constexpr std::uint8_t kIsSender = 1;
inline constexpr std::uint8_t kIsOwner = 2;

// What a judgement can depend on.
enum class Kind : char {
  message = 'm',    // hash: known, live, forgotten
  security = 's',   // owner20: its `security` elements
  aggregate = 'a',  // aggregate20: first element known
  file = 'f',       // file: at hand
  tag = 't',        // tag20: its versions
  upgrades = 'u',   // original: which upgrades there are
  prices = 'p',     // nothing behind it
};

std::string name20(std::string_view text);
std::string name8(std::string_view text);
// (owner, key) as one name.
std::string aggregate20(std::string_view owner, std::string_view key);
std::string lower_ascii(std::string_view text);

// A key built from left to right.
class Key {
 public:
  explicit Key(Table table) {
    out_.reserve(kRoom);
    out_.push_back(static_cast<char>(table));
  }
  Key& byte(char value) & {
    out_.push_back(value);
    return *this;
  }
  Key& raw(std::string_view bytes) & {
    out_.append(bytes);
    return *this;
  }
  Key& hash(const message::ItemHash& hash) & {
    append_hash(out_, hash);
    return *this;
  }
  Key& time(Wall time) & {
    append_time(out_, time);
    return *this;
  }
  Key& big64(std::uint64_t number) & {
    append_big64(out_, number);
    return *this;
  }
  Key& big40(std::uint64_t number) & {
    append_big40(out_, number);
    return *this;
  }
  const std::string& text() const& { return out_; }
  std::string take() & { return std::move(out_); }

 private:
  static constexpr std::size_t kRoom = 80;  // two storage hashes and a time: nearly every key, without growing
  std::string out_;
};

namespace keys {

std::string of_hash(Table table, const message::ItemHash& hash);
std::string of_time(Table table, Wall time, const message::ItemHash& hash);
std::string of_name(Table table, std::string_view name, Wall time, const message::ItemHash& hash);
std::string under(Table table, std::string_view name);  // prefix or key: table, name
std::string under_hash(Table table, const message::ItemHash& hash, Wall time, const message::ItemHash& more);
std::string pair(Table table, const message::ItemHash& a, const message::ItemHash& b);
std::string held(std::uint64_t second, const message::ItemHash& hash);
std::string dependency(Kind kind, std::string_view name);  // name of Table::dependant
std::string index(Table table, Facet facet, std::string_view name, Wall time, const message::ItemHash& hash);
std::string indexes(Table table, Facet facet, std::string_view name);  // prefix
std::string hash_name(const message::ItemHash& hash);                  // name of Kind::message, file, upgrades

}  // namespace keys

}  // namespace lastmile::store
