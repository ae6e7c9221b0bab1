// Field numbers of the two protobuf messages of a file system (ipfs.md 5 and 6).
#pragma once

namespace lastmile::ipfs::fields {

inline constexpr int kNodeData = 1, kNodeLinks = 2;
inline constexpr int kLinkHash = 1, kLinkName = 2, kLinkTsize = 3;
inline constexpr int kUnixFsType = 1, kUnixFsData = 2, kUnixFsFileSize = 3, kUnixFsBlockSizes = 4, kUnixFsHashType = 5,
                     kUnixFsFanout = 6;

}  // namespace lastmile::ipfs::fields
