// Bytes from a socket: any pieces, cut anywhere, give packets, more, or broken; a packet that was read is written back
// to the same bytes.
#include <algorithm>

#include "core/base/check.hpp"
#include "real/env/framing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::real;
  if (size < 2) return 0;
  const std::size_t piece = data[0] % 64 + 1;
  const std::size_t limit = data[1] % 2 == 0 ? kHelloBytesMax : kPacketBytesMax;
  PacketReader reader;
  for (std::size_t at = 2; at < size; at += piece) {
    const std::size_t count = std::min(piece, size - at);
    const auto room = reader.space(count);
    LM_CHECK(room.size() >= count);
    std::copy(data + at, data + at + count, room.begin());
    reader.filled(count);
    Packet packet;
    for (auto state = reader.next(packet, limit); state != PacketReader::State::more;
         state = reader.next(packet, limit)) {
      if (state == PacketReader::State::broken) return 0;
      const Bytes bytes = packet_bytes(packet);
      LM_CHECK(bytes.size() <= limit + kPacketHeaderBytes);
      const auto again = parse_packet(ByteView(bytes).subspan(kPacketHeaderBytes));
      LM_CHECK(again.has_value() && again->kind == packet.kind && again->id == packet.id &&
               std::equal(again->body.begin(), again->body.end(), packet.body.begin(), packet.body.end()));
    }
  }
  return 0;
}
