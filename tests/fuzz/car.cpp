// CAR streams: what is handed out is what its name says, and the same however the stream is cut.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/ipfs/car.hpp"

namespace {

using namespace lastmile;
using Blocks = std::vector<std::pair<crypto::Cid, Bytes>>;

// The blocks, and whether the stream was right to its end.
std::pair<Blocks, bool> read(ByteView bytes, std::size_t piece) {
  Blocks blocks;
  ipfs::CarReader reader([&](const crypto::Cid& cid, ByteView block) {
    LM_CHECK(cid.check(block) == crypto::BlockCheck::match);
    blocks.emplace_back(cid, Bytes(block.begin(), block.end()));
  });
  while (!bytes.empty()) {
    const std::size_t part = std::min(piece, bytes.size());
    if (!reader.add(bytes.first(part))) return {blocks, false};
    bytes = bytes.subspan(part);
  }
  const bool whole = reader.finish().ok();
  if (whole) {
    Bytes written = ipfs::car_header(reader.roots());
    LM_CHECK(!written.empty());
  }
  return {blocks, whole};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto whole = read(bytes, size + 1);
  LM_CHECK(read(bytes, 1) == whole);
  LM_CHECK(read(bytes, 13) == whole);
  return 0;
}
