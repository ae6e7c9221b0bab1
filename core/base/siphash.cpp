#include "core/base/siphash.hpp"

#include <bit>
#include <cstring>

namespace lastmile {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13);
    v1 ^= v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16);
    v3 ^= v2;
    v0 += v3;
    v3 = std::rotl(v3, 21);
    v3 ^= v0;
    v2 += v1;
    v1 = std::rotl(v1, 17);
    v1 ^= v2;
    v2 = std::rotl(v2, 32);
  }
};

static_assert(std::endian::native == std::endian::little, "words are read as little endian");

template <int kCompression, int kFinalization>
std::uint64_t siphash(SipKey key, ByteView data) {
  State s{key.k0 ^ 0x736f6d6570736575U, key.k1 ^ 0x646f72616e646f6dU, key.k0 ^ 0x6c7967656e657261U,
          key.k1 ^ 0x7465646279746573U};
  const std::size_t whole = data.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, data.data() + i, 8);
    s.v3 ^= word;
    for (int r = 0; r < kCompression; ++r) s.round();
    s.v0 ^= word;
  }
  std::uint64_t last = static_cast<std::uint64_t>(data.size()) << 56;
  for (std::size_t i = whole; i < data.size(); ++i) last |= static_cast<std::uint64_t>(data[i]) << (8 * (i - whole));
  s.v3 ^= last;
  for (int r = 0; r < kCompression; ++r) s.round();
  s.v0 ^= last;
  s.v2 ^= 0xff;
  for (int r = 0; r < kFinalization; ++r) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace

std::uint64_t siphash_1_3(SipKey key, ByteView data) { return siphash<1, 3>(key, data); }
std::uint64_t siphash_2_4(SipKey key, ByteView data) { return siphash<2, 4>(key, data); }

}  // namespace lastmile
