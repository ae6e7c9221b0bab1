// CAR version 1 (ipfs.md 10): blocks of a DAG in one stream. Reading is streaming and checks every block before it is
// handed out; memory is one section.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/ipfs/block.hpp"

namespace lastmile::ipfs {

// Header of a CAR with these roots, at least one and at most kCarRootsMax (checked).
Bytes car_header(const std::vector<crypto::Cid>& roots);
// What stands before the bytes of a block: length and CID.
Bytes car_section_head(const crypto::Cid& cid, std::size_t block_bytes);

class CarReader {
 public:
  using Sink = std::function<void(const crypto::Cid&, ByteView)>;  // the bytes are valid during the call

  explicit CarReader(Sink sink) : sink_(std::move(sink)) {}

  // The next bytes, in any pieces. A failure is final; blocks handed out before it were right.
  ReadResult<Unit> add(ByteView bytes);
  // After the last byte: fails when the stream was cut.
  ReadResult<Unit> finish();

  bool has_header() const { return !roots_.empty(); }
  const std::vector<crypto::Cid>& roots() const { return roots_; }  // once has_header()

 private:
  ReadResult<Unit> header(ByteView bytes);
  ReadResult<Unit> section(ByteView bytes);
  ReadResult<Unit> fail(Failure failure);

  Sink sink_;
  Bytes held_;                         // bytes of an unfinished length or section
  std::optional<std::size_t> length_;  // of the section that comes
  std::vector<crypto::Cid> roots_;
  std::uint64_t place_ = 0;  // of the section in the stream, for people
  bool failed_ = false;
};

}  // namespace lastmile::ipfs
