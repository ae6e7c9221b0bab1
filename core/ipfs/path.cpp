#include "core/ipfs/path.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/ipfs/limits.hpp"
#include "core/ipfs/shard.hpp"

namespace lastmile::ipfs {

Result<IpfsPath> parse_path(std::string_view text) {
  for (const std::string_view before : {std::string_view("/ipfs/"), std::string_view("ipfs://")}) {
    if (!text.starts_with(before)) continue;
    text.remove_prefix(before.size());
    break;
  }
  const std::size_t end = std::min(text.find('/'), text.size());
  const auto root = crypto::Cid::parse(text.substr(0, end));
  if (!root)
    return Error{"expected a CID such as Qm... or bafy..., found \"" +
                 std::string(text.substr(0, std::min(end, crypto::kCidTextMax))) + "\""};
  IpfsPath path{*root, {}};
  text.remove_prefix(end);
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    const std::string_view segment = text.substr(0, text.find('/'));
    text.remove_prefix(segment.size());
    if (segment.empty() && text.empty()) break;
    if (segment.empty() || segment == "." || segment == "..")
      return Error{"expected names between the slashes of a path"};
    if (segment.size() > kPathSegmentBytesMax || path.segments.size() == kPathSegmentsMax)
      return Error{"expected at most " + std::to_string(kPathSegmentsMax) + " names of at most " +
                   std::to_string(kPathSegmentBytesMax) + " bytes"};
    path.segments.emplace_back(segment);
  }
  return path;
}

PathResolver::PathResolver(IpfsPath path) : path_(std::move(path)), at_(path_.root) {}

ReadResult<Unit> PathResolver::give(ByteView block) {
  LM_CHECK(wanted() != nullptr);
  auto taken = take(block);
  failed_ = !taken.ok();
  return taken;
}

ReadResult<Unit> PathResolver::take(ByteView block) {
  if (const auto checked = check_block(at_, block); !checked) return checked;
  const auto node = read_fs_node(at_, block);
  if (!node) return node.error();
  const std::string& name = path_.segments[next_];
  std::string wanted_name = name;
  bool sharded = false;
  if (node->unixfs.type == UnixFsType::hamt_shard) {
    if (const auto checked = check_shard(at_, *node); !checked) return checked;
    wanted_name = shard_prefix(shard_slot(name, level_)) + name;
    sharded = true;
  } else if (node->unixfs.type != UnixFsType::directory || level_ > 0) {
    return Failure{FailureKind::wrong_kind, at_.text() + ": not a directory, so there is no \"" + name + "\" in it"};
  }
  for (const PbLink& link : node->links) {
    if (link.name == wanted_name) {
      at_ = link.cid;
      ++next_;
      level_ = 0;
      return Unit{};
    }
    if (sharded && is_child_shard(link) && wanted_name.starts_with(link.name)) {
      if (++level_ == kShardDepthMax) return Failure{FailureKind::limit, at_.text() + ": a trie that is too deep"};
      at_ = link.cid;
      return Unit{};
    }
  }
  return Failure{FailureKind::not_found, path_.root.text() + ": there is no \"" + name + "\""};
}

}  // namespace lastmile::ipfs
