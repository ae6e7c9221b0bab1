#include "real/storage/file_system.hpp"

#include <sys/statfs.h>

#include <array>

#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

struct Named {
  std::uint32_t magic;
  std::string_view name;
};
// statfs(2) and linux/magic.h.
constexpr std::array<Named, 11> kNetworkFileSystems{{{0x6969, "NFS"},
                                                     {0x517B, "SMB"},
                                                     {0xFE534D42, "SMB2"},
                                                     {0xFF534D42, "CIFS"},
                                                     {0x5346414F, "AFS"},
                                                     {0x73757245, "Coda"},
                                                     {0x01021997, "9P"},
                                                     {0x00C36400, "Ceph"},
                                                     {0x0BD00BD0, "Lustre"},
                                                     {0x7461636F, "OCFS2"},
                                                     {0x65735546, "FUSE"}}};

}  // namespace

std::string_view network_file_system(std::uint64_t magic) {
  for (const Named& known : kNetworkFileSystems) {
    if (known.magic == static_cast<std::uint32_t>(magic)) return known.name;
  }
  return {};
}

Result<Room> room_of(const std::filesystem::path& folder) {
  struct statfs info{};
  if (::statfs(folder.c_str(), &info) != 0) return file_error("cannot look at the file system of", folder);
  const auto block = static_cast<std::uint64_t>(info.f_bsize);
  return Room{.free_bytes = info.f_bavail * block,
              .total_bytes = info.f_blocks * block,
              .magic = static_cast<std::uint64_t>(info.f_type)};
}

}  // namespace lastmile::real
