// BIP-173, checksum constant 1 (not the later bech32m).
#include "core/crypto/bech32.hpp"

#include <array>

namespace lastmile::crypto {
namespace {

constexpr std::string_view kBech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumGroups = 6;

std::uint32_t polymod_step(std::uint32_t sum, std::uint8_t value) {
  constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = sum >> 25;
  sum = (sum & 0x1ffffff) << 5 ^ value;
  for (std::size_t i = 0; i < kGenerator.size(); ++i) {
    if ((top >> i & 1) != 0) sum ^= kGenerator[i];
  }
  return sum;
}

std::uint32_t polymod_prefix(std::string_view prefix) {
  std::uint32_t sum = 1;
  for (const char c : prefix) sum = polymod_step(sum, static_cast<std::uint8_t>(static_cast<unsigned char>(c) >> 5));
  sum = polymod_step(sum, 0);
  for (const char c : prefix) sum = polymod_step(sum, static_cast<std::uint8_t>(c & 31));
  return sum;
}

bool is_prefix(std::string_view prefix) {
  if (prefix.empty()) return false;
  for (const char c : prefix) {
    if (c < 33 || c > 126 || (c >= 'A' && c <= 'Z')) return false;
  }
  return true;
}

struct Regrouped {
  Bytes groups;
  unsigned rest = 0;  // bits that make no whole group, and how many
  int rest_size = 0;
};

// Regroups bits, most significant first.
Regrouped regroup(ByteView in, int from, int to) {
  Regrouped out;
  const unsigned mask = (1U << to) - 1;
  unsigned window = 0;
  int held = 0;
  for (const std::uint8_t value : in) {
    window = (window << from | value) & 0xfff;
    held += from;
    while (held >= to) {
      held -= to;
      out.groups.push_back(static_cast<std::uint8_t>(window >> held & mask));
    }
  }
  out.rest = window & ((1U << held) - 1);
  out.rest_size = held;
  return out;
}

// The last group of 5 is filled with zero bits.
Bytes groups_of_bytes(ByteView data) {
  Regrouped packed = regroup(data, 8, 5);
  if (packed.rest_size > 0) packed.groups.push_back(static_cast<std::uint8_t>(packed.rest << (5 - packed.rest_size)));
  return std::move(packed.groups);
}

// Refuses a whole group left over, and filling bits that are not zero.
std::optional<Bytes> bytes_of_groups(ByteView groups) {
  Regrouped unpacked = regroup(groups, 5, 8);
  if (unpacked.rest_size >= 5 || unpacked.rest != 0) return std::nullopt;
  return std::move(unpacked.groups);
}

}  // namespace

std::optional<std::string> bech32_encode(std::string_view prefix, ByteView data) {
  if (!is_prefix(prefix) || prefix.size() + 1 + (data.size() * 8 + 4) / 5 + kChecksumGroups > kBech32TextMax) {
    return std::nullopt;
  }
  std::string text(prefix);
  text.push_back('1');
  std::uint32_t sum = polymod_prefix(prefix);
  for (const std::uint8_t group : groups_of_bytes(data)) {
    sum = polymod_step(sum, group);
    text.push_back(kBech32Alphabet[group]);
  }
  for (std::size_t i = 0; i < kChecksumGroups; ++i) sum = polymod_step(sum, 0);
  sum ^= 1;
  for (std::size_t i = 0; i < kChecksumGroups; ++i) text.push_back(kBech32Alphabet[sum >> (5 * (5 - i)) & 31]);
  return text;
}

std::optional<Bech32> bech32_decode(std::string_view text) {
  if (text.size() > kBech32TextMax) return std::nullopt;
  std::string lower(text);
  bool has_lower = false;
  bool has_upper = false;
  for (char& c : lower) {
    has_lower = has_lower || (c >= 'a' && c <= 'z');
    if (c >= 'A' && c <= 'Z') {
      has_upper = true;
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  if (has_lower && has_upper) return std::nullopt;
  const std::size_t separator = lower.rfind('1');
  if (separator == std::string::npos || lower.size() - separator - 1 < kChecksumGroups) return std::nullopt;
  const std::string prefix = lower.substr(0, separator);
  if (!is_prefix(prefix)) return std::nullopt;
  std::uint32_t sum = polymod_prefix(prefix);
  Bytes groups;
  for (const char c : std::string_view(lower).substr(separator + 1)) {
    const std::size_t value = kBech32Alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    groups.push_back(static_cast<std::uint8_t>(value));
    sum = polymod_step(sum, groups.back());
  }
  if (sum != 1) return std::nullopt;
  groups.resize(groups.size() - kChecksumGroups);
  auto data = bytes_of_groups(groups);
  if (!data) return std::nullopt;
  return Bech32{prefix, std::move(*data)};
}

}  // namespace lastmile::crypto
