#include "core/ipfs/unixfs.hpp"

#include "core/base/protobuf.hpp"
#include "core/crypto/cid.hpp"
#include "core/ipfs/fields.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs {
namespace {

// Writers of other kinds put all block sizes into one field.
bool take_packed(ByteView bytes, std::vector<std::uint64_t>& out) {
  while (!bytes.empty()) {
    const auto size = crypto::take_varint(bytes);
    if (!size || out.size() == kFileLinksMax) return false;
    out.push_back(*size);
  }
  return true;
}

bool set_once(std::optional<std::uint64_t>& slot, std::uint64_t value) {
  if (slot) return false;
  slot = value;
  return true;
}

}  // namespace

Result<UnixFs> decode_unixfs(ByteView bytes) {
  UnixFs node;
  std::optional<std::uint64_t> type;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    bool fits = true;
    if (field->is_varint(fields::kUnixFsType)) {
      fits = set_once(type, field->value);
    } else if (field->is_bytes(fields::kUnixFsData)) {
      fits = !node.data;
      node.data = field->bytes;
    } else if (field->is_varint(fields::kUnixFsFileSize)) {
      fits = set_once(node.file_size, field->value);
    } else if (field->is_varint(fields::kUnixFsBlockSizes)) {
      fits = node.block_sizes.size() < kFileLinksMax;
      if (fits) node.block_sizes.push_back(field->value);
    } else if (field->is_bytes(fields::kUnixFsBlockSizes)) {
      fits = take_packed(field->bytes, node.block_sizes);
    } else if (field->is_varint(fields::kUnixFsHashType)) {
      fits = set_once(node.hash_type, field->value);
    } else if (field->is_varint(fields::kUnixFsFanout)) {
      fits = set_once(node.fanout, field->value);
    }
    if (!fits) return Error{"UnixFS: field " + std::to_string(field->number) + ": twice, or more than there may be"};
  }
  if (!reader.ok()) return Error{"UnixFS: not protobuf"};
  if (!type) return Error{"UnixFS: the type is missing"};
  if (*type > static_cast<std::uint64_t>(UnixFsType::hamt_shard)) return Error{"UnixFS: an unknown type"};
  node.type = static_cast<UnixFsType>(*type);
  return node;
}

Bytes encode_unixfs(const UnixFs& node) {
  Bytes out;
  pb::put_varint_field(out, fields::kUnixFsType, static_cast<std::uint64_t>(node.type));
  if (node.data) pb::put_bytes_field(out, fields::kUnixFsData, *node.data);
  if (node.file_size) pb::put_varint_field(out, fields::kUnixFsFileSize, *node.file_size);
  for (const std::uint64_t size : node.block_sizes) pb::put_varint_field(out, fields::kUnixFsBlockSizes, size);
  if (node.hash_type) pb::put_varint_field(out, fields::kUnixFsHashType, *node.hash_type);
  if (node.fanout) pb::put_varint_field(out, fields::kUnixFsFanout, *node.fanout);
  return out;
}

}  // namespace lastmile::ipfs
