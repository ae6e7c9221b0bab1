#include "core/ipfs/file_builder.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/protobuf.hpp"
#include "core/crypto/hash.hpp"
#include "core/ipfs/dag_pb.hpp"
#include "core/ipfs/fields.hpp"
#include "core/ipfs/unixfs.hpp"

namespace lastmile::ipfs {
namespace {

// What stands before and after the chunk in a dag-pb leaf.
struct LeafFrame {
  Bytes head;
  Bytes tail;
};

LeafFrame leaf_frame(std::size_t chunk_size) {
  LeafFrame frame;
  pb::put_varint_field(frame.tail, fields::kUnixFsFileSize, chunk_size);
  Bytes unixfs;
  pb::put_varint_field(unixfs, fields::kUnixFsType, static_cast<std::uint64_t>(UnixFsType::file));
  if (chunk_size > 0) pb::put_length(unixfs, fields::kUnixFsData, chunk_size);
  pb::put_length(frame.head, fields::kNodeData, unixfs.size() + chunk_size + frame.tail.size());
  append(frame.head, unixfs);
  return frame;
}

}  // namespace

UnixFsBuilder::UnixFsBuilder(UnixFsProfile profile, BlockSink sink) : profile_(profile), sink_(std::move(sink)) {}

void UnixFsBuilder::add(ByteView bytes) {
  LM_CHECK(!finished_);
  total_ += bytes.size();
  while (!bytes.empty()) {
    // A whole chunk that lies in the caller's memory is not copied.
    if (chunk_.empty() && bytes.size() >= kUnixFsChunkBytes) {
      leaf(bytes.first(kUnixFsChunkBytes));
      bytes = bytes.subspan(kUnixFsChunkBytes);
      continue;
    }
    const std::size_t part = std::min(bytes.size(), kUnixFsChunkBytes - chunk_.size());
    append(chunk_, bytes.first(part));
    bytes = bytes.subspan(part);
    if (chunk_.size() == kUnixFsChunkBytes) {
      leaf(chunk_);
      chunk_.clear();
    }
  }
}

UnixFsFile UnixFsBuilder::finish() {
  LM_CHECK(!finished_);
  finished_ = true;
  if (!chunk_.empty() || total_ == 0) leaf(chunk_);
  std::size_t level = 0;
  while (level + 1 < levels_.size() || levels_[level].size() > 1) {
    push(level + 1, close(level));
    ++level;
  }
  const Node& root = levels_[level].front();
  return {cid_of(root), total_, root.cumulative_size};
}

void UnixFsBuilder::leaf(ByteView chunk) {
  Node node;
  node.content_size = chunk.size();
  if (profile_ == UnixFsProfile::v1) {
    node.raw = true;
    node.digest = crypto::sha256(chunk);
    node.cumulative_size = chunk.size();
    if (sink_) sink_(cid_of(node), chunk);
  } else {
    const LeafFrame frame = leaf_frame(chunk.size());
    crypto::Sha256 hash;
    node.digest = hash.add(frame.head).add(chunk).add(frame.tail).finish();
    node.cumulative_size = frame.head.size() + chunk.size() + frame.tail.size();
    if (sink_) {
      Bytes block = frame.head;
      append(block, chunk);
      append(block, frame.tail);
      sink_(cid_of(node), block);
    }
  }
  push(0, node);
}

void UnixFsBuilder::push(std::size_t level, const Node& node) {
  if (levels_.size() <= level) levels_.resize(level + 1);
  if (levels_[level].size() == kUnixFsLinksMax) push(level + 1, close(level));
  levels_[level].push_back(node);
}

// Makes the parent of the nodes that wait at this level.
UnixFsBuilder::Node UnixFsBuilder::close(std::size_t level) {
  Node parent;
  PbNode node;
  UnixFs unixfs;
  for (const Node& child : levels_[level]) {
    node.links.push_back({cid_of(child), {}, child.cumulative_size});
    unixfs.block_sizes.push_back(child.content_size);
    parent.content_size += child.content_size;
    parent.cumulative_size += child.cumulative_size;
  }
  levels_[level].clear();
  unixfs.file_size = parent.content_size;
  const Bytes data = encode_unixfs(unixfs);
  node.data = data;
  const Bytes block = encode_dag_pb(node);
  parent.digest = crypto::sha256(block);
  parent.cumulative_size += block.size();
  if (sink_) sink_(cid_of(parent), block);
  return parent;
}

crypto::Cid UnixFsBuilder::cid_of(const Node& node) const {
  if (profile_ == UnixFsProfile::v0) return crypto::Cid::v0(node.digest);
  return crypto::Cid::v1(node.raw ? crypto::codec::kRaw : crypto::codec::kDagPb, node.digest);
}

UnixFsFile unixfs_file(UnixFsProfile profile, ByteView content) {
  UnixFsBuilder builder(profile);
  builder.add(content);
  return builder.finish();
}

bool content_has_cid(ByteView content, const crypto::Cid& cid) {
  if (cid.version() == 0) return unixfs_file(UnixFsProfile::v0, content).cid == cid;
  return unixfs_file(UnixFsProfile::v1, content).cid == cid || unixfs_file(UnixFsProfile::v1_dagpb, content).cid == cid;
}

}  // namespace lastmile::ipfs
