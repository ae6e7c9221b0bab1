// Nodes of a file system under their right name, as file, directory and path: no reader hands out more than a file says
// that it has, and none runs on without asking for a block.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/hash.hpp"
#include "core/ipfs/directory_reader.hpp"
#include "core/ipfs/file_reader.hpp"
#include "core/ipfs/path.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  const ByteView block(data, size);
  if (const auto node = ipfs::decode_unixfs(block)) {
    const Bytes written = ipfs::encode_unixfs(*node);
    const auto again = ipfs::decode_unixfs(written);
    LM_CHECK(again.ok() && again->type == node->type && again->block_sizes == node->block_sizes);
    LM_CHECK(ipfs::encode_unixfs(*again) == written);
  }
  // Every link leads back to the same bytes, which can only be right where a name happens to be: the readers must
  // refuse.
  const auto cid = crypto::Cid::v1(crypto::codec::kDagPb, crypto::sha256(block));
  constexpr int kTurnsMax = 1000;
  std::uint64_t got = 0;
  ipfs::FileReader file(cid);
  for (int turn = 0; file.wanted() != nullptr && turn < kTurnsMax; ++turn) {
    if (!file.give(block, [&](ByteView bytes) { got += bytes.size(); })) break;
  }
  LM_CHECK(!file.done() || (file.size() && got == *file.size()));
  ipfs::DirectoryReader directory(cid);
  for (int turn = 0; directory.wanted() != nullptr && turn < kTurnsMax; ++turn) {
    if (!directory.give(block)) break;
  }
  if (directory.done()) {
    const auto& entries = directory.entries();
    LM_CHECK(std::all_of(entries.begin(), entries.end(), [](const auto& entry) { return !entry.name.empty(); }));
  }
  ipfs::PathResolver path({cid, {"a"}});
  for (int turn = 0; path.wanted() != nullptr && turn < kTurnsMax; ++turn) {
    if (!path.give(block)) break;
  }
  return 0;
}
