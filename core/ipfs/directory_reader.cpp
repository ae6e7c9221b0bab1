#include "core/ipfs/directory_reader.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/ipfs/limits.hpp"
#include "core/ipfs/shard.hpp"

namespace lastmile::ipfs {

DirectoryReader::DirectoryReader(crypto::Cid root) { pending_.push_back({std::move(root), 0}); }

ReadResult<Unit> DirectoryReader::give(ByteView block) {
  LM_CHECK(wanted() != nullptr);
  const Pending item = std::move(pending_.back());
  pending_.pop_back();
  auto taken = take(item, block);
  failed_ = !taken.ok();
  if (done()) {
    const auto by_name = [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; };
    std::stable_sort(entries_.begin(), entries_.end(), by_name);
    const auto twice =
        std::adjacent_find(entries_.begin(), entries_.end(),
                           [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name == b.name; });
    if (twice != entries_.end()) {
      failed_ = true;
      return Failure{FailureKind::corrupt, item.cid.text() + ": a directory with one name twice"};
    }
  }
  return taken;
}

ReadResult<Unit> DirectoryReader::take(const Pending& item, ByteView block) {
  if (const auto checked = check_block(item.cid, block); !checked) return checked.error();
  const auto node = read_fs_node(item.cid, block);
  if (!node) return node.error();
  if (node->unixfs.type == UnixFsType::directory && item.level == 0) {
    for (const PbLink& link : node->links) {
      if (const auto added = add(item.cid, link.name, link); !added) return added;
    }
    return Unit{};
  }
  if (node->unixfs.type != UnixFsType::hamt_shard)
    return Failure{FailureKind::wrong_kind, item.cid.text() + ": not a directory"};
  if (const auto checked = check_shard(item.cid, *node); !checked) return checked;
  for (const PbLink& link : node->links) {
    if (!is_child_shard(link)) {
      if (const auto added = add(item.cid, link.name.substr(kShardPrefixChars), link); !added) return added;
    } else if (item.level + 1 == kShardDepthMax) {
      return Failure{FailureKind::limit, item.cid.text() + ": a trie that is too deep"};
    } else {
      pending_.push_back({link.cid, item.level + 1});
    }
  }
  return Unit{};
}

ReadResult<Unit> DirectoryReader::add(const crypto::Cid& in, std::string name, const PbLink& link) {
  if (name.empty() || name.find('/') != std::string::npos)
    return Failure{FailureKind::corrupt, in.text() + ": an entry whose name is none"};
  if (entries_.size() == kDirectoryEntriesMax)
    return Failure{FailureKind::limit, in.text() + ": a directory of too many entries"};
  entries_.push_back({std::move(name), link.cid, link.tsize});
  return Unit{};
}

}  // namespace lastmile::ipfs
