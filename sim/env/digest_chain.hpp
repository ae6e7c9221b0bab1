#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "core/base/siphash.hpp"
#include "core/base/time.hpp"
#include "sim/env/loop_event.hpp"

namespace lastmile::sim {

// 128-bit value; each link depends on all before it and on their order.
// A link is a bijection of the state for any given input, so that two chains that have differed stay different unless a
// later input makes up for it exactly. Not made against somebody who wants a collision.
struct DigestChain {
  std::uint64_t low = 0x243f6a8885a308d3U;  // first digits of pi
  std::uint64_t high = 0x13198a2e03707344U;

  void add(std::uint64_t time, std::uint64_t kind_and_source, std::uint64_t payload) {
    low = mix(low ^ time, 0x9fb21c651e98df25U);
    high = std::rotl(high, 23) + low;
    high = mix(high ^ kind_and_source, 0xd6e8feb86659fd93U);
    low = std::rotl(low, 41) + high;
    low = mix(low ^ payload, 0xa0761d6478bd642fU);
    high = std::rotl(high, 17) + low;
  }
  friend bool operator==(const DigestChain&, const DigestChain&) = default;

 private:
  static std::uint64_t mix(std::uint64_t x, std::uint64_t odd) {
    x *= odd;
    return x ^ (x >> 32);
  }
};

// A text in a payload.
inline std::uint64_t digest_of(std::string_view text) { return siphash_2_4({}, as_bytes(text)); }
// Payload of an event that is made of several numbers.
inline std::uint64_t mix_payload(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = (a ^ 0x8ebc6af09c88c6e3U) * 0x9e3779b97f4a7c15U;
  x = (std::rotl(x, 29) ^ b) * 0xbf58476d1ce4e5b9U;
  return x ^ (x >> 31);
}

}  // namespace lastmile::sim
