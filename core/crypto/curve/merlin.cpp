#include "core/crypto/curve/merlin.hpp"

#include <array>
#include <cstring>

namespace lastmile::crypto::curve {
namespace {

constexpr std::uint8_t kRate = 166;
constexpr std::uint8_t kI = 1, kA = 2, kC = 4, kM = 16, kK = 32;

}  // namespace

MerlinTranscript::MerlinTranscript(std::string_view label) {
  constexpr std::uint8_t kHead[] = {0x01, kRate + 2, 0x01, 0x00, 0x01, 0x60};
  constexpr std::string_view kVersion = "STROBEv1.0.2";
  std::memcpy(state(), kHead, sizeof kHead);
  std::memcpy(state() + sizeof kHead, kVersion.data(), kVersion.size());
  keccak_f1600(lanes_);
  begin(kM | kA);
  absorb(as_bytes("Merlin v1.0"));
  append("dom-sep", label);
}

void MerlinTranscript::append(std::string_view label, ByteView message) {
  meta(label, message.size());
  begin(kA);
  absorb(message);
}

void MerlinTranscript::challenge(std::string_view label, std::span<std::uint8_t> out) {
  meta(label, out.size());
  begin(kI | kA | kC);
  squeeze(out);
}

// The label, and behind it ("more", so no new operation) the length as u32 little endian.
void MerlinTranscript::meta(std::string_view label, std::size_t length) {
  begin(kM | kA);
  absorb(as_bytes(label));
  const auto n = static_cast<std::uint32_t>(length);
  const std::array<std::uint8_t, 4> bytes = {static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8),
                                             static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 24)};
  absorb(bytes);
}

void MerlinTranscript::begin(std::uint8_t flags) {
  const std::uint8_t old = position_begin_;
  position_begin_ = static_cast<std::uint8_t>(position_ + 1);
  const std::array<std::uint8_t, 2> head = {old, flags};
  absorb(head);
  if ((flags & (kC | kK)) != 0 && position_ != 0) run_f();
}

void MerlinTranscript::absorb(ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    state()[position_] ^= byte;
    if (++position_ == kRate) run_f();
  }
}

void MerlinTranscript::squeeze(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) {
    byte = state()[position_];
    state()[position_] = 0;
    if (++position_ == kRate) run_f();
  }
}

void MerlinTranscript::run_f() {
  state()[position_] ^= position_begin_;
  state()[position_ + 1] ^= 0x04;
  state()[kRate + 1] ^= 0x80;
  keccak_f1600(lanes_);
  position_ = 0;
  position_begin_ = 0;
}

}  // namespace lastmile::crypto::curve
