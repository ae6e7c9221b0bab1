#include "real/p2p/wire/length_prefix.hpp"

#include <algorithm>

#include "core/crypto/cid.hpp"

namespace lastmile::p2p {

Bytes length_prefix(std::size_t length) {
  Bytes out;
  crypto::append_varint(out, length);
  return out;
}

void append_prefixed(Bytes& out, ByteView message) {
  crypto::append_varint(out, message.size());
  append(out, message);
}

Bytes prefixed(ByteView message) {
  Bytes out;
  out.reserve(message.size() + 4);
  append_prefixed(out, message);
  return out;
}

PrefixedReader::State PrefixedReader::next(ByteView& bytes, Bytes& out) {
  constexpr unsigned kVarintBytesMax = 9;
  while (!broken_ && !length_known_ && !bytes.empty()) {
    const std::uint8_t byte = bytes.front();
    bytes = bytes.subspan(1);
    length_ |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * prefix_size_);
    ++prefix_size_;
    if ((byte & 0x80) == 0) {
      length_known_ = true;
      const bool padded = byte == 0 && prefix_size_ > 1;  // not the shortest form
      broken_ = padded || length_ > limit_;
    } else if (prefix_size_ == kVarintBytesMax || length_ > limit_) {
      broken_ = true;
    }
  }
  if (broken_) return State::broken;
  if (!length_known_) return State::more;
  const std::size_t take = std::min(bytes.size(), static_cast<std::size_t>(length_) - body_.size());
  append(body_, bytes.first(take));
  bytes = bytes.subspan(take);
  if (body_.size() < length_) return State::more;
  out = std::exchange(body_, {});
  length_ = 0;
  prefix_size_ = 0;
  length_known_ = false;
  return State::message;
}

}  // namespace lastmile::p2p
