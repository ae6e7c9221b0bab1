// What the vectors of this room share: profiles, bytes, the pattern of contents.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/ipfs/file_builder.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::test {

inline Bytes unhex(const nlohmann::json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  if (!bytes) throw std::runtime_error("no hexadecimal: " + text.get<std::string>());
  return *bytes;
}

struct NamedProfile {
  const char* name;
  ipfs::UnixFsProfile profile;
  int version;
};
inline const std::vector<NamedProfile> kProfiles = {{"v0", ipfs::UnixFsProfile::v0, 0},
                                                    {"v1", ipfs::UnixFsProfile::v1, 1},
                                                    {"v1dagpb", ipfs::UnixFsProfile::v1_dagpb, 1}};

// xorshift of 32 bits, as ipfs-files.json describes it.
inline Bytes pattern(std::uint32_t seed, std::size_t size) {
  Bytes out(size);
  for (auto& byte : out) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    byte = static_cast<std::uint8_t>(seed);
  }
  return out;
}

}  // namespace lastmile::test
