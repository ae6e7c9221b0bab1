// One gossip message: author, sequence number, topic, payload, signature (libp2p.md 11.2-11.4). Immutable and shared by
// all who hold it; ids and sizes are computed once.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/gossip/message_id.hpp"
#include "core/gossip/topics.hpp"

namespace lastmile::gossip {

// An optional protobuf field of bytes: absent and empty differ. A synthetic field has a size and no bytes: on the wire
// it is `tag` as 8 little-endian bytes, then zeros, cut to its size. Simulations use it for payloads nobody reads.
class Field {
 public:
  Field() = default;
  static Field of(Bytes bytes);
  static Field of(ByteView bytes) { return of(Bytes(bytes.begin(), bytes.end())); }
  static Field of(std::string_view text) { return of(to_bytes(text)); }
  static Field synthetic(std::uint32_t size, std::uint64_t tag);

  bool present() const { return kind_ != Kind::absent; }
  bool is_synthetic() const { return kind_ == Kind::synthetic; }
  std::size_t size() const { return is_synthetic() ? synthetic_size_ : bytes_.size(); }
  std::uint64_t tag() const { return tag_; }
  const Bytes& bytes() const { return bytes_; }  // empty for a synthetic field
  std::string_view text() const { return as_text(bytes_); }
  void append_to(Bytes& out) const;
  Bytes written() const;                                   // the bytes on the wire, also of a synthetic field
  friend bool operator==(const Field& a, const Field& b);  // same presence and same bytes on the wire

 private:
  enum class Kind : std::uint8_t { absent, bytes, synthetic };
  Bytes bytes_;
  std::uint64_t tag_ = 0;
  std::uint32_t synthetic_size_ = 0;
  Kind kind_ = Kind::absent;
};

struct MessageFields {
  Field from;  // author's peer id bytes, not the forwarder's
  Field data;
  Field seqno;  // 8 bytes, big endian
  Field topic;
  Field signature;
  Field key;                    // serialised public key, where `from` does not contain it
  bool topic_repeated = false;  // the field came more than once: never valid
  friend bool operator==(const MessageFields&, const MessageFields&) = default;
};

// The first failing check of strict signing that needs no cryptography (11.3). Whether `from` is a valid peer id,
// whether the key belongs to it and whether the signature verifies is for the caller, in this order.
enum class StructureFault : std::uint8_t { none, no_from, bad_seqno, no_signature, bad_topic };
StructureFault structure_fault(const MessageFields& fields);

// `libp2p-pubsub:` and the protobuf of from, data, seqno, topic: what is signed.
Bytes signed_bytes(const MessageFields& fields);

Field seqno_field(std::uint64_t seqno);
// A hash of identity bytes (a peer id, a node name): how routers compare authors with peers.
std::uint64_t identity_key(ByteView identity);

class PubsubMessage {
 public:
  PubsubMessage(MessageFields fields, TopicId topic, MessageKey key, MessageNumber number);

  const MessageFields& fields() const { return fields_; }
  TopicId topic() const { return topic_; }
  MessageKey key() const { return key_; }
  MessageNumber number() const { return number_; }  // kNoNumber when it came from bytes
  std::uint64_t author() const { return author_; }  // identity_key(from); 0 without from
  std::uint64_t digest() const {
    return digest_;
  }  // over everything but the bytes of a long payload, which `key` covers
  std::size_t wire_size() const { return wire_size_; }  // of the Message protobuf, without tag and length around it
  void encode_to(Bytes& out) const;

 private:
  MessageFields fields_;
  MessageKey key_;
  std::uint64_t author_;
  std::uint64_t digest_;
  std::uint32_t wire_size_;
  MessageNumber number_;
  TopicId topic_;
};

using MessageRef = std::shared_ptr<const PubsubMessage>;

// Computes topic and key. numbers: the table shared by all routers that will meet this object, or null when it stays
// with one router (which then numbers it itself once its signature is known to be good).
MessageRef make_message(MessageFields fields, const Topics& topics, const IdScheme& scheme, MessageNumbers* numbers);

// The id as on the wire; for IdKind::content its decimal text.
Bytes wire_id(const IdScheme& scheme, const MessageFields& fields);

}  // namespace lastmile::gossip
