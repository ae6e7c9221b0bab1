// Length-prefixed messages: varint of the byte count, then the bytes (libp2p.md 2).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace lastmile::p2p {

Bytes length_prefix(std::size_t length);
void append_prefixed(Bytes& out, ByteView message);
Bytes prefixed(ByteView message);

// Cuts a stream of bytes into messages, however the bytes are cut on their way. Memory grows with what has come, never
// with what was announced.
class PrefixedReader {
 public:
  // limit: the longest message that is accepted.
  explicit PrefixedReader(std::size_t limit) : limit_(limit) {}

  enum class State : std::uint8_t { message, more, broken };
  // Takes from the front of `bytes` what belongs to the current message, and nothing behind it. message: `out` is it.
  // broken: a length that is no varint or above the limit; nothing more can be read.
  State next(ByteView& bytes, Bytes& out);
  bool between_messages() const { return prefix_size_ == 0; }
  std::size_t buffered() const { return body_.size(); }  // of a message that is not all there

 private:
  std::size_t limit_;
  std::uint64_t length_ = 0;
  unsigned prefix_size_ = 0;  // bytes of the prefix seen so far; 0 = between messages
  bool length_known_ = false;
  bool broken_ = false;
  Bytes body_;
};

}  // namespace lastmile::p2p
