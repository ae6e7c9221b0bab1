// The message envelope (messages.md 1): what travels, and what was signed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/crypto/chain.hpp"
#include "core/crypto/signature.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/refusal.hpp"
#include "core/message/switches.hpp"
#include "core/message/type.hpp"

namespace lastmile::message {

// A format-checked envelope. Share it as shared_ptr<const Envelope>: it owns its texts.
struct Envelope {
  std::string sender;  // exactly as signed
  crypto::Chain chain = crypto::Chain::ETH;
  Type type = Type::POST;
  ItemType item_type = ItemType::inlined;  // resolved: declared, or inferred
  ItemHash item_hash;
  std::optional<std::string> item_content;  // the exact bytes that were hashed; present iff inline and not a tombstone
  std::optional<std::string> signature;  // absent for messages born in contracts; absent or empty otherwise is error 1
  double time_number = 0;                // seconds as written; needed for Tezos signatures and for printing only
  Wall time;                             // the same, rounded to microseconds; decides
  std::optional<std::string> channel;

  // Tombstones only: the FORGET messages that erased the content, and for a cascade the named original.
  std::vector<ItemHash> forgotten_by;
  std::optional<ItemHash> forgotten_with;

  bool is_tombstone() const { return !forgotten_by.empty(); }
  bool has_signature() const { return signature.has_value() && !signature->empty(); }
  // Views into this object.
  crypto::SignedFields signed_fields() const;

  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// What is signed, with the signature: of two envelopes with one statement either both signatures are good or none.
// Beside it stand what nobody signs: the channel, and, unless the chain is Tezos, the time. Starts with the item hash;
// binary.
std::string statement_of(const Envelope& envelope);

// Seconds as in messages, rounded to microseconds. Empty below 0, above kTimeSecondsMax, or not a number.
std::optional<Wall> wall_of_seconds(double seconds);
double seconds_of_wall(Wall time);

struct EnvelopeRules {
  // Read `forgotten_by` and `forgotten_with`, and let an inline envelope that has them lack its content. Only our own
  // content protocol and content store carry tombstones; elsewhere these keys are unknown, thus ignored.
  bool tombstones = false;
};

// Strict JSON, required fields, known codes, item_type against the shape of the hash, limits, and for inline content
// its hash. Not checked: signature, and the content's own schema (content.hpp). Refusals have code 0.
Result<Envelope, Refusal> parse_envelope(std::string_view text, EnvelopeRules rules = {});
inline Result<Envelope, Refusal> parse_envelope(ByteView bytes, EnvelopeRules rules = {}) {
  return parse_envelope(as_text(bytes), rules);
}

// Our spelling on the wire: keys sorted, no spaces, absent fields left out, characters above ASCII as they are. Parsing
// it gives an equal envelope.
std::string serialize_envelope(const Envelope& envelope);
// The same size without writing it.
std::size_t serialized_size(const Envelope& envelope);
// An entry of a synchronization archive: the keys in the order of messages.md 6.5, absent fields as null.
std::string serialize_archive_entry(const Envelope& envelope);

// Gossip payloads (messages.md 5P.2). Receiving: read as it is and check the hash; when that fails, try the
// percent-decoded text. With as_reference the text is decoded first and always.
Result<Envelope, Refusal> parse_gossip_payload(std::string_view payload,
                                               Behaviour percent_decoding = Behaviour::corrected);
// Publishing: serialize_envelope with every % that two hexadecimal digits follow written as \u0025, so that receivers
// who decode first and receivers who do not read the same. With as_reference it is not protected.
std::string gossip_payload(const Envelope& envelope, Behaviour percent_decoding = Behaviour::corrected);

}  // namespace lastmile::message
