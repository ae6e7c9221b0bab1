#include "core/ipfs/file_reader.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs {
namespace {

// Content bytes of a node: its own and those below its links; empty when they do not fit 64 bits.
std::optional<std::uint64_t> content_size(const UnixFs& unixfs) {
  std::uint64_t total = unixfs.data ? unixfs.data->size() : 0;
  for (const std::uint64_t size : unixfs.block_sizes) {
    if (size > ~std::uint64_t{0} - total) return std::nullopt;
    total += size;
  }
  return total;
}

}  // namespace

FileReader::FileReader(crypto::Cid root, ByteRange range) : range_(range) {
  pending_.push_back({std::move(root), 0, std::nullopt, 0});
}

std::vector<crypto::Cid> FileReader::ahead(std::size_t most) const {
  std::vector<crypto::Cid> out;
  for (std::size_t i = 1; i < pending_.size() && out.size() < most; ++i)
    out.push_back(pending_[pending_.size() - 1 - i].cid);
  return out;
}

ReadResult<Unit> FileReader::give(ByteView block, const Sink& sink) {
  LM_CHECK(wanted() != nullptr);
  const Pending item = std::move(pending_.back());
  pending_.pop_back();
  auto taken = take(item, block, sink);
  failed_ = !taken.ok();
  return taken;
}

ReadResult<Unit> FileReader::take(const Pending& item, ByteView block, const Sink& sink) {
  const auto fail = [&](FailureKind kind, const char* why) { return Failure{kind, item.cid.text() + ": " + why}; };
  if (++visited_ > kBlocksVisitedMax) return fail(FailureKind::limit, "a file of too many blocks");
  if (const auto checked = check_block(item.cid, block); !checked) return checked.error();
  const auto node = read_fs_node(item.cid, block);
  if (!node) return node.error();
  const UnixFs& unixfs = node->unixfs;
  if (unixfs.type != UnixFsType::file && unixfs.type != UnixFsType::raw)
    return fail(FailureKind::wrong_kind, unixfs.type == UnixFsType::symlink ? "a symbolic link" : "a directory");
  if (unixfs.block_sizes.size() != node->links.size()) return fail(FailureKind::corrupt, "not one size for each link");
  const auto total = content_size(unixfs);
  if (!total || *total > ~std::uint64_t{0} - item.begin) return fail(FailureKind::corrupt, "longer than 64 bits count");
  if (unixfs.file_size && *unixfs.file_size != *total) return fail(FailureKind::corrupt, "sizes that do not add up");
  if (item.size && *item.size != *total) return fail(FailureKind::corrupt, "not as long as its parent says");
  if (!size_) size_ = total;
  if (!node->links.empty() && item.depth == kDagDepthMax) return fail(FailureKind::limit, "a tree that is too deep");

  std::uint64_t place = item.begin;
  const auto touches = [&](std::uint64_t size) {
    return size > 0 && place < range_.end && place + size > range_.begin;
  };
  if (const ByteView data = unixfs.data.value_or(ByteView{}); !data.empty()) {
    if (touches(data.size())) {
      const std::uint64_t from = std::max(range_.begin, place) - place;
      const std::uint64_t to = std::min(range_.end, place + data.size()) - place;
      sink(data.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
    }
    place += data.size();
  }
  const std::size_t before = pending_.size();
  for (std::size_t i = 0; i < node->links.size(); ++i) {
    const std::uint64_t size = unixfs.block_sizes[i];
    if (touches(size)) pending_.push_back({node->links[i].cid, place, size, item.depth + 1});
    place += size;
  }
  std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(before), pending_.end());
  return Unit{};
}

}  // namespace lastmile::ipfs
