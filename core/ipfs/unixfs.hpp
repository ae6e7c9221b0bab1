// What the data of a dag-pb node of a file system says (ipfs.md 6).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace lastmile::ipfs {

enum class UnixFsType : std::uint8_t { raw = 0, directory = 1, file = 2, metadata = 3, symlink = 4, hamt_shard = 5 };

struct UnixFs {
  UnixFsType type = UnixFsType::file;
  std::optional<ByteView> data{};  // a view into what was read, or into whatever is written
  std::optional<std::uint64_t> file_size{};
  std::vector<std::uint64_t> block_sizes{};
  std::optional<std::uint64_t> hash_type{};
  std::optional<std::uint64_t> fanout{};
};

// The type must be there and known, no field comes twice, block sizes are at most kFileLinksMax. Mode, time and unknown
// fields are read over.
Result<UnixFs> decode_unixfs(ByteView bytes);
// In the order of the field numbers; what is empty is left out.
Bytes encode_unixfs(const UnixFs& node);

}  // namespace lastmile::ipfs
