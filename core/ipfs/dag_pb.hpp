// Blocks of codec dag-pb (ipfs.md 5): links and data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/crypto/cid.hpp"

namespace lastmile::ipfs {

struct PbLink {
  crypto::Cid cid;
  std::string name;         // bytes as they are; empty in files
  std::uint64_t tsize = 0;  // cumulative size of the child as its parent says: never trusted
  friend bool operator==(const PbLink&, const PbLink&) = default;
};

struct PbNode {
  std::vector<PbLink> links;
  std::optional<ByteView> data;  // a view into the block, or into whatever is written
};

// Strict: unknown, repeated and misplaced fields, links without CID and CIDs that are none are refused. The data is a
// view into `block`. Errors say what and in which link.
Result<PbNode> decode_dag_pb(ByteView block);

// The canonical form: links first, by the bytes of their names, equal names in the order given.
Bytes encode_dag_pb(const PbNode& node);

}  // namespace lastmile::ipfs
