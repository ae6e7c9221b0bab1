// One hexadecimal digit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lastmile {

// A table: the digits of a hash are as good as random, and a branch on each would be guessed wrong half of the time.
inline constexpr std::array<std::int8_t, 256> kHexDigits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < 10; ++i) digits['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) digits['a' + i] = digits['A' + i] = static_cast<std::int8_t>(10 + i);
  return digits;
}();

// 0 to 15; negative when it is none. Either letter case.
constexpr int hex_digit(char c) { return kHexDigits[static_cast<std::uint8_t>(c)]; }

}  // namespace lastmile
