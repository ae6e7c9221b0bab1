#include "real/p2p/wire/identify.hpp"

#include <array>

#include "core/gossip/protobuf.hpp"
#include "real/p2p/wire/length_prefix.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {

namespace pb = gossip::pb;

namespace {

constexpr std::string_view kRecordDomain = "libp2p-peer-record";
constexpr std::array<std::uint8_t, 2> kRecordType{3, 1};

Bytes copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

Bytes encode_identify(const Identify& identify) {
  Bytes out;
  if (identify.public_key) pb::put_bytes_field(out, 1, *identify.public_key);
  for (const Multiaddr& address : identify.listen_addresses) pb::put_bytes_field(out, 2, address.bytes());
  for (const std::string& protocol : identify.protocols) pb::put_text_field(out, 3, protocol);
  if (identify.observed) pb::put_bytes_field(out, 4, identify.observed->bytes());
  pb::put_text_field(out, 5, identify.protocol_version);
  pb::put_text_field(out, 6, identify.agent_version);
  if (identify.signed_record) pb::put_bytes_field(out, 8, *identify.signed_record);
  return out;
}

Result<Unit> merge_identify(ByteView message, Identify& into) {
  pb::Reader reader(message);
  while (const auto field = reader.next()) {
    if (field->wire_type != 2) continue;
    switch (field->number) {
      case 1:
        into.public_key = copy_of(field->bytes);
        break;
      case 2:
        if (into.listen_addresses.size() >= kIdentifyAddressesMax) break;
        if (auto address = Multiaddr::parse_bytes(field->bytes)) into.listen_addresses.push_back(*std::move(address));
        break;
      case 3:
        if (into.protocols.size() < kIdentifyProtocolsMax) into.protocols.emplace_back(as_text(field->bytes));
        break;
      case 4:
        into.observed = Multiaddr::parse_bytes(field->bytes);
        break;
      case 5:
        into.protocol_version = as_text(field->bytes);
        break;
      case 6:
        into.agent_version = as_text(field->bytes);
        break;
      case 8:
        into.signed_record = copy_of(field->bytes);
        break;
      default:
        break;
    }
  }
  if (!reader.ok()) return Error{"identify: malformed protobuf"};
  return Unit{};
}

Bytes envelope_signed_bytes(std::string_view domain, ByteView payload_type, ByteView payload) {
  Bytes out;
  append_prefixed(out, as_bytes(domain));
  append_prefixed(out, payload_type);
  append_prefixed(out, payload);
  return out;
}

Bytes encode_peer_record(const PeerRecord& record) {
  Bytes out;
  pb::put_bytes_field(out, 1, record.peer.bytes());
  pb::put_varint_field(out, 2, record.sequence);
  for (const Multiaddr& address : record.addresses) {
    Bytes inner;
    pb::put_bytes_field(inner, 1, address.bytes());
    pb::put_bytes_field(out, 3, inner);
  }
  return out;
}

Bytes seal_peer_record(const PeerRecord& record, const PrivateKey& key) {
  const Bytes payload = encode_peer_record(record);
  Bytes out;
  pb::put_bytes_field(out, 1, key.public_key().serialised());
  pb::put_bytes_field(out, 2, kRecordType);
  pb::put_bytes_field(out, 3, payload);
  pb::put_bytes_field(out, 5, key.sign(envelope_signed_bytes(kRecordDomain, kRecordType, payload)));
  return out;
}

Result<PeerRecord> open_peer_record(ByteView envelope) {
  ByteView key_bytes, type, payload, signature;
  pb::Reader reader(envelope);
  while (const auto field = reader.next()) {
    if (field->is_bytes(1)) key_bytes = field->bytes;
    if (field->is_bytes(2)) type = field->bytes;
    if (field->is_bytes(3)) payload = field->bytes;
    if (field->is_bytes(5)) signature = field->bytes;
  }
  if (!reader.ok()) return Error{"peer record: malformed envelope"};
  if (copy_of(type) != copy_of(kRecordType)) return Error{"peer record: the envelope has something else in it"};
  const auto key = PublicKey::parse(key_bytes);
  if (!key || !key->verify(envelope_signed_bytes(kRecordDomain, type, payload), signature)) {
    return Error{"peer record: not signed by the key of the envelope"};
  }
  PeerRecord out;
  pb::Reader inside(payload);
  while (const auto field = inside.next()) {
    if (field->is_bytes(1)) {
      const auto peer = PeerId::parse_bytes(field->bytes);
      if (!peer) return Error{"peer record: not a peer id"};
      out.peer = *peer;
    }
    if (field->is_varint(2)) out.sequence = field->value;
    if (!field->is_bytes(3) || out.addresses.size() >= kIdentifyAddressesMax) continue;
    pb::Reader holder(field->bytes);
    while (const auto inner = holder.next()) {
      if (!inner->is_bytes(1)) continue;
      if (auto address = Multiaddr::parse_bytes(inner->bytes)) out.addresses.push_back(*std::move(address));
    }
  }
  if (!inside.ok()) return Error{"peer record: malformed protobuf"};
  if (out.peer != key->peer_id()) return Error{"peer record: signed by somebody else than it is about"};
  return out;
}

}  // namespace lastmile::p2p
