// Sizes of an RPC and its writing: one function for each, side by side, because they must agree byte for byte.
#include "core/gossip/protobuf.hpp"
#include "core/gossip/rpc.hpp"
#include "core/gossip/rpc_parts.hpp"

namespace lastmile::gossip {
namespace part {
namespace {

std::size_t topic_size(const TopicRef& topic) { return topic.name ? pb::bytes_field_size(topic.name->size()) : 0; }
void put_topic(Bytes& out, int field, const TopicRef& topic) {
  if (topic.name) pb::put_text_field(out, field, *topic.name);
}

std::size_t ids_size(const IdList& ids) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) size += id(ids, i);
  return size;
}
void put_ids(Bytes& out, int field, const IdList& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    pb::put_length(out, field, ids.id_bytes(i));
    ids.append_id(i, out);
  }
}

std::size_t exchanged_size(const ExchangedPeer& peer) {
  return (peer.peer_id ? pb::bytes_field_size(peer.peer_id->size()) : 0) +
         (peer.signed_record ? pb::bytes_field_size(peer.signed_record->size()) : 0);
}

}  // namespace

std::size_t id(const IdList& ids, std::size_t i) { return pb::bytes_field_size(ids.id_bytes(i)); }

std::size_t size(const Subscription& s) {
  return (s.subscribe ? pb::varint_field_size(*s.subscribe ? 1 : 0) : 0) + part::topic_size(s.topic);
}
std::size_t size(const MessageRef& message) { return message->wire_size(); }
std::size_t size(const IHave& ihave) { return topic_size(ihave.topic) + ids_size(*ihave.ids); }
std::size_t size(const IWant& iwant) { return ids_size(*iwant.ids); }
std::size_t size(const IDontWant& idontwant) { return ids_size(*idontwant.ids); }
std::size_t size(const Graft& graft) { return topic_size(graft.topic); }
std::size_t size(const Prune& prune) {
  std::size_t sum = topic_size(prune.topic);
  for (const ExchangedPeer& peer : prune.peers) sum += pb::bytes_field_size(exchanged_size(peer));
  return sum + (prune.backoff_s ? pb::varint_field_size(*prune.backoff_s) : 0);
}

void put(Bytes& out, const Subscription& s) {
  if (s.subscribe) pb::put_varint_field(out, 1, *s.subscribe ? 1 : 0);
  put_topic(out, 2, s.topic);
}
void put(Bytes& out, const MessageRef& message) { message->encode_to(out); }
void put(Bytes& out, const IHave& ihave) {
  put_topic(out, 1, ihave.topic);
  put_ids(out, 2, *ihave.ids);
}
void put(Bytes& out, const IWant& iwant) { put_ids(out, 1, *iwant.ids); }
void put(Bytes& out, const IDontWant& idontwant) { put_ids(out, 1, *idontwant.ids); }
void put(Bytes& out, const Graft& graft) { put_topic(out, 1, graft.topic); }
void put(Bytes& out, const Prune& prune) {
  put_topic(out, 1, prune.topic);
  for (const ExchangedPeer& peer : prune.peers) {
    pb::put_length(out, 2, exchanged_size(peer));
    if (peer.peer_id) pb::put_bytes_field(out, 1, *peer.peer_id);
    if (peer.signed_record) pb::put_bytes_field(out, 2, *peer.signed_record);
  }
  if (prune.backoff_s) pb::put_varint_field(out, 3, *prune.backoff_s);
}

}  // namespace part

namespace {

template <class Part>
std::size_t parts_size(const std::vector<Part>& parts) {
  std::size_t sum = 0;
  for (const Part& p : parts) sum += pb::bytes_field_size(part::size(p));
  return sum;
}
template <class Part>
void put_parts(Bytes& out, int field, const std::vector<Part>& parts) {
  for (const Part& p : parts) {
    pb::put_length(out, field, part::size(p));
    part::put(out, p);
  }
}

std::size_t control_size(const Control& control) {
  return parts_size(control.ihave) + parts_size(control.iwant) + parts_size(control.graft) + parts_size(control.prune) +
         parts_size(control.idontwant);
}

}  // namespace

std::size_t wire_size(const Rpc& rpc) {
  return parts_size(rpc.subscriptions) + parts_size(rpc.publish) +
         (rpc.control ? pb::bytes_field_size(control_size(*rpc.control)) : 0);
}

Bytes encode_rpc(const Rpc& rpc) {
  Bytes out;
  out.reserve(wire_size(rpc));
  put_parts(out, 1, rpc.subscriptions);
  put_parts(out, 2, rpc.publish);
  if (rpc.control) {
    pb::put_length(out, 3, control_size(*rpc.control));
    put_parts(out, 1, rpc.control->ihave);
    put_parts(out, 2, rpc.control->iwant);
    put_parts(out, 3, rpc.control->graft);
    put_parts(out, 4, rpc.control->prune);
    put_parts(out, 5, rpc.control->idontwant);
  }
  return out;
}

}  // namespace lastmile::gossip
