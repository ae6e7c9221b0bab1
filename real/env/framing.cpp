#include "real/env/framing.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/check.hpp"

namespace lastmile::real {
namespace {

constexpr std::string_view kMagic = "lastmile";

void put_number(Bytes& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// Takes numbers from the front; ok turns false for ever when there is not enough.
struct Taker {
  ByteView rest;
  bool ok = true;

  std::uint64_t number(std::size_t bytes) {
    if (rest.size() < bytes) {
      ok = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | rest[i];
    rest = rest.subspan(bytes);
    return value;
  }
  ByteView all() { return std::exchange(rest, {}); }
};

// A protocol that we do not know is as broken as a length that does not fit: the version of the hello covers both.
env::Protocol protocol_of(Taker& take) {
  const std::uint64_t number = take.number(1);
  if (number >= env::kProtocolCount) take.ok = false;
  return static_cast<env::Protocol>(number < env::kProtocolCount ? number : 0);
}

bool flag_of(Taker& take) {
  const std::uint64_t number = take.number(1);
  if (number > 1) take.ok = false;
  return number == 1;
}

}  // namespace

Bytes packet_head(const Packet& packet, std::size_t body_size) {
  Bytes out;
  out.reserve(kPacketHeaderBytes + kPacketOverheadMax);
  out.resize(kPacketHeaderBytes);
  out.push_back(static_cast<std::uint8_t>(packet.kind));
  switch (packet.kind) {
    case PacketKind::hello:
      append(out, kMagic);
      out.push_back(kWireVersion);
      put_number(out, packet.incarnation, 8);
      break;
    case PacketKind::want:
      put_number(out, packet.id, 8);
      out.push_back(packet.flag ? 1 : 0);
      break;
    case PacketKind::frame:
      out.push_back(static_cast<std::uint8_t>(packet.protocol));
      break;
    case PacketKind::request:
      out.push_back(static_cast<std::uint8_t>(packet.protocol));
      put_number(out, packet.id, 8);
      break;
    case PacketKind::fetch:
      put_number(out, packet.id, 8);
      put_number(out, packet.offset, 8);
      put_number(out, packet.length, 8);
      break;
    case PacketKind::chunk:
      put_number(out, packet.id, 8);
      out.push_back(packet.flag ? 1 : 0);
      break;
    case PacketKind::go:
    case PacketKind::answer:
    case PacketKind::refusal:
    case PacketKind::cancel:
      put_number(out, packet.id, 8);
      break;
    case PacketKind::redundant:
    case PacketKind::ping:
      break;
  }
  const std::size_t length = out.size() - kPacketHeaderBytes + body_size;
  LM_CHECK(length <= kPacketBytesMax);
  for (std::size_t i = 0; i < kPacketHeaderBytes; ++i) out[i] = static_cast<std::uint8_t>(length >> (8 * (3 - i)));
  return out;
}

Bytes packet_bytes(const Packet& packet) {
  Bytes out = packet_head(packet, packet.body.size());
  append(out, packet.body);
  return out;
}

std::optional<Packet> parse_packet(ByteView bytes) {
  Taker take{bytes};
  const std::uint64_t kind = take.number(1);
  if (!take.ok || kind < static_cast<std::uint64_t>(PacketKind::hello) ||
      kind > static_cast<std::uint64_t>(PacketKind::ping)) {
    return std::nullopt;
  }
  Packet out;
  out.kind = static_cast<PacketKind>(kind);
  std::size_t body_max = 0;
  switch (out.kind) {
    case PacketKind::hello:
      if (take.rest.size() < kMagic.size() || as_text(take.rest.first(kMagic.size())) != kMagic) return std::nullopt;
      take.rest = take.rest.subspan(kMagic.size());
      if (take.number(1) != kWireVersion) return std::nullopt;
      out.incarnation = take.number(8);
      if (take.rest.empty()) return std::nullopt;  // an identity is needed
      body_max = kIdentityBytesMax;
      break;
    case PacketKind::want:
      out.id = take.number(8);
      out.flag = flag_of(take);
      break;
    case PacketKind::frame:
      out.protocol = protocol_of(take);
      body_max = env::kFrameBytesMax;
      break;
    case PacketKind::request:
      out.protocol = protocol_of(take);
      out.id = take.number(8);
      body_max = env::kFrameBytesMax;
      break;
    case PacketKind::answer:
      out.id = take.number(8);
      body_max = env::kFrameBytesMax;
      break;
    case PacketKind::refusal:
      out.id = take.number(8);
      body_max = kRefusalTextMax;
      break;
    case PacketKind::fetch:
      out.id = take.number(8);
      out.offset = take.number(8);
      out.length = take.number(8);
      body_max = kContentNameMax;
      break;
    case PacketKind::chunk:
      out.id = take.number(8);
      out.flag = flag_of(take);
      body_max = kChunkBytes;
      break;
    case PacketKind::go:
    case PacketKind::cancel:
      out.id = take.number(8);
      break;
    case PacketKind::redundant:
    case PacketKind::ping:
      break;
  }
  if (!take.ok || take.rest.size() > body_max) return std::nullopt;
  out.body = take.all();
  return out;
}

std::span<std::uint8_t> PacketReader::space(std::size_t room) {
  if (buffer_.size() - end_ < room) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    if (buffer_.size() - end_ < room) buffer_.resize(end_ + room);
  }
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void PacketReader::filled(std::size_t count) {
  LM_CHECK(count <= buffer_.size() - end_);
  end_ += count;
}

PacketReader::State PacketReader::next(Packet& out, std::size_t limit) {
  const std::size_t there = end_ - begin_;
  if (there < kPacketHeaderBytes) return State::more;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kPacketHeaderBytes; ++i) length = length << 8 | buffer_[begin_ + i];
  if (length == 0 || length > limit) return State::broken;
  if (there - kPacketHeaderBytes < length) return State::more;
  const auto packet = parse_packet(ByteView(buffer_).subspan(begin_ + kPacketHeaderBytes, length));
  if (!packet.has_value()) return State::broken;
  out = *packet;
  begin_ += kPacketHeaderBytes + length;
  return State::packet;
}

}  // namespace lastmile::real
