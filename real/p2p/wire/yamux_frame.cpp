#include "real/p2p/wire/yamux_frame.hpp"

#include "core/base/check.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {
namespace {

std::uint32_t big_endian(ByteView bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

void put_big_endian(Bytes& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

void append_yamux_header(Bytes& out, const YamuxHeader& header) {
  out.push_back(0);
  out.push_back(static_cast<std::uint8_t>(header.type));
  put_big_endian(out, header.flags, 2);
  put_big_endian(out, header.stream, 4);
  put_big_endian(out, header.length, 4);
}

Result<YamuxHeader> parse_yamux_header(ByteView bytes) {
  LM_CHECK(bytes.size() == kYamuxHeaderBytes);
  if (bytes[0] != 0) return Error{"yamux: version " + std::to_string(bytes[0])};
  if (bytes[1] > static_cast<std::uint8_t>(YamuxType::go_away)) return Error{"yamux: type " + std::to_string(bytes[1])};
  YamuxHeader out;
  out.type = static_cast<YamuxType>(bytes[1]);
  out.flags = static_cast<std::uint16_t>(big_endian(bytes.subspan(2, 2)));
  out.stream = big_endian(bytes.subspan(4, 4));
  out.length = big_endian(bytes.subspan(8, 4));
  const bool of_session = out.type == YamuxType::ping || out.type == YamuxType::go_away;
  if (of_session != (out.stream == 0)) return Error{"yamux: a frame on the wrong kind of stream"};
  if (out.type == YamuxType::ping && out.has(kYamuxSyn) == out.has(kYamuxAck)) {
    return Error{"yamux: a ping that neither asks nor answers"};
  }
  if (out.type == YamuxType::data && out.length > kYamuxBodyMax) return Error{"yamux: a body above the limit"};
  return out;
}

}  // namespace lastmile::p2p
