// What messages say (messages.md 3), after a complete check. Free-form parts stay JSON text: nobody pays for what he
// does not read, and no JSON library leaks through this header.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/message/envelope.hpp"
#include "core/message/executable.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/refusal.hpp"
#include "core/message/switches.hpp"
#include "core/message/type.hpp"

namespace lastmile::message {

struct Post {
  std::string type;
  std::optional<std::string> ref;      // a reference object is reduced to its item_hash
  std::optional<std::string> content;  // JSON text, absent when null
  bool is_amend() const { return type == "amend"; }
  friend bool operator==(const Post&, const Post&) = default;
};

struct Aggregate {
  std::string key;      // the object form {"name": ...} is reduced to its name
  std::string content;  // JSON text of an object; json_tools.hpp merges them
  friend bool operator==(const Aggregate&, const Aggregate&) = default;
};

struct Store {
  ItemType item_type = ItemType::storage;  // may be inlined here: agreement() refuses it
  ItemHash item_hash;                      // the file
  std::optional<std::string> ref;          // version group
  std::optional<std::string> metadata;     // JSON text of an object
  std::optional<Payment> payment;          // hold or credit; absent = hold
  PaymentType payment_type() const { return payment ? payment->type : PaymentType::hold; }
  friend bool operator==(const Store&, const Store&) = default;
};

struct Forget {
  std::vector<ItemHash> hashes;
  std::vector<std::string> aggregates;  // keys; hash-shaped only under the reference's schema
  std::optional<std::string> reason;
  bool names_nothing() const { return hashes.empty() && aggregates.empty(); }  // error 500
  friend bool operator==(const Forget&, const Forget&) = default;
};

struct Content {
  std::string address;     // the owner on whose behalf the message acts
  Wall time;               // content.time, rounded to microseconds: orders everything in the state
  double time_number = 0;  // as written; for printing only
  // False: the content left it to the envelope (messages.md 1.3).
  bool names_owner = true;
  bool names_time = true;
  std::vector<std::string> tags;  // messages.md 3.9, for indexing only
  std::variant<Post, Aggregate, Store, Program, Instance, Forget, VProgram> body;

  Type type() const { return static_cast<Type>(body.index()); }
  // Null when the message is of another type.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&body);
  }
  friend bool operator==(const Content&, const Content&) = default;
};

// Paid types only; empty for POST, AGGREGATE and FORGET.
std::optional<PaymentType> payment_type(const Content& content);
// PROGRAM, INSTANCE, V-PROGRAM; null for others.
const Execution* execution(const Content& content);

// What a fetched content may leave out (messages.md 1.3).
struct Completion {
  std::string_view sender;
  double time_number = 0;  // of the envelope
};

struct ContentRules {
  std::optional<Completion> completion{};                  // only for non-inline messages
  Behaviour forget_aggregate_keys = Behaviour::corrected;  // messages.md 9, point 4
};

// The text as it was hashed: strict JSON, an object, section 3 of messages.md completely. Refusals have code 0. An
// inline text is also held to kInlineCodePointsMax by parse_envelope; here only kContentBytesMax counts.
Result<Content, Refusal> parse_content(Type type, std::string_view text, const ContentRules& rules = {});

// The content of an envelope: of its own item_content, or of `fetched` for storage and ipfs. That the fetched bytes
// have the envelope's hash is for the caller to check (sha256 or CID).
Result<Content, Refusal> parse_inline_content(const Envelope& envelope, const Switches& switches = {});
Result<Content, Refusal> parse_fetched_content(const Envelope& envelope, std::string_view fetched,
                                               const Switches& switches = {});

// STORE: item_type must be storage or ipfs and agree with the shape of item_hash (messages.md 3.3; checked at fetch).
// Empty = agrees.
std::optional<Refusal> disagreement(const Store& store);

// Addresses are compared ignoring ASCII case in permissions (messages.md 4.6), exactly elsewhere.
bool same_address(std::string_view a, std::string_view b);

// Unicode code points of valid UTF-8: the stored size of an inline message (messages.md 1.3).
std::size_t code_points(std::string_view utf8);

}  // namespace lastmile::message
