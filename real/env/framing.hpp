// The bytes of the rig's transport: what TcpNetwork writes to a socket and how it reads it back. No socket in here.
//
// A packet is u32 length (big endian, of what follows), u8 kind, body. Kinds and bodies:
//   hello   magic "lastmile", u8 version, u64 incarnation, identity
//   want    u64 last go seen, u8 live            go       u64 number           redundant  -
//   frame   u8 protocol, payload                 request  u8 protocol, u64 id, payload
//   answer  u64 id, payload                      refusal  u64 id, text
//   fetch   u64 id, u64 offset, u64 length, name
//   chunk   u64 id, u8 last, bytes               cancel   u64 id (of a fetch)  ping       -
//
// Handshake. Both sides say hello, the dialler first. Of the two, the node with the smaller identity decides, so that
// two that dial each other at once agree on one connection: the other one asks (want: the last go it has seen, and
// whether that connection still lives for it), the smaller answers go, and the connection is up, or redundant. A want
// that has seen our newest go and says it is dead tells us that our own old connection is dead too.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/env/disk.hpp"
#include "core/env/network.hpp"

namespace lastmile::real {

enum class PacketKind : std::uint8_t {
  hello = 1,
  want,
  go,
  redundant,
  frame,
  request,
  answer,
  refusal,
  fetch,
  chunk,
  cancel,
  ping
};

inline constexpr std::uint8_t kWireVersion = 1;
inline constexpr std::size_t kPacketHeaderBytes = 4;
inline constexpr std::size_t kPacketOverheadMax = 32;                                     // kind, protocol, id
inline constexpr std::size_t kPacketBytesMax = env::kFrameBytesMax + kPacketOverheadMax;  // after the length
inline constexpr std::size_t kHelloBytesMax = 256;  // before a connection is up nothing longer is read
inline constexpr std::size_t kIdentityBytesMax = 128;
inline constexpr std::size_t kRefusalTextMax = 256;
inline constexpr std::size_t kContentNameMax = 128;
inline constexpr std::size_t kChunkBytes = 64 * 1024;  // bulk is cut so that frames pass in between

// One packet as read; the views point into the reader's buffer. Fields that the kind does not have are zero or empty.
struct Packet {
  PacketKind kind = PacketKind::ping;
  env::Protocol protocol{};
  std::uint64_t id = 0;           // of a request, fetch or go; the last go seen of a want
  std::uint64_t incarnation = 0;  // hello
  std::uint64_t offset = 0;       // fetch
  std::uint64_t length = 0;       // fetch
  bool flag = false;              // chunk: the last one; want: that connection lives
  ByteView body;                  // payload, text, name, identity
};

// Everything of a packet before its body, length included; body_size bytes follow.
Bytes packet_head(const Packet& packet, std::size_t body_size);
// Head and body in one.
Bytes packet_bytes(const Packet& packet);

// Empty when the bytes (without the length) are no packet of ours.
std::optional<Packet> parse_packet(ByteView bytes);

// Collects bytes from a socket and cuts them into packets.
class PacketReader {
 public:
  // Where the next bytes go: at least `room` of them. Bytes are ours once filled() says how many came.
  std::span<std::uint8_t> space(std::size_t room);
  void filled(std::size_t count);

  enum class State : std::uint8_t { packet, more, broken };
  // packet: `out` is valid until the next call of anything here. more: not all there yet. broken: not our protocol, or
  // longer than limit; nothing more can be read.
  State next(Packet& out, std::size_t limit);

 private:
  Bytes buffer_;
  std::size_t begin_ = 0;  // first byte not handed out
  std::size_t end_ = 0;    // first byte not filled
};

}  // namespace lastmile::real
