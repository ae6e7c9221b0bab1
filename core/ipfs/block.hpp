// What every block has to pass before anything in it is used (ipfs.md 9), and why reading one may fail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/crypto/cid.hpp"
#include "core/ipfs/dag_pb.hpp"
#include "core/ipfs/unixfs.hpp"

namespace lastmile::ipfs {

enum class FailureKind : std::uint8_t {
  corrupt,       // the bytes are not those of the CID, or contradict each other
  unverifiable,  // named by a hash function that we do not compute
  wrong_kind,    // a directory where a file was expected, or the other way round
  not_found,     // no entry of this name
  limit,         // deeper, longer or more than limits.hpp allows
};

struct Failure {
  FailureKind kind = FailureKind::corrupt;
  std::string text;
};

template <class T>
using ReadResult = Result<T, Failure>;

// Length and hash.
ReadResult<Unit> check_block(const crypto::Cid& cid, ByteView block);

// A block of a file system that was checked: what it is, with views into it. Of codec raw: a file of one piece.
struct FsNode {
  UnixFs unixfs;              // of codec raw: type raw, data = the block
  std::vector<PbLink> links;  // as many as block sizes in a file
};
ReadResult<FsNode> read_fs_node(const crypto::Cid& cid, ByteView block);

}  // namespace lastmile::ipfs
