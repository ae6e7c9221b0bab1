#include "core/gossip/message.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/mix.hpp"
#include "core/gossip/protobuf.hpp"

namespace lastmile::gossip {
namespace {

constexpr std::string_view kSignaturePrefix = "libp2p-pubsub:";
constexpr SipKey kIdentityKey{0x6964656e74697479U, 0x6b65790000000000U};
constexpr SipKey kDigestKey{0x6d65737361676531U, 0x6469676573740000U};

std::size_t field_size(const Field& field) { return field.present() ? pb::bytes_field_size(field.size()) : 0; }

void put_field(Bytes& out, int number, const Field& field) {
  if (!field.present()) return;
  pb::put_length(out, number, field.size());
  field.append_to(out);
}

// The same for a synthetic field and for the bytes it stands for.
std::uint64_t field_digest(const Field& field) {
  if (!field.present()) return 1;
  return mix(3, siphash_2_4(kDigestKey, field.is_synthetic() ? field.written() : field.bytes()));
}

// The serialised public key: the field, or what the identity multihash of `from` contains.
Bytes public_key_bytes(const MessageFields& fields) {
  if (fields.key.present()) return fields.key.written();
  const Bytes from = fields.from.written();
  if (from.size() >= 2 && from[0] == 0x00 && from[1] == from.size() - 2) return {from.begin() + 2, from.end()};
  return {};
}

}  // namespace

Field Field::of(Bytes bytes) {
  Field field;
  field.kind_ = Kind::bytes;
  field.bytes_ = std::move(bytes);
  return field;
}

Field Field::synthetic(std::uint32_t size, std::uint64_t tag) {
  Field field;
  field.kind_ = Kind::synthetic;
  field.synthetic_size_ = size;
  field.tag_ = tag;
  return field;
}

void Field::append_to(Bytes& out) const {
  if (!is_synthetic()) {
    append(out, bytes_);
    return;
  }
  const std::size_t start = out.size();
  out.resize(start + synthetic_size_);
  for (std::size_t i = 0; i < std::min<std::size_t>(8, synthetic_size_); ++i) {
    out[start + i] = static_cast<std::uint8_t>(tag_ >> (8 * i));
  }
}

Bytes Field::written() const {
  Bytes out;
  append_to(out);
  return out;
}

bool operator==(const Field& a, const Field& b) {
  if (a.present() != b.present() || a.size() != b.size()) return false;
  if (!a.is_synthetic() && !b.is_synthetic()) return a.bytes_ == b.bytes_;
  if (a.is_synthetic() && b.is_synthetic() && a.tag_ == b.tag_) return true;
  return a.written() == b.written();
}

StructureFault structure_fault(const MessageFields& fields) {
  if (fields.from.size() == 0) return StructureFault::no_from;
  if (!fields.seqno.present() || fields.seqno.size() != 8) return StructureFault::bad_seqno;
  if (fields.signature.size() == 0) return StructureFault::no_signature;
  if (!fields.topic.present() || fields.topic_repeated) return StructureFault::bad_topic;
  return StructureFault::none;
}

Bytes signed_bytes(const MessageFields& fields) {
  Bytes out = to_bytes(kSignaturePrefix);
  put_field(out, 1, fields.from);
  put_field(out, 2, fields.data);
  put_field(out, 3, fields.seqno);
  put_field(out, 4, fields.topic);
  return out;
}

Field seqno_field(std::uint64_t seqno) {
  Bytes bytes(8);
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(seqno >> (56 - 8 * i));
  return Field::of(std::move(bytes));
}

std::uint64_t identity_key(ByteView identity) { return siphash_2_4(kIdentityKey, identity); }

PubsubMessage::PubsubMessage(MessageFields fields, TopicId topic, MessageKey key, MessageNumber number)
    : fields_(std::move(fields)),
      key_(key),
      author_(fields_.from.size() == 0 ? 0 : identity_key(fields_.from.written())),
      digest_(mix(mix(field_digest(fields_.data), author_), field_digest(fields_.seqno))),
      number_(number),
      topic_(topic) {
  digest_ =
      mix(mix(mix(digest_, field_digest(fields_.topic)), field_digest(fields_.signature)), field_digest(fields_.key));
  const std::size_t size = field_size(fields_.from) + field_size(fields_.data) + field_size(fields_.seqno) +
                           field_size(fields_.topic) + field_size(fields_.signature) + field_size(fields_.key);
  LM_CHECK(size <= 0xffffffff);
  wire_size_ = static_cast<std::uint32_t>(size);
}

void PubsubMessage::encode_to(Bytes& out) const {
  put_field(out, 1, fields_.from);
  put_field(out, 2, fields_.data);
  put_field(out, 3, fields_.seqno);
  put_field(out, 4, fields_.topic);
  put_field(out, 5, fields_.signature);
  put_field(out, 6, fields_.key);
}

MessageRef make_message(MessageFields fields, const Topics& topics, const IdScheme& scheme, MessageNumbers* numbers) {
  const TopicId topic = fields.topic.present() ? topics.find(as_text(fields.topic.written())) : kNoTopic;
  const MessageKey key = scheme.kind == IdKind::content ? content_id(fields.data.written())
                                                        : key_of_wire_id(scheme, wire_id(scheme, fields));
  const MessageNumber number = numbers == nullptr ? kNoNumber : numbers->number(key);
  return std::make_shared<const PubsubMessage>(std::move(fields), topic, key, number);
}

Bytes wire_id(const IdScheme& scheme, const MessageFields& fields) {
  if (scheme.kind == IdKind::content) return to_bytes(content_id_text(content_id(fields.data.written())));
  Bytes id = scheme.kind == IdKind::from_seqno ? fields.from.written() : public_key_bytes(fields);
  fields.seqno.append_to(id);
  return id;
}

}  // namespace lastmile::gossip
