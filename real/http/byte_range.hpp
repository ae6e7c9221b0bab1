// The header Range (RFC 7233), one range of bytes: more than the reference offers, so that downloads can be resumed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lastmile::http {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
struct WantedBytes {
  enum class Kind : std::uint8_t {
    all,            // no range, several, or another unit: the whole body
    part,           // 206
    unsatisfiable,  // 416
  };
  Kind kind = Kind::all;
  ByteRange range;
};
WantedBytes wanted_bytes(std::string_view header, std::uint64_t size);

}  // namespace lastmile::http
