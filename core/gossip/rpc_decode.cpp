#include "core/gossip/protobuf.hpp"
#include "core/gossip/rpc.hpp"

namespace lastmile::gossip {
namespace {

// Carries what every part needs, and the first complaint.
struct Decoder {
  const Topics& topics;
  const IdScheme& scheme;
  MessageNumbers* numbers;
  std::size_t control_entries = 0;
  const char* fault = nullptr;

  bool refuse(const char* why) {
    if (fault == nullptr) fault = why;
    return false;
  }
  bool end(const pb::Reader& reader) { return reader.ok() || refuse("malformed protobuf"); }

  bool topic(ByteView bytes, TopicRef& out) {
    if (bytes.size() > kTopicBytesMax) return refuse("topic name above the limit");
    out.id = topics.find(as_text(bytes));
    out.name = std::string(as_text(bytes));
    return true;
  }

  bool add_id(IdList& ids, ByteView id) {
    if (id.size() > kMessageIdBytesMax) return refuse("message id above the limit");
    if (ids.size() >= kIdsPerEntryMax) return refuse("too many message ids");
    ids.add_wire(scheme, id);
    return true;
  }

  bool subscription(ByteView bytes, Subscription& out) {
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->is_varint(1)) out.subscribe = field->value != 0;
      if (field->is_bytes(2) && !topic(field->bytes, out.topic)) return false;
    }
    return end(reader);
  }

  bool message(ByteView bytes, MessageRef& out) {
    MessageFields fields;
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->wire_type != 2) continue;
      switch (field->number) {
        case 1:
          fields.from = Field::of(field->bytes);
          break;
        case 2:
          fields.data = Field::of(field->bytes);
          break;
        case 3:
          fields.seqno = Field::of(field->bytes);
          break;
        case 4:
          if (field->bytes.size() > kTopicBytesMax) return refuse("topic name above the limit");
          fields.topic_repeated = fields.topic.present();
          fields.topic = Field::of(field->bytes);
          break;
        case 5:
          fields.signature = Field::of(field->bytes);
          break;
        case 6:
          fields.key = Field::of(field->bytes);
          break;
        default:
          break;
      }
    }
    if (!end(reader)) return false;
    out = make_message(std::move(fields), topics, scheme, numbers);
    return true;
  }

  // IWANT and IDONTWANT: ids in field 1; IHAVE: ids in field 2, topic in field 1.
  bool ids(ByteView bytes, std::uint64_t id_field, TopicRef* topic_out, SharedIds& out) {
    auto list = std::make_shared<IdList>();
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->is_bytes(id_field) && !add_id(*list, field->bytes)) return false;
      if (topic_out != nullptr && field->is_bytes(1) && !topic(field->bytes, *topic_out)) return false;
    }
    out = std::move(list);
    return end(reader);
  }

  bool graft(ByteView bytes, Graft& out) {
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->is_bytes(1) && !topic(field->bytes, out.topic)) return false;
    }
    return end(reader);
  }

  bool exchanged(ByteView bytes, ExchangedPeer& out) {
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->is_bytes(1)) out.peer_id = Bytes(field->bytes.begin(), field->bytes.end());
      if (field->is_bytes(2)) out.signed_record = Bytes(field->bytes.begin(), field->bytes.end());
    }
    return end(reader);
  }

  bool prune(ByteView bytes, Prune& out) {
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->is_bytes(1) && !topic(field->bytes, out.topic)) return false;
      if (field->is_bytes(2) && out.peers.size() < kExchangedPeersMax) {
        if (!exchanged(field->bytes, out.peers.emplace_back())) return false;
      }
      if (field->is_varint(3)) out.backoff_s = field->value;
    }
    return end(reader);
  }

  bool control(ByteView bytes, Control& out) {
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->wire_type != 2 || field->number < 1 || field->number > 5) continue;
      if (++control_entries > kControlEntriesMax) return refuse("too many control entries");
      const ByteView part = field->bytes;
      bool good = false;
      switch (field->number) {
        case 1: {
          IHave& ihave = out.ihave.emplace_back();
          good = ids(part, 2, &ihave.topic, ihave.ids);
          break;
        }
        case 2:
          good = ids(part, 1, nullptr, out.iwant.emplace_back().ids);
          break;
        case 3:
          good = graft(part, out.graft.emplace_back());
          break;
        case 4:
          good = prune(part, out.prune.emplace_back());
          break;
        default:
          good = ids(part, 1, nullptr, out.idontwant.emplace_back().ids);
          break;
      }
      if (!good) return false;
    }
    return end(reader);
  }

  bool rpc(ByteView bytes, Rpc& out) {
    if (bytes.size() > kRpcBytesMaxKubo) return refuse("RPC above the limit");
    pb::Reader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->is_bytes(1)) {
        if (out.subscriptions.size() >= kSubscriptionsPerRpcMax) return refuse("too many subscriptions");
        if (!subscription(field->bytes, out.subscriptions.emplace_back())) return false;
      } else if (field->is_bytes(2)) {
        if (out.publish.size() >= kRpcMessagesMax) continue;  // the rest is ignored
        if (!message(field->bytes, out.publish.emplace_back())) return false;
      } else if (field->is_bytes(3)) {
        if (!out.control) out.control.emplace();
        if (!control(field->bytes, *out.control)) return false;
      }
    }
    return end(reader);
  }
};

}  // namespace

Result<Rpc> decode_rpc(ByteView bytes, const Topics& topics, const IdScheme& scheme, MessageNumbers* numbers) {
  Decoder decoder{topics, scheme, numbers};
  Rpc rpc;
  if (!decoder.rpc(bytes, rpc)) return Error{std::string("gossip RPC: ") + decoder.fault};
  return rpc;
}

}  // namespace lastmile::gossip
