// Frames of Yamux (libp2p.md 7.1): a header of 12 bytes, and a body behind data frames only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace lastmile::p2p {

enum class YamuxType : std::uint8_t { data, window_update, ping, go_away };

inline constexpr std::uint16_t kYamuxSyn = 1;
inline constexpr std::uint16_t kYamuxAck = 2;
inline constexpr std::uint16_t kYamuxFin = 4;
inline constexpr std::uint16_t kYamuxRst = 8;
inline constexpr std::size_t kYamuxHeaderBytes = 12;

// Why a session ends.
inline constexpr std::uint32_t kYamuxNormal = 0;
inline constexpr std::uint32_t kYamuxProtocolError = 1;
inline constexpr std::uint32_t kYamuxInternalError = 2;

struct YamuxHeader {
  YamuxType type = YamuxType::data;
  std::uint16_t flags = 0;
  std::uint32_t stream = 0;
  std::uint32_t length = 0;  // body bytes, allowance, ping value or reason
  bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
  friend bool operator==(const YamuxHeader&, const YamuxHeader&) = default;
};

void append_yamux_header(Bytes& out, const YamuxHeader& header);
// bytes: kYamuxHeaderBytes of them. Error: a version or type that does not exist, or a type on the wrong kind of
// stream.
Result<YamuxHeader> parse_yamux_header(ByteView bytes);

}  // namespace lastmile::p2p
