// Keccak-256 with the original padding (not SHA3-256), as Ethereum uses it, and the permutation below it, which the
// transcripts of sr25519 need as well.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"

namespace lastmile::crypto {

using KeccakState = std::array<std::uint64_t, 25>;  // lane (x, y) stands at x + 5 * y
void keccak_f1600(KeccakState& state);

// In pieces; a value like Sha256.
class Keccak256 {
 public:
  static constexpr std::size_t kRate = 136;  // bytes absorbed per permutation

  Keccak256& add(ByteView bytes);
  Keccak256& add(std::string_view text) { return add(as_bytes(text)); }
  Hash256 finish();  // once; add and finish afterwards are a mistake of the caller (checked)

 private:
  KeccakState state_{};
  std::size_t position_ = 0;  // bytes absorbed into the current block, below kRate
  bool finished_ = false;
};

Hash256 keccak256(ByteView bytes);
inline Hash256 keccak256(std::string_view text) { return keccak256(as_bytes(text)); }

}  // namespace lastmile::crypto
