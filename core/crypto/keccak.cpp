// Keccak (Bertoni, Daemen, Peeters, Van Assche), FIPS 202 section 3.2 and 3.3: 24 rounds of theta, rho, pi, chi, iota.
// The steps are unrolled over the 25 lanes, so that a round needs no index arithmetic and no modulo.
#include "core/crypto/keccak.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/check.hpp"

namespace lastmile::crypto {
namespace {

static_assert(std::endian::native == std::endian::little, "lanes are absorbed in memory order");

constexpr std::uint64_t kRoundConstants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

// One row of chi: five lanes of b into five lanes of a.
inline void chi_row(std::uint64_t* a, std::uint64_t b0, std::uint64_t b1, std::uint64_t b2, std::uint64_t b3,
                    std::uint64_t b4) {
  a[0] = b0 ^ (~b1 & b2);
  a[1] = b1 ^ (~b2 & b3);
  a[2] = b2 ^ (~b3 & b4);
  a[3] = b3 ^ (~b4 & b0);
  a[4] = b4 ^ (~b0 & b1);
}

inline void round(const std::uint64_t* a, std::uint64_t* out, std::uint64_t constant) {
  using std::rotl;
  const std::uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
  const std::uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
  const std::uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
  const std::uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
  const std::uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
  const std::uint64_t d0 = c4 ^ rotl(c1, 1);
  const std::uint64_t d1 = c0 ^ rotl(c2, 1);
  const std::uint64_t d2 = c1 ^ rotl(c3, 1);
  const std::uint64_t d3 = c2 ^ rotl(c4, 1);
  const std::uint64_t d4 = c3 ^ rotl(c0, 1);
  // Row y of the output takes lanes that rho and pi bring there.
  chi_row(out, a[0] ^ d0, rotl(a[6] ^ d1, 44), rotl(a[12] ^ d2, 43), rotl(a[18] ^ d3, 21), rotl(a[24] ^ d4, 14));
  out[0] ^= constant;
  chi_row(out + 5, rotl(a[3] ^ d3, 28), rotl(a[9] ^ d4, 20), rotl(a[10] ^ d0, 3), rotl(a[16] ^ d1, 45),
          rotl(a[22] ^ d2, 61));
  chi_row(out + 10, rotl(a[1] ^ d1, 1), rotl(a[7] ^ d2, 6), rotl(a[13] ^ d3, 25), rotl(a[19] ^ d4, 8),
          rotl(a[20] ^ d0, 18));
  chi_row(out + 15, rotl(a[4] ^ d4, 27), rotl(a[5] ^ d0, 36), rotl(a[11] ^ d1, 10), rotl(a[17] ^ d2, 15),
          rotl(a[23] ^ d3, 56));
  chi_row(out + 20, rotl(a[2] ^ d2, 62), rotl(a[8] ^ d3, 55), rotl(a[14] ^ d4, 39), rotl(a[15] ^ d0, 41),
          rotl(a[21] ^ d1, 2));
}

}  // namespace

void keccak_f1600(KeccakState& state) {
  KeccakState other;
  for (std::size_t i = 0; i < 24; i += 2) {
    round(state.data(), other.data(), kRoundConstants[i]);
    round(other.data(), state.data(), kRoundConstants[i + 1]);
  }
}

Keccak256& Keccak256::add(ByteView bytes) {
  LM_CHECK(!finished_);
  auto* lanes = reinterpret_cast<std::uint8_t*>(state_.data());
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), kRate - position_);
    for (std::size_t i = 0; i < part; ++i) lanes[position_ + i] ^= bytes[i];
    position_ += part;
    bytes = bytes.subspan(part);
    if (position_ == kRate) {
      keccak_f1600(state_);
      position_ = 0;
    }
  }
  return *this;
}

Hash256 Keccak256::finish() {
  LM_CHECK(!finished_);
  finished_ = true;
  auto* lanes = reinterpret_cast<std::uint8_t*>(state_.data());
  lanes[position_] ^= 0x01;  // the original padding; SHA3 writes 0x06 here
  lanes[kRate - 1] ^= 0x80;
  keccak_f1600(state_);
  Hash256 digest;
  std::memcpy(digest.bytes.data(), lanes, digest.bytes.size());
  return digest;
}

Hash256 keccak256(ByteView bytes) {
  Keccak256 hash;
  return hash.add(bytes).finish();
}

}  // namespace lastmile::crypto
