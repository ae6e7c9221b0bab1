#include "core/ipfs/block.hpp"

#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs {

ReadResult<Unit> check_block(const crypto::Cid& cid, ByteView block) {
  if (block.size() > kBlockBytesMax)
    return Failure{FailureKind::limit,
                   cid.text() + ": a block of more than " + std::to_string(kBlockBytesMax) + " bytes"};
  switch (cid.check(block)) {
    case crypto::BlockCheck::match:
      return Unit{};
    case crypto::BlockCheck::mismatch:
      return Failure{FailureKind::corrupt, cid.text() + ": the bytes are not those of this name"};
    case crypto::BlockCheck::unverifiable:
      break;
  }
  return Failure{FailureKind::unverifiable, cid.text() + ": named by a hash function that is not supported"};
}

ReadResult<FsNode> read_fs_node(const crypto::Cid& cid, ByteView block) {
  const auto corrupt = [&](const std::string& why) { return Failure{FailureKind::corrupt, cid.text() + ": " + why}; };
  FsNode node;
  if (cid.codec() == crypto::codec::kRaw) {
    node.unixfs.type = UnixFsType::raw;
    node.unixfs.data = block;
    return node;
  }
  if (cid.codec() != crypto::codec::kDagPb)
    return Failure{FailureKind::wrong_kind, cid.text() + ": neither a file nor a directory, by its codec"};
  auto decoded = decode_dag_pb(block);
  if (!decoded) return corrupt(decoded.error().text);
  PbNode& outer = *decoded;
  if (!outer.data) return corrupt("no UnixFS data");
  auto unixfs = decode_unixfs(*outer.data);
  if (!unixfs) return corrupt(unixfs.error().text);
  node.unixfs = *std::move(unixfs);
  node.links = std::move(outer.links);
  return node;
}

}  // namespace lastmile::ipfs
