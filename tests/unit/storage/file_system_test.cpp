#include "real/storage/file_system.hpp"

#include <gtest/gtest.h>
#include <linux/magic.h>

#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

TEST(FileSystem, ThoseOfOtherMachinesAreNamed) {
  EXPECT_EQ(network_file_system(NFS_SUPER_MAGIC), "NFS");
  EXPECT_EQ(network_file_system(SMB2_SUPER_MAGIC), "SMB2");
  EXPECT_EQ(network_file_system(CEPH_SUPER_MAGIC), "Ceph");
  EXPECT_EQ(network_file_system(V9FS_MAGIC), "9P");
  EXPECT_EQ(network_file_system(FUSE_SUPER_MAGIC), "FUSE");
  for (const std::uint64_t local : {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC}) {
    EXPECT_EQ(network_file_system(local), "") << local;
  }
  // Some systems give the number with its sign.
  EXPECT_EQ(network_file_system(static_cast<std::uint64_t>(static_cast<std::int32_t>(0xFF534D42))), "CIFS");
}

TEST(FileSystem, HasRoom) {
  const Scratch scratch;
  const auto room = room_of(scratch.path());
  ASSERT_TRUE(room.ok());
  EXPECT_GT(room->total_bytes, 0U);
  EXPECT_LE(room->free_bytes, room->total_bytes);
  EXPECT_FALSE(room_of(scratch.path() / "nothing").ok());
}

}  // namespace
}  // namespace lastmile::real
