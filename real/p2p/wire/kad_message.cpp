#include "real/p2p/wire/kad_message.hpp"

#include "core/crypto/hash.hpp"
#include "core/gossip/protobuf.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {

namespace pb = gossip::pb;

namespace {

Bytes owned(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

void put_peers(Bytes& out, int number, const std::vector<KadPeer>& peers) {
  for (const KadPeer& peer : peers) {
    Bytes inner;
    if (peer.id) pb::put_bytes_field(inner, 1, *peer.id);
    for (const Bytes& address : peer.addresses) pb::put_bytes_field(inner, 2, address);
    if (peer.connection) pb::put_varint_field(inner, 3, *peer.connection);
    pb::put_bytes_field(out, number, inner);
  }
}

bool read_peer(ByteView bytes, std::vector<KadPeer>& list) {
  if (list.size() >= kKadPeersMax) return true;
  KadPeer peer;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(1)) peer.id = owned(field->bytes);
    if (field->is_bytes(2) && peer.addresses.size() < kKadAddressesMax) peer.addresses.push_back(owned(field->bytes));
    if (field->is_varint(3)) peer.connection = field->value;
  }
  list.push_back(std::move(peer));
  return reader.ok();
}

bool read_record(ByteView bytes, KadRecord& record) {
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(1)) record.key = owned(field->bytes);
    if (field->is_bytes(2)) record.value = owned(field->bytes);
    if (field->is_bytes(5)) record.time_received = std::string(as_text(field->bytes));
  }
  return reader.ok();
}

}  // namespace

Bytes encode_kad(const KadMessage& message) {
  Bytes out;
  pb::put_varint_field(out, 1, static_cast<std::uint64_t>(message.type));
  if (message.key) pb::put_bytes_field(out, 2, *message.key);
  if (message.record) {
    Bytes inner;
    if (message.record->key) pb::put_bytes_field(inner, 1, *message.record->key);
    if (message.record->value) pb::put_bytes_field(inner, 2, *message.record->value);
    if (message.record->time_received) pb::put_text_field(inner, 5, *message.record->time_received);
    pb::put_bytes_field(out, 3, inner);
  }
  put_peers(out, 8, message.closer);
  put_peers(out, 9, message.providers);
  if (message.cluster_level) pb::put_varint_field(out, 10, *message.cluster_level);
  return out;
}

Result<KadMessage> decode_kad(ByteView bytes) {
  if (bytes.size() > kKadMessageMax) return Error{"kad: a message above the limit"};
  KadMessage out;
  bool typed = false, good = true;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_varint(1)) {
      if (field->value > static_cast<std::uint64_t>(KadType::ping)) return Error{"kad: unknown type of message"};
      out.type = static_cast<KadType>(field->value);
      typed = true;
    }
    if (field->is_bytes(2)) out.key = owned(field->bytes);
    if (field->is_bytes(3)) good = read_record(field->bytes, out.record.emplace()) && good;
    if (field->is_bytes(8)) good = read_peer(field->bytes, out.closer) && good;
    if (field->is_bytes(9)) good = read_peer(field->bytes, out.providers) && good;
    if (field->is_varint(10)) out.cluster_level = field->value;
  }
  if (!reader.ok() || !good) return Error{"kad: malformed protobuf"};
  if (!typed) return Error{"kad: a message without type"};
  return out;
}

Hash256 kad_place(ByteView key) { return crypto::sha256(key); }

Hash256 kad_distance(const Hash256& a, const Hash256& b) {
  Hash256 out;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) out.bytes[i] = static_cast<std::uint8_t>(a.bytes[i] ^ b.bytes[i]);
  return out;
}

}  // namespace lastmile::p2p
