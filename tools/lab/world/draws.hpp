// Random numbers of the lab: a keyed function of (seed, day, purpose, index) instead of a sequence (economics-lab.md
// 6). Whoever draws more or less changes nobody else's luck, and variants that share a seed share all of it.
#pragma once

#include <array>
#include <cstdint>

namespace lastmile::lab {

// Numbers are part of the key: they do not change, or every digest does (bm1-model.md).
enum class Purpose : std::uint8_t {
  operator_cost = 1,
  first_score = 2,
  stake = 3,
  required_yield = 4,
  price = 5,
  score = 6,
  join = 7,
  rethink = 8,
  candidate = 9,  // and 10, 11: one for each candidate
  leave = 12,
  resource = 13,
  ask = 14,
};
inline constexpr std::size_t kPurposes = 16;
inline constexpr std::uint64_t kIndexMax = (std::uint64_t{1} << 20) - 1;
inline constexpr std::uint32_t kCandidatesMax = 3;

inline std::uint64_t drawn_bits(std::uint64_t seed, std::uint64_t day, std::uint64_t purpose, std::uint64_t index) {
  constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
  std::uint64_t z = seed + golden * ((((day * 16 + purpose) << 20) | index) + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return (z ^ (z >> 31)) >> 11;
}
inline constexpr double kDrawStep = 1.0 / 9007199254740992.0;  // 2^-53

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : seed_(seed) {}

  // 0 <= share < 1.
  double share(std::uint64_t day, Purpose purpose, std::uint64_t index, std::uint32_t more = 0) const {
    const auto key = static_cast<std::uint64_t>(purpose) + more;
    return static_cast<double>(drawn_bits(seed_, day, key, index)) * kDrawStep;
  }
  // Whether something of this probability happens; `limit` from chance_limit().
  bool happens(std::uint64_t day, Purpose purpose, std::uint64_t index, std::uint64_t limit) const {
    return drawn_bits(seed_, day, static_cast<std::uint64_t>(purpose), index) < limit;
  }
  // Counted per purpose by whoever draws in a loop: a purpose that was never drawn, or too often, is a mistake of ours.
  void count(Purpose purpose, std::uint64_t draws) { counts_.at(static_cast<std::size_t>(purpose)) += draws; }
  const std::array<std::uint64_t, kPurposes>& counts() const { return counts_; }

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, kPurposes> counts_{};
};

// Bits below this many happen with the probability: u < probability on the grid of draws.
inline std::uint64_t chance_limit(double probability) {
  if (probability >= 1) return std::uint64_t{1} << 53;
  const double scaled = probability * 9007199254740992.0;
  const auto whole = static_cast<std::uint64_t>(scaled);
  return static_cast<double>(whole) < scaled ? whole + 1 : whole;
}

}  // namespace lastmile::lab
