// The messages of reconciliation (architecture.md 8, road 1; FrameKind::reconcile) and their bytes. Decoding is strict:
// every message has one spelling, so encode(decode(bytes)) == bytes.
//
//   message   = version and kind: 1 byte (0x10 request, 0x13 request with lists, 0x11 answer, 0x12 offer), then by kind
//   request   = [with lists: token length 1 byte, salt 8 bytes], varint number of entries, entries
//   entry     = head 1 byte { bit 0: begins where the one before ended (the first: at the beginning of time),
//               bit 1: has a list, bits 2-6: items in it }, [from bound], until bound, fingerprint 16 bytes or tokens
//   answer    = varint number of entries answered, varint number of those that are not `same`, and for each of them:
//               varint `same` entries before it, 1 byte what (1 none, 2 ask, 3 split, 4 difference), details
//   split     = 1 byte number of inner bounds, bounds, one fingerprint more than bounds
//   difference= hashes, varint number of positions, positions as varint gaps, 1 byte (1: cut short, then a bound
//   follows) hashes    = varint number of storage hashes, 32 bytes each, varint number of CIDs, each 1 byte length and
//   text bound     = varint (seconds since the bound before, doubled, plus 1 if a prefix follows),
//               [prefix: 1 byte n; n <= 64: n hexadecimal digits, two per byte; 128 + n: n characters; 255: the end]
//   All bounds of a message are written relative to the bound before them in it, beginning with 0.
//   A prefix stands for the smallest hash that begins with it.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/env/frame.hpp"
#include "core/sync/held_set.hpp"
#include "core/sync/limits.hpp"

namespace lastmile::sync {

// Stands for a hash in a list: SipHash of its text under the salt of the session, cut to the session's token length.
// Two hashes that collide under one salt do not under the next, so that a collision delays an item and never loses it.
using Token = std::uint64_t;
Token token_of(const message::ItemHash& hash, std::uint64_t salt, std::size_t token_bytes);

struct Entry {
  HeldItem from;
  HeldItem until;
  std::variant<Fingerprint, std::vector<Token>> holds;  // of the asker, in this range; tokens in the order of the items
  friend bool operator==(const Entry&, const Entry&) = default;
};

struct Request {
  std::uint64_t salt = 0;        // travels only when there is a list; else 0
  std::uint8_t token_bytes = 0;  // the same
  std::vector<Entry> entries;    // ascending, disjoint, not empty ranges
  friend bool operator==(const Request&, const Request&) = default;
};

// What the answerer says about one entry.
struct Same {
  friend bool operator==(Same, Same) = default;
};
struct None {  // the answerer holds nothing there
  friend bool operator==(None, None) = default;
};
struct Ask {  // different, and few items: send the list
  friend bool operator==(Ask, Ask) = default;
};
struct Split {                            // different: these are the parts
  std::vector<HeldItem> bounds;           // inner ones, ascending, strictly inside the entry
  std::vector<Fingerprint> fingerprints;  // one more
  friend bool operator==(const Split&, const Split&) = default;
};
struct Difference {
  std::vector<message::ItemHash> unlisted;  // the answerer holds them and no token of the list stands for them; storage
                                            // hashes first
  std::vector<std::uint32_t> unknown;       // positions in the list of which the answerer holds nothing; ascending
  std::optional<HeldItem> complete_until;   // cut short: both lists hold only below this bound
  friend bool operator==(const Difference&, const Difference&) = default;
};
using Finding = std::variant<Same, None, Ask, Split, Difference>;

struct Answer {
  std::vector<Finding> findings;  // of the first entries of the request; the rest must be asked again
  friend bool operator==(const Answer&, const Answer&) = default;
};

// What the other side lacks, found by a session: it may fetch them from the sender.
struct Offer {
  std::vector<message::ItemHash> hashes;  // storage hashes first
  friend bool operator==(const Offer&, const Offer&) = default;
};

using ReconcileMessage = std::variant<Request, Answer, Offer>;

Bytes encode_reconcile(const ReconcileMessage& message);
// Refuses everything malformed, out of order or above the limits.
Result<ReconcileMessage> decode_reconcile(ByteView bytes);

// For messages that our own code made; whoever wants to send nonsense sends bytes.
class ReconcileBody final : public env::FrameBody {
 public:
  static env::Frame of(ReconcileMessage message);
  ReconcileBody(ReconcileMessage message, Bytes bytes);  // for of(): the message and its encoding
  const ReconcileMessage& message() const { return message_; }
  Bytes encode() const override { return bytes_; }

 private:
  ReconcileMessage message_;
  Bytes bytes_;  // made once: these messages are few and small
};

// From a frame of either kind: ours, or bytes.
Result<ReconcileMessage> reconcile_message(const env::Frame& frame);

// Puts the hashes into the order in which messages carry them: storage hashes first, otherwise as they are.
void order_hashes(std::vector<message::ItemHash>& hashes);

}  // namespace lastmile::sync
