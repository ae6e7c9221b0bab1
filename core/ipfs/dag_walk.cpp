#include "core/ipfs/dag_walk.hpp"

#include "core/base/check.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs {
namespace {

Bytes key_of(const crypto::Cid& cid) { return {cid.multihash().begin(), cid.multihash().end()}; }

}  // namespace

DagWalk::DagWalk(crypto::Cid root) { pending_.push_back({std::move(root), 0}); }

std::vector<crypto::Cid> DagWalk::ahead(std::size_t most) const {
  std::vector<crypto::Cid> out;
  for (std::size_t i = 1; i < pending_.size() && out.size() < most; ++i) {
    const crypto::Cid& next = pending_[pending_.size() - 1 - i].cid;
    if (!seen_.contains(key_of(next))) out.push_back(next);
  }
  return out;
}

ReadResult<Unit> DagWalk::give(ByteView block) {
  LM_CHECK(wanted() != nullptr);
  const Pending item = std::move(pending_.back());
  pending_.pop_back();
  auto taken = take(item, block);
  failed_ = !taken.ok();
  skip_seen();
  return taken;
}

ReadResult<Unit> DagWalk::take(const Pending& item, ByteView block) {
  if (const auto checked = check_block(item.cid, block); !checked) return checked;
  if (seen_.size() == kBlocksVisitedMax)
    return Failure{FailureKind::limit, item.cid.text() + ": below a root of too many blocks"};
  seen_.insert(key_of(item.cid));
  if (item.cid.codec() != crypto::codec::kDagPb) return Unit{};
  const auto node = decode_dag_pb(block);
  if (!node) return Failure{FailureKind::corrupt, item.cid.text() + ": " + node.error().text};
  if (!node->links.empty() && item.depth == kDagDepthMax)
    return Failure{FailureKind::limit, item.cid.text() + ": a tree that is too deep"};
  for (auto link = node->links.rbegin(); link != node->links.rend(); ++link)
    pending_.push_back({link->cid, item.depth + 1});
  return Unit{};
}

void DagWalk::skip_seen() {
  while (!pending_.empty() && seen_.contains(key_of(pending_.back().cid))) pending_.pop_back();
}

}  // namespace lastmile::ipfs
