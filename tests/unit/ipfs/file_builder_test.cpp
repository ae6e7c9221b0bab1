// The shape of the trees that files become.
#include <gtest/gtest.h>

#include "core/ipfs/file_builder.hpp"

namespace lastmile::ipfs {
namespace {

using crypto::Cid;

TEST(UnixFs, TheEmptyFileOfEveryIpfsNode) {
  EXPECT_EQ(unixfs_file(UnixFsProfile::v0, {}).cid.text(), "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH");
}

// One chunk more than fits in one node makes a second node with a single link: shape and size of the tree.
TEST(UnixFs, TreeGrowsByOneLevelAtTheLinkLimit) {
  const Bytes chunk(kUnixFsChunkBytes, 3);
  for (const std::size_t chunks : {std::size_t{1}, std::size_t{2}, kUnixFsLinksMax, kUnixFsLinksMax + 1}) {
    std::size_t blocks = 0;
    UnixFsBuilder builder(UnixFsProfile::v1, [&](const Cid&, ByteView) { ++blocks; });
    for (std::size_t i = 0; i < chunks; ++i) builder.add(chunk);
    const UnixFsFile file = builder.finish();
    const std::size_t inner = chunks == 1 ? 0 : chunks <= kUnixFsLinksMax ? 1 : 3;
    EXPECT_EQ(blocks, chunks + inner);
    EXPECT_EQ(file.content_size, chunks * kUnixFsChunkBytes);
    EXPECT_EQ(file.cid.codec(), chunks == 1 ? crypto::codec::kRaw : crypto::codec::kDagPb);
  }
}

}  // namespace
}  // namespace lastmile::ipfs
