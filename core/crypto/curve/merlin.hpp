// Merlin transcripts over STROBE-128 (messages.md 2.6): everything two parties agree on is absorbed, label by label,
// and the challenge depends on all of it. Only the operations that sr25519 needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/crypto/keccak.hpp"

namespace lastmile::crypto::curve {

class MerlinTranscript {
 public:
  explicit MerlinTranscript(std::string_view label);

  void append(std::string_view label, ByteView message);
  void append(std::string_view label, std::string_view message) { append(label, as_bytes(message)); }
  // Fills out with challenge bytes; the length is bound into them.
  void challenge(std::string_view label, std::span<std::uint8_t> out);

 private:
  void begin(std::uint8_t flags);
  void meta(std::string_view label, std::size_t length);
  void absorb(ByteView bytes);
  void squeeze(std::span<std::uint8_t> out);
  void run_f();
  std::uint8_t* state() { return reinterpret_cast<std::uint8_t*>(lanes_.data()); }

  KeccakState lanes_{};
  std::uint8_t position_ = 0;        // below the rate
  std::uint8_t position_begin_ = 0;  // where the running operation began, plus one
};

}  // namespace lastmile::crypto::curve
