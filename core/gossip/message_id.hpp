// Message ids (libp2p.md 11.4). On the wire an id is a byte string whose making is a property of the network; inside
// the program it is a 64-bit key, and a message the program created or accepted also has a small dense number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/siphash.hpp"
#include "core/base/strong.hpp"
#include "core/gossip/message_numbers.hpp"

namespace lastmile::gossip {

enum class IdKind : std::uint8_t {
  content,     // Aleph: decimal text of SipHash-1-3 over length and data; the key is that hash itself
  from_seqno,  // kubo, go-libp2p
  key_seqno,   // js-libp2p
};

// How a network names its messages. raw_key hashes ids that are not content ids down to keys; a real node draws it at
// random, because whoever knows it can make two ids collide.
struct IdScheme {
  IdKind kind = IdKind::content;
  SipKey raw_key{};
};

MessageKey content_id(ByteView data);
std::string content_id_text(MessageKey id);
// The key of a wire id under a scheme. A content id must be canonical decimal text of 64 bits; anything else is hashed
// like a raw id: it will match nothing we have, and can be asked for.
MessageKey key_of_wire_id(const IdScheme& scheme, ByteView id);

// The ids of one IHAVE, IWANT or IDONTWANT. Content ids are kept as numbers, their text is made when bytes are written.
class IdList {
 public:
  void add(MessageKey content_id, MessageNumber number = kNoNumber);
  void add_wire(const IdScheme& scheme, ByteView id, MessageNumber number = kNoNumber);

  std::size_t size() const { return keys_.size(); }
  bool empty() const { return keys_.empty(); }
  MessageKey key(std::size_t i) const { return keys_[i]; }
  // The sender's dense number, valid where sender and receiver share one MessageNumbers; kNoNumber for ids from bytes.
  MessageNumber number(std::size_t i) const { return numbers_.empty() ? kNoNumber : numbers_[i]; }
  std::size_t id_bytes(std::size_t i) const;          // length of the id on the wire
  void append_id(std::size_t i, Bytes& out) const;    // the id as on the wire
  void add_from(const IdList& other, std::size_t i);  // copy one entry
  void reserve(std::size_t count) {
    keys_.reserve(count);
    numbers_.reserve(count);
  }
  void drop_repeated();  // keeps the first of equal ids
  // For a random order, then a limit.
  void swap_entries(std::size_t i, std::size_t j);
  void truncate(std::size_t count);
  std::size_t memory_bytes() const;

  friend bool operator==(const IdList& a, const IdList& b);  // same ids on the wire, in the same order

 private:
  const Bytes* raw_of(std::size_t i) const;  // null when the wire id is a content id

  std::vector<MessageKey> keys_;
  std::vector<MessageNumber> numbers_;     // empty, or one per key
  std::vector<std::optional<Bytes>> raw_;  // empty, or one per key: the wire id where it is not a content id
};

}  // namespace lastmile::gossip
