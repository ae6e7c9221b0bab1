// The bytes of a file, or of a range of it, from blocks that strangers bring (ipfs.md 9). Tells which block it wants
// next, checks what it is given, and hands out bytes in order: none that was not checked. Where blocks come from, and
// how long that takes, is the caller's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/ipfs/block.hpp"

namespace lastmile::ipfs {

// From the first byte to behind the last.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = ~std::uint64_t{0};
};

class FileReader {
 public:
  using Sink = std::function<void(ByteView)>;  // the bytes are valid during the call

  explicit FileReader(crypto::Cid root, ByteRange range = {});

  // The block that is needed next; null when all bytes were handed out, or after a failure.
  const crypto::Cid* wanted() const { return failed_ || pending_.empty() ? nullptr : &pending_.back().cid; }
  // The blocks needed after it as far as known, nearest first: what may be asked for ahead. At most `most`.
  std::vector<crypto::Cid> ahead(std::size_t most) const;
  bool done() const { return !failed_ && pending_.empty(); }
  // Length of the whole file; known once the root was given.
  std::optional<std::uint64_t> size() const { return size_; }

  // The bytes of wanted(). A failure is final: bytes handed out before it were right. A directory fails as wrong_kind.
  ReadResult<Unit> give(ByteView block, const Sink& sink);

 private:
  struct Pending {
    crypto::Cid cid;
    std::uint64_t begin = 0;            // place of its first byte in the file
    std::optional<std::uint64_t> size;  // as its parent says; of the root unknown
    std::size_t depth = 0;
  };

  ReadResult<Unit> take(const Pending& item, ByteView block, const Sink& sink);

  ByteRange range_;
  std::vector<Pending> pending_;  // the next one last
  std::optional<std::uint64_t> size_;
  std::uint64_t visited_ = 0;
  bool failed_ = false;
};

}  // namespace lastmile::ipfs
