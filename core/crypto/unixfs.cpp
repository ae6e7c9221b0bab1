#include "core/crypto/unixfs.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::crypto {
namespace {

// Protobuf keys: field number << 3 | wire type (0 varint, 2 bytes).
constexpr std::uint8_t kUnixFsType = 0x08, kUnixFsData = 0x12, kUnixFsFileSize = 0x18, kUnixFsBlockSize = 0x20;
constexpr std::uint8_t kNodeData = 0x0a, kNodeLink = 0x12;
constexpr std::uint8_t kLinkHash = 0x0a, kLinkName = 0x12, kLinkSize = 0x18;
constexpr std::uint8_t kTypeFile = 2;

void append_number(Bytes& out, std::uint8_t key, std::uint64_t value) {
  out.push_back(key);
  append_varint(out, value);
}

void append_bytes(Bytes& out, std::uint8_t key, ByteView value) {
  append_number(out, key, value.size());
  append(out, value);
}

// What stands before and after the chunk in a dag-pb leaf.
struct LeafFrame {
  Bytes head;
  Bytes tail;
};

LeafFrame leaf_frame(std::size_t chunk_size) {
  LeafFrame frame;
  append_number(frame.tail, kUnixFsFileSize, chunk_size);
  Bytes unixfs = {kUnixFsType, kTypeFile};
  if (chunk_size > 0) append_number(unixfs, kUnixFsData, chunk_size);
  append_number(frame.head, kNodeData, unixfs.size() + chunk_size + frame.tail.size());
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
    node.digest = sha256(chunk);
    node.cumulative_size = chunk.size();
    if (sink_) sink_(cid_of(node), chunk);
  } else {
    const LeafFrame frame = leaf_frame(chunk.size());
    Sha256 hash;
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
  Bytes links;
  Bytes sizes;
  for (const Node& child : levels_[level]) {
    Bytes link;
    append_bytes(link, kLinkHash, cid_of(child).bytes());
    append_bytes(link, kLinkName, {});
    append_number(link, kLinkSize, child.cumulative_size);
    append_bytes(links, kNodeLink, link);
    append_number(sizes, kUnixFsBlockSize, child.content_size);
    parent.content_size += child.content_size;
    parent.cumulative_size += child.cumulative_size;
  }
  levels_[level].clear();
  Bytes unixfs = {kUnixFsType, kTypeFile};
  append_number(unixfs, kUnixFsFileSize, parent.content_size);
  append(unixfs, sizes);
  Bytes block = std::move(links);  // links precede the data
  append_bytes(block, kNodeData, unixfs);
  parent.digest = sha256(block);
  parent.cumulative_size += block.size();
  if (sink_) sink_(cid_of(parent), block);
  return parent;
}

Cid UnixFsBuilder::cid_of(const Node& node) const {
  if (profile_ == UnixFsProfile::v0) return Cid::v0(node.digest);
  return Cid::v1(node.raw ? codec::kRaw : codec::kDagPb, node.digest);
}

UnixFsFile unixfs_file(UnixFsProfile profile, ByteView content) {
  UnixFsBuilder builder(profile);
  builder.add(content);
  return builder.finish();
}

bool content_has_cid(ByteView content, const Cid& cid) {
  if (cid.version() == 0) return unixfs_file(UnixFsProfile::v0, content).cid == cid;
  return unixfs_file(UnixFsProfile::v1, content).cid == cid || unixfs_file(UnixFsProfile::v1_dagpb, content).cid == cid;
}

}  // namespace lastmile::crypto
