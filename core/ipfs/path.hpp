// Paths through directories: /ipfs/CID/a/b (ipfs.md 9).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/ipfs/block.hpp"

namespace lastmile::ipfs {

struct IpfsPath {
  crypto::Cid root;
  std::vector<std::string> segments;
};

// "/ipfs/CID", "ipfs://CID", "CID", each with "/a/b" behind it; percent signs are characters. An empty last segment is
// dropped. Errors say what is expected.
Result<IpfsPath> parse_path(std::string_view text);

// Follows the segments of a path, one name at a time, through blocks that are checked. Works as FileReader does.
class PathResolver {
 public:
  explicit PathResolver(IpfsPath path);

  // Null once the target is known (which is not looked at), or after a failure.
  const crypto::Cid* wanted() const { return failed_ || done() ? nullptr : &at_; }
  bool done() const { return !failed_ && next_ == path_.segments.size(); }
  // not_found: no such name. wrong_kind: a file where a directory has to be.
  ReadResult<Unit> give(ByteView block);
  // Where the path leads, as far as it was followed.
  const crypto::Cid& target() const { return at_; }

 private:
  ReadResult<Unit> take(ByteView block);

  IpfsPath path_;
  std::size_t next_ = 0;   // segment that is looked for
  std::size_t level_ = 0;  // of the shard
  crypto::Cid at_;
  bool failed_ = false;
};

}  // namespace lastmile::ipfs
