#include "core/ipfs/dag_pb.hpp"

#include <algorithm>
#include <numeric>

#include "core/base/protobuf.hpp"
#include "core/ipfs/fields.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs {
namespace {

Error link_error(std::size_t index, const char* text) {
  return {"dag-pb: links[" + std::to_string(index) + "]: " + text};
}

Result<PbLink> decode_link(ByteView bytes, std::size_t index) {
  PbLink link;
  int last = 0;  // fields come in the order of their numbers, each at most once
  pb::Reader reader(bytes, pb::FixedFields::refuse);
  while (const auto field = reader.next()) {
    if (field->number <= static_cast<std::uint64_t>(last)) return link_error(index, "a field twice or out of order");
    if (field->is_bytes(fields::kLinkHash)) {
      auto cid = crypto::Cid::parse_bytes(field->bytes);
      if (!cid) return link_error(index, "Hash is not a CID");
      link.cid = std::move(*cid);
    } else if (field->is_bytes(fields::kLinkName)) {
      link.name = as_text(field->bytes);
    } else if (field->is_varint(fields::kLinkTsize)) {
      link.tsize = field->value;
    } else {
      return link_error(index, "a field that links do not have");
    }
    if (last == 0 && field->number != fields::kLinkHash) return link_error(index, "Hash is missing");
    last = static_cast<int>(field->number);
  }
  if (!reader.ok()) return link_error(index, "not protobuf");
  if (last == 0) return link_error(index, "Hash is missing");
  return link;
}

}  // namespace

Result<PbNode> decode_dag_pb(ByteView block) {
  if (block.size() > kBlockBytesMax) return Error{"dag-pb: longer than a block may be"};
  PbNode node;
  bool data_before_links = false;
  pb::Reader reader(block, pb::FixedFields::refuse);
  while (const auto field = reader.next()) {
    if (field->is_bytes(fields::kNodeData)) {
      if (node.data) return Error{"dag-pb: Data twice"};
      data_before_links = node.links.empty();
      node.data = field->bytes;
    } else if (field->is_bytes(fields::kNodeLinks)) {
      if (node.data && !data_before_links) return Error{"dag-pb: links on both sides of Data"};
      auto link = decode_link(field->bytes, node.links.size());
      if (!link) return link.error();
      node.links.push_back(*std::move(link));
    } else {
      return Error{"dag-pb: a field that nodes do not have"};
    }
  }
  if (!reader.ok()) return Error{"dag-pb: not protobuf"};
  return node;
}

Bytes encode_dag_pb(const PbNode& node) {
  std::vector<const PbLink*> order(node.links.size());
  std::transform(node.links.begin(), node.links.end(), order.begin(), [](const PbLink& link) { return &link; });
  std::stable_sort(order.begin(), order.end(), [](const PbLink* a, const PbLink* b) { return a->name < b->name; });
  const auto size_of = [](const PbLink& link) {
    return pb::bytes_field_size(link.cid.bytes().size()) + pb::bytes_field_size(link.name.size()) +
           pb::varint_field_size(link.tsize);
  };
  std::size_t total = node.data ? pb::bytes_field_size(node.data->size()) : 0;
  for (const PbLink& link : node.links) total += pb::bytes_field_size(size_of(link));
  Bytes block;
  block.reserve(total);
  for (const PbLink* link : order) {
    pb::put_length(block, fields::kNodeLinks, size_of(*link));
    pb::put_bytes_field(block, fields::kLinkHash, link->cid.bytes());
    pb::put_text_field(block, fields::kLinkName, link->name);
    pb::put_varint_field(block, fields::kLinkTsize, link->tsize);
  }
  if (node.data) pb::put_bytes_field(block, fields::kNodeData, *node.data);
  return block;
}

}  // namespace lastmile::ipfs
