#include "core/ipfs/murmur3.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace lastmile::ipfs {
namespace {

constexpr std::uint64_t kFirst = 0x87c37b91114253d5, kSecond = 0x4cf5ad432745937f;
constexpr std::size_t kHalf = 8, kWhole = 16;

// Up to eight bytes as a little-endian number, whatever the machine.
std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
  return value;
}

std::uint64_t mixed_first(std::uint64_t k) { return std::rotl(k * kFirst, 31) * kSecond; }
std::uint64_t mixed_second(std::uint64_t k) { return std::rotl(k * kSecond, 33) * kFirst; }

std::uint64_t finished(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

}  // namespace

std::uint64_t murmur3_x64(std::string_view text) {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::string_view rest = text;
  for (; rest.size() >= kWhole; rest.remove_prefix(kWhole)) {
    first = (std::rotl(first ^ mixed_first(number(rest.substr(0, kHalf))), 27) + second) * 5 + 0x52dce729;
    second = (std::rotl(second ^ mixed_second(number(rest.substr(kHalf, kHalf))), 31) + first) * 5 + 0x38495ab5;
  }
  if (rest.size() > kHalf) second ^= mixed_second(number(rest.substr(kHalf)));
  if (!rest.empty()) first ^= mixed_first(number(rest.substr(0, kHalf)));
  first ^= text.size();
  second ^= text.size();
  first += second;
  second += first;
  return finished(first) + finished(second);
}

}  // namespace lastmile::ipfs
